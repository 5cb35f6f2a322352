#include "scheduler/call/division_svg.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/substitute.h"
#include "scheduler/page/html_text.h"

namespace mesolys {
namespace {

using division::Wide;

constexpr double kWidth = 320;
constexpr size_t kSvgRowsMax = 30;
constexpr int kRowHeight = 36;
constexpr size_t kSvgNameMax = 26;

double Length(Wide part, Wide whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) * kWidth : 0;
}

std::string Rect(absl::string_view kind, double x, double y, double width, double height) {
  return absl::StrFormat(
      "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", kind, x, y,
      width, height);
}

std::string Label(absl::string_view kind, double x, double y, absl::string_view text) {
  return absl::StrFormat("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>", kind, x, y, text);
}

std::string Open(absl::string_view title, double height) {
  return absl::Substitute(
      "<svg role=\"img\" viewBox=\"0 0 320 $0\" aria-label=\"$1\"><title>$1</title>\n",
      static_cast<int>(height), HtmlText(title));
}

std::string More(size_t shown, size_t all) {
  if (shown == all) return "";
  return absl::StrCat("<p class=\"more\">and ", all - shown, " more</p>\n");
}

// A row for each figure: `bar(figure)` is drawn below its name and `told(figure)`.
template <typename Bar, typename Told>
std::string Rows(absl::string_view title, const std::vector<Figure>& figures, Bar bar, Told told) {
  const size_t count = std::min(figures.size(), kSvgRowsMax);
  std::string svg = Open(title, static_cast<double>(count * kRowHeight + 4));
  for (size_t i = 0; i < count; ++i) {
    const Figure& figure = figures[i];
    const double top = static_cast<double>(i * kRowHeight);
    absl::StrAppend(&svg, "<g><title>", HtmlText(figure.name, 200), ": ", told(figure), "</title>",
                    Label("name", 0, top + 13, HtmlText(figure.name, kSvgNameMax)),
                    Label("value", kWidth, top + 13, told(figure)), bar(figure, top + 19),
                    "</g>\n");
  }
  return absl::StrCat(svg, "</svg>\n", More(count, figures.size()));
}

}  // namespace

std::string DemandBars(absl::string_view title, const std::vector<Figure>& figures,
                       bool has_capacity) {
  Wide largest = 0;
  for (const Figure& figure : figures) {
    largest = std::max(largest, figure.asked);
    if (has_capacity) largest = std::max(largest, figure.capacity);
  }
  const auto bar = [&](const Figure& figure, double y) {
    std::string svg = absl::StrCat(Rect("asked", 0, y, Length(figure.asked, largest), 11),
                                   Rect("awarded", 0, y, Length(figure.awarded, largest), 11));
    if (has_capacity) {
      const double end = Length(figure.capacity, largest);
      svg += Rect("capacity", std::min(end, kWidth - 2), y - 2, 2, 15);
    }
    return svg;
  };
  const auto told = [&](const Figure& figure) {
    return absl::StrCat(Grouped(figure.awarded), " of ", Grouped(figure.asked));
  };
  return Rows(title, figures, bar, told);
}

std::string CostBars(absl::string_view title, const std::vector<Figure>& figures) {
  double largest = 0;
  for (const Figure& figure : figures) largest = std::max(largest, figure.cost);
  const auto bar = [&](const Figure& figure, double y) {
    return Rect("cost", 0, y, largest > 0 ? figure.cost / largest * kWidth : 0, 11);
  };
  const auto told = [](const Figure& figure) { return absl::StrFormat("%.6g", figure.cost); };
  return Rows(title, figures, bar, told);
}

std::string PlacementColumns(absl::string_view site, const std::vector<Column>& columns) {
  constexpr double kTop = 20;
  constexpr double kHigh = 60;
  std::string svg = Open(site, kTop + kHigh + 18);
  svg += Label("name", 0, 13, HtmlText(site, kSvgNameMax));
  Wide capacity = 0;
  Wide awarded = 0;
  Wide largest = 0;
  for (const Column& column : columns) {
    capacity += column.capacity;
    awarded += column.awarded;
    largest = std::max(largest, column.capacity);
  }
  svg += Label("value", kWidth, 13, absl::StrCat(Percent(awarded, capacity), " used"));
  const double step = kWidth / static_cast<double>(std::max<size_t>(1, columns.size()));
  for (size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    const double x = static_cast<double>(i) * step;
    const double room = Length(column.capacity, largest) / kWidth * kHigh;
    const double used = Length(column.awarded, largest) / kWidth * kHigh;
    absl::StrAppend(
        &svg, "<g><title>", HtmlText(column.period), ": ", Grouped(column.awarded), " of ",
        Grouped(column.capacity), column.is_bottleneck ? ", asked for more than it has" : "",
        "</title>", Rect("asked", x, kTop + kHigh - room, step * 0.85, room),
        Rect(column.is_bottleneck ? "full" : "awarded", x, kTop + kHigh - used, step * 0.85, used),
        "</g>\n");
  }
  if (!columns.empty()) {
    svg += Label("axis", 0, kTop + kHigh + 13, HtmlText(columns.front().period, kSvgNameMax));
    if (columns.size() > 1) {
      svg += Label("axis value", kWidth, kTop + kHigh + 13,
                   HtmlText(columns.back().period, kSvgNameMax));
    }
  }
  return svg + "</svg>\n";
}

}  // namespace mesolys
