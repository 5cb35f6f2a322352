#ifndef MESOLYS_SCHEDULER_CALL_DIVISION_SVG_H_
#define MESOLYS_SCHEDULER_CALL_DIVISION_SVG_H_

// Charts of a divided call as inline SVG of a page. Colours are classes of the page's style; each
// chart is as wide as what it stands in, and has its figures as text too. Any thread.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/call/call_figures.h"

namespace mesolys {

// One bar a figure: what is asked behind, what is awarded before it, a mark where capacity ends
// (not for groups, which share it).
std::string DemandBars(absl::string_view title, const std::vector<Figure>& figures,
                       bool has_capacity);

// What awards cost, one bar a figure.
std::string CostBars(absl::string_view title, const std::vector<Figure>& figures);

// A pool of one site in one period.
struct Column {
  std::string period;
  division::Wide capacity = 0;
  division::Wide awarded = 0;
  bool is_bottleneck = false;  // its level is finite
};

// How full the pools of one site are, period by period.
std::string PlacementColumns(absl::string_view site, const std::vector<Column>& columns);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_DIVISION_SVG_H_
