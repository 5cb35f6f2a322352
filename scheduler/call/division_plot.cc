#include "scheduler/call/division_plot.h"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "proto/values/quoted.h"
#include "scheduler/call/call_figures.h"

namespace mesolys {
namespace {

using division::Wide;

constexpr size_t kBarCells = 20;
constexpr size_t kPlotRowsMax = 30;
constexpr size_t kPlotNameMax = 40;

std::string Digits(Wide amount) {
  std::ostringstream text;
  text << amount;
  return text.str();
}

// Something is never shown as nothing, nor a part as the whole.
std::string Bar(Wide part, Wide whole, Bars bars) {
  auto full = static_cast<size_t>(whole > 0 ? static_cast<int64_t>(part * kBarCells / whole) : 0);
  if (part > 0 && full == 0) full = 1;
  std::string text;
  for (size_t i = 0; i < kBarCells; ++i) {
    if (bars == Bars::kUtf8) {
      text += i < full ? "█" : "░";
    } else {
      text += i < full ? "#" : ".";
    }
  }
  return text;
}

std::string Name(const Figure& figure) {
  std::string name = Printable(figure.name);
  if (name.size() > kPlotNameMax) name = absl::StrCat(name.substr(0, kPlotNameMax - 3), "...");
  return name;
}

// `of_asked`: the bar is what they get of what they ask, else what is used of what there is.
std::string Rows(absl::string_view title, const std::vector<Figure>& figures, bool of_asked,
                 Bars bars) {
  std::string text = absl::StrCat("  ", title, "\n");
  const size_t count = std::min(figures.size(), kPlotRowsMax);
  size_t width = 0;
  for (size_t i = 0; i < count; ++i) width = std::max(width, Name(figures[i]).size());
  for (size_t i = 0; i < count; ++i) {
    const Figure& figure = figures[i];
    const Wide whole = of_asked ? figure.asked : figure.capacity;
    absl::StrAppend(&text, "    ", absl::StrFormat("%-*s  ", static_cast<int>(width), Name(figure)),
                    Bar(figure.awarded, whole, bars), "  ", Digits(figure.awarded), " of ",
                    Digits(whole));
    if (of_asked) {
      absl::StrAppend(&text, " asked by ", figure.claims, ", ", figure.cut, " cut\n");
    } else {
      absl::StrAppend(&text, ", asked ", Digits(figure.asked), "\n");
    }
  }
  if (figures.size() > count) {
    absl::StrAppend(&text, "    and ", figures.size() - count, " more\n");
  }
  return text;
}

}  // namespace

std::string Plot(const CallDivision& divided, Bars bars) {
  std::string text;
  for (const ResourceFigures& figures : FiguresOf(divided)) {
    const Figure& whole = figures.whole;
    absl::StrAppend(&text, Printable(whole.name), ": ", Digits(whole.awarded), " of ",
                    Digits(whole.capacity), " given, ", Digits(whole.asked), " asked; ", whole.cut,
                    " of ", whole.claims, " claims cut, ", figures.dropped, " of these dropped",
                    absl::StrFormat("; cost %.6g\n", whole.cost));
    text += Rows("sites", figures.sites, /*of_asked=*/false, bars);
    text += Rows("periods", figures.periods, /*of_asked=*/false, bars);
    text += Rows("groups", figures.groups, /*of_asked=*/true, bars);
  }
  return text;
}

}  // namespace mesolys
