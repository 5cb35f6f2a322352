#include "scheduler/call/division_html.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "scheduler/call/call_figures.h"
#include "scheduler/call/division_text.h"
#include "scheduler/page/html_text.h"

namespace mesolys {
namespace {

using division::Award;
using division::AwardStatus;
using division::Claim;
using division::Division;
using division::Pool;
using division::Problem;
using division::Wide;

// Charts are inline SVG. Colours are classes of the page's style; each chart is as wide as what it
// stands in, and has its figures as text too.

// A pool of one site in one period.
struct Column {
  std::string period;
  division::Wide capacity = 0;
  division::Wide awarded = 0;
  bool is_bottleneck = false;  // its level is finite
};

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

// One bar a figure: what is asked behind, what is awarded before it, a mark where capacity ends
// (not for groups, which share it).
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

// What awards cost, one bar a figure.
std::string CostBars(absl::string_view title, const std::vector<Figure>& figures) {
  double largest = 0;
  for (const Figure& figure : figures) largest = std::max(largest, figure.cost);
  const auto bar = [&](const Figure& figure, double y) {
    return Rect("cost", 0, y, largest > 0 ? figure.cost / largest * kWidth : 0, 11);
  };
  const auto told = [](const Figure& figure) { return absl::StrFormat("%.6g", figure.cost); };
  return Rows(title, figures, bar, told);
}

// How full the pools of one site are, period by period.
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

constexpr size_t kAwardsMax = 1'000;
constexpr size_t kSitesMax = 30;

constexpr absl::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Division of a call</title>
<style>
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --quiet: #57606a; --line: #d0d7de;
  --asked: #c9d3de; --awarded: #0969da; --full: #bc4c00; --cost: #1a7f37; --box: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0d1117; --ink: #e6edf3; --quiet: #9198a1; --line: #30363d; --asked: #3d444d;
    --awarded: #4493f8; --full: #f0883e; --cost: #3fb950; --box: #151b23; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 16px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.25rem; margin: 2rem 0 .5rem;
  border-top: 1px solid var(--line); padding-top: 1rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
.key, .more, .quiet { color: var(--quiet); font-size: .875rem; }
.key i { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 .8em; }
.tiles, .charts { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.5rem), 1fr)); }
.charts { gap: 0 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); }
.charts > * { min-width: 0; }
.tiles div { background: var(--box); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; }
.tiles b { display: block; font-size: 1.125rem; }
svg { display: block; width: 100%; height: auto; margin-bottom: .5rem; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); } svg .value { text-anchor: end; fill: var(--quiet); }
svg .axis { fill: var(--quiet); font-size: 11px; }
.asked { fill: var(--asked); background: var(--asked); } .awarded { fill: var(--awarded); background: var(--awarded); }
.full { fill: var(--full); background: var(--full); } .cost { fill: var(--cost); background: var(--cost); }
.capacity { fill: var(--ink); background: var(--ink); }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; } li { margin: .25rem 0; }
</style>
</head>
<body>
<h1>Division of a call</h1>
<p class="key"><i class="asked"></i>asked, or there is<i class="awarded"></i>awarded<i class="full"></i>in a
bottleneck<i class="capacity"></i>capacity<i class="cost"></i>cost</p>
)";

std::string Tile(absl::string_view name, absl::string_view value) {
  return absl::StrCat("<div><b>", value, "</b>", name, "</div>\n");
}

std::string Tiles(const ResourceFigures& figures) {
  const Figure& whole = figures.whole;
  return absl::StrCat(
      "<div class=\"tiles\">\n", Tile("asked", Grouped(whole.asked)),
      Tile("there is", Grouped(whole.capacity)),
      Tile(absl::StrCat("awarded, ", Percent(whole.awarded, whole.capacity), " of it"),
           Grouped(whole.awarded)),
      Tile("cut", Grouped(whole.asked - whole.awarded)),
      Tile(absl::StrCat("of ", whole.claims, " claims cut, ", figures.dropped, " of these dropped"),
           absl::StrCat(whole.cut)),
      Tile("cost", absl::StrFormat("%.6g", whole.cost)), "</div>\n");
}

std::string List(const std::vector<std::string>& lines) {
  std::string html = "<ul>\n";
  for (const std::string& line : lines) absl::StrAppend(&html, "<li>", line, "</li>\n");
  return html + "</ul>\n";
}

// What is cut or not there at all, in sentences.
std::string Cuts(const CallDivision& divided, size_t number) {
  std::vector<std::string> lines;
  for (const BottleneckText& each : BottlenecksOf(divided, number)) {
    lines.push_back(absl::StrCat(HtmlText(each.told, 4'000), "<br><span class=\"quiet\">cut: ",
                                 HtmlText(each.cut, 4'000), "</span>"));
  }
  if (lines.empty()) lines.emplace_back(NoBottleneck(divided, number));
  std::string html = absl::StrCat("<h3>Bottlenecks and cuts</h3>\n", List(lines));
  lines.clear();
  for (const std::string& drop : DropsOf(divided, number)) lines.push_back(HtmlText(drop, 1'000));
  if (!lines.empty()) html += absl::StrCat("<h3>Dropped</h3>\n", List(lines));
  return html;
}

std::string Placements(const Problem& problem, const Division& division) {
  std::map<std::string, std::map<std::string, Column>> sites;
  for (size_t i = 0; i < problem.pools.size(); ++i) {
    const Pool& pool = problem.pools[i];
    const division::PoolAward& award = division.pools[i];
    const std::string& period = problem.periods[pool.period];
    const bool finite = !division.shares[static_cast<size_t>(award.share)].level.infinite();
    sites[problem.sites[pool.site]][period] = {period, pool.capacity, award.allocated, finite};
  }
  std::string html = "<h3>Placement</h3>\n<div class=\"charts\">\n";
  size_t count = 0;
  for (const auto& [site, periods] : sites) {
    if (count++ == kSitesMax) break;
    std::vector<Column> columns;
    for (const auto& [period, column] : periods) columns.push_back(column);
    html += PlacementColumns(site, columns);
  }
  html += "</div>\n";
  if (sites.size() > kSitesMax) {
    absl::StrAppend(&html, "<p class=\"more\">and ", sites.size() - kSitesMax, " more sites</p>\n");
  }
  return html;
}

absl::string_view StatusLabel(AwardStatus status) {
  switch (status) {
    case AwardStatus::kFull:
      return "full";
    case AwardStatus::kPartial:
      return "partial";
    case AwardStatus::kDropped:
      return "dropped";
  }
  return "";
}

// What it has for each point of its own weight.
std::string PerPoint(const Claim& claim, const Award& award) {
  if (award.status == AwardStatus::kDropped) return "";
  return absl::StrFormat("%.6g", static_cast<double>(award.amount) /
                                     static_cast<double>(claim.weight) *
                                     static_cast<double>(division::kWeightScale));
}

std::string Awards(const Problem& problem, const Division& division) {
  const size_t count = std::min(problem.claims.size(), kAwardsMax);
  std::string html = absl::StrCat(
      "<details", count <= 20 ? " open" : "", "><summary>Awards of ", problem.claims.size(),
      " claims</summary>\n<div class=\"wide\"><table>\n<tr><th>request</th><th class=\"number\">"
      "asked</th><th class=\"number\">awarded</th><th>status</th><th class=\"number\">per "
      "point</th>"
      "<th>where</th></tr>\n");
  size_t next = 0;
  for (size_t i = 0; i < count; ++i) {
    const Claim& claim = problem.claims[i];
    const Award& award = division.awards[i];
    std::vector<std::string> where;
    for (; next < division.placements.size() && division.placements[next].claim == i; ++next) {
      const Pool& pool = problem.pools[division.placements[next].pool];
      where.push_back(absl::StrCat(HtmlText(problem.sites[pool.site]), " ",
                                   HtmlText(problem.periods[pool.period]), " ",
                                   Grouped(division.placements[next].amount)));
    }
    absl::StrAppend(&html, "<tr><td>", HtmlText(claim.request), "</td><td class=\"number\">",
                    Grouped(claim.amount), "</td><td class=\"number\">", Grouped(award.amount),
                    "</td><td>", StatusLabel(award.status), "</td><td class=\"number\">",
                    PerPoint(claim, award), "</td><td>", absl::StrJoin(where, ", "),
                    "</td></tr>\n");
  }
  html += "</table></div>\n";
  if (problem.claims.size() > count) {
    absl::StrAppend(&html, "<p class=\"more\">and ", problem.claims.size() - count,
                    " more, which the JSON has</p>\n");
  }
  return html + "</details>\n";
}

std::string Section(const CallDivision& divided, size_t number, const ResourceFigures& figures) {
  const Problem& problem = divided.call.problems[number];
  const Division& division = divided.divisions[number];
  return absl::StrCat(
      "<section>\n<h2>", HtmlText(figures.whole.name), "</h2>\n", Tiles(figures),
      "<div class=\"charts\">\n<div><h3>Demand and awards by site</h3>\n",
      DemandBars("Demand and awards by site", figures.sites, /*has_capacity=*/true),
      "</div>\n<div><h3>By period</h3>\n",
      DemandBars("Demand and awards by period", figures.periods, /*has_capacity=*/true),
      "</div>\n<div><h3>By group of claims</h3>\n",
      DemandBars("Demand and awards by group of claims", figures.groups, /*has_capacity=*/false),
      "</div>\n<div><h3>Cost by site</h3>\n", CostBars("Cost by site", figures.sites),
      "</div>\n</div>\n", Cuts(divided, number), Placements(problem, division), "<h3>Awards</h3>\n",
      Awards(problem, division), "</section>\n");
}

}  // namespace

std::string HtmlPage(const CallDivision& divided) {
  std::string html(kHead);
  const std::vector<ResourceFigures> figures = FiguresOf(divided);
  for (size_t i = 0; i < figures.size(); ++i) html += Section(divided, i, figures[i]);
  std::vector<std::string> bundles;
  for (const std::string& bundle : BundlesOf(divided)) bundles.push_back(HtmlText(bundle, 1'000));
  if (!bundles.empty()) html += absl::StrCat("<h2>Asked together</h2>\n", List(bundles));
  return html + "</body>\n</html>\n";
}

}  // namespace mesolys
