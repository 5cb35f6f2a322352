#include "scheduler/call/division_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "proto/values/quoted.h"
#include "scheduler/call/call_figures.h"

namespace mesolys {
namespace {

using division::Award;
using division::AwardStatus;
using division::Claim;
using division::Division;
using division::Level;
using division::Pool;
using division::Problem;
using division::Wide;

constexpr size_t kNamedMax = 20;

std::string PoolName(const Problem& problem, uint32_t pool) {
  const Pool& named = problem.pools[pool];
  return absl::StrCat(Legible(problem.sites[named.site]), " ",
                      Legible(problem.periods[named.period]));
}

std::string Named(const std::vector<std::string>& names) {
  if (names.size() <= kNamedMax) return absl::StrJoin(names, ", ");
  return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + kNamedMax, ", "), " and ",
                      names.size() - kNamedMax, " more");
}

std::string PerPoint(const Level& level) {
  return level.infinite() ? "all that is asked"
                          : absl::StrFormat("%.6g per point of weight", level.ToDouble());
}

const Level* LevelOf(const Division& division, int32_t share) {
  return share < 0 ? nullptr : &division.shares[static_cast<size_t>(share)].level;
}

absl::string_view StatusWord(AwardStatus status) {
  return status == AwardStatus::kDropped ? " (dropped)" : "";
}

std::string Signed(int64_t difference) {
  return absl::StrCat(difference > 0 ? "+" : "", difference);
}

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

std::vector<BottleneckText> BottlenecksOf(const CallDivision& divided, size_t number) {
  const Problem& problem = divided.call.problems[number];
  const Division& division = divided.divisions[number];
  std::vector<Wide> asked(division.shares.size());
  std::vector<std::vector<std::string>> cut(division.shares.size());
  for (size_t i = 0; i < problem.claims.size(); ++i) {
    const Claim& claim = problem.claims[i];
    const Award& award = division.awards[i];
    if (award.share < 0) continue;
    asked[static_cast<size_t>(award.share)] += claim.amount;
    if (award.status == AwardStatus::kFull) continue;
    cut[static_cast<size_t>(award.share)].push_back(
        absl::StrCat(Legible(claim.request), " (", award.amount, " of ", claim.amount, ")"));
  }
  std::vector<BottleneckText> texts;
  for (size_t i = 0; i < division.shares.size(); ++i) {
    const division::Share& share = division.shares[i];
    if (share.level.infinite()) continue;
    Wide capacity = 0;
    std::vector<std::string> pools;
    for (const uint32_t pool : share.pools) {
      capacity += problem.pools[pool].capacity;
      pools.push_back(PoolName(problem, pool));
    }
    std::string over = "asked for, and there is nothing";
    if (capacity > 0) {
      over = absl::StrFormat("asked %.2f times over",
                             static_cast<double>(asked[i]) / static_cast<double>(capacity));
    }
    texts.push_back({absl::StrCat(Named(pools), ": ", over, "; a point of weight gets ",
                                  absl::StrFormat("%.6g", share.level.ToDouble())),
                     cut[i].empty() ? "nobody" : Named(cut[i])});
  }
  return texts;
}

std::vector<std::string> DropsOf(const CallDivision& divided, size_t number) {
  const Problem& problem = divided.call.problems[number];
  std::vector<std::string> texts;
  for (const division::Drop& drop : divided.divisions[number].drops) {
    const Claim& claim = problem.claims[drop.claim];
    const Claim& blocker = problem.claims[drop.blocker];
    texts.push_back(drop.blocker == drop.claim
                        ? absl::StrCat(Legible(claim.request),
                                       ", for it would get less than its minimum ", claim.minimum)
                        : absl::StrCat(Legible(claim.request), ", kept out by the minimum ",
                                       blocker.minimum, " of ", Legible(blocker.request)));
  }
  return texts;
}

absl::string_view NoBottleneck(const CallDivision& divided, size_t number) {
  const std::vector<Award>& awards = divided.divisions[number].awards;
  const bool is_dropped = std::any_of(awards.begin(), awards.end(), [](const Award& award) {
    return award.status == AwardStatus::kDropped;
  });
  return is_dropped ? "without what was dropped, no pool is asked for more than it has"
                    : "no pool is asked for more than it has";
}

std::vector<std::string> BundlesOf(const CallDivision& divided) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < divided.call.bundles.size(); ++i) {
    std::vector<std::string> resources;
    std::vector<std::string> holding;
    double part = 1;
    for (const division::BundleLine& line : divided.call.bundles[i]) {
      const Claim& claim = divided.call.problems[line.problem].claims[line.claim];
      const Division& division = divided.divisions[line.problem];
      const Award& award = division.awards[line.claim];
      resources.push_back(Legible(divided.call.resources[line.problem]));
      if (claim.amount == award.amount) continue;
      part = std::min(part, static_cast<double>(award.amount) / static_cast<double>(claim.amount));
      const Level* const level = LevelOf(division, award.share);
      if (level == nullptr || !level->Covers(award.amount + 1, claim.weight)) {
        holding.push_back(resources.back());
      }
    }
    const division::BundleLine& first = divided.call.bundles[i].front();
    const std::string request =
        Legible(divided.call.problems[first.problem].claims[first.claim].request);
    if (divided.dropped[i]) {
      texts.push_back(absl::StrCat(request, " (", Named(resources),
                                   ") is dropped: no part of it leaves every line its minimum"));
    } else if (part < 1) {
      texts.push_back(absl::StrCat(request, " gets ", absl::StrFormat("%.1f %%", part * 100),
                                   " of ", Named(resources), holding.empty() ? "" : "; held by ",
                                   Named(holding)));
    }
  }
  return texts;
}

std::string Explain(const CallDivision& divided) {
  std::string text;
  for (size_t i = 0; i < divided.divisions.size(); ++i) {
    absl::StrAppend(&text, Legible(divided.call.resources[i]), "\n");
    const std::vector<BottleneckText> bottlenecks = BottlenecksOf(divided, i);
    for (const BottleneckText& each : bottlenecks) {
      absl::StrAppend(&text, "  ", each.told, "\n    cut: ", each.cut, "\n");
    }
    for (const std::string& drop : DropsOf(divided, i)) {
      absl::StrAppend(&text, "  dropped: ", drop, "\n");
    }
    if (bottlenecks.empty()) absl::StrAppend(&text, "  ", NoBottleneck(divided, i), "\n");
  }
  const std::vector<std::string> bundles = BundlesOf(divided);
  if (!bundles.empty()) text += "together\n";
  for (const std::string& bundle : bundles) absl::StrAppend(&text, "  ", bundle, "\n");
  return text;
}

std::string Differences(const CallDivision& divided_before, const CallDivision& divided_after) {
  const Call& call = divided_after.call;
  const std::vector<Division>& before = divided_before.divisions;
  const std::vector<Division>& after = divided_after.divisions;
  std::string text;
  for (const EntryPlace& place : call.pools) {
    const Level* const old =
        LevelOf(before[place.problem], before[place.problem].pools[place.index].share);
    const Level* const now =
        LevelOf(after[place.problem], after[place.problem].pools[place.index].share);
    if (*old == *now) continue;
    absl::StrAppend(&text, "pool ", PoolName(call.problems[place.problem], place.index), " ",
                    Legible(call.resources[place.problem]), ": ", PerPoint(*old), " -> ",
                    PerPoint(*now), "\n");
  }
  for (const EntryPlace& place : call.claims) {
    const Award& old = before[place.problem].awards[place.index];
    const Award& now = after[place.problem].awards[place.index];
    if (old.amount == now.amount && old.status == now.status) continue;
    absl::StrAppend(
        &text, "claim ", Legible(call.problems[place.problem].claims[place.index].request), " ",
        Legible(call.resources[place.problem]), ": ", old.amount, StatusWord(old.status), " -> ",
        now.amount, StatusWord(now.status), " (", Signed(now.amount - old.amount), ")\n");
  }
  return text.empty() ? "nothing changes\n" : text;
}

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
