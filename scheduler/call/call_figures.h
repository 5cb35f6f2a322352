#ifndef MESOLYS_SCHEDULER_CALL_CALL_FIGURES_H_
#define MESOLYS_SCHEDULER_CALL_CALL_FIGURES_H_

// What a divided call comes to by site, by period and by group of claims that may use the same
// pools: for bars and pages. Any thread.

#include <cstddef>
#include <string>
#include <vector>

#include "scheduler/call/call_division.h"

namespace mesolys {

struct Figure {
  std::string name;
  division::Wide capacity = 0;
  division::Wide asked = 0;  // by claims that may be here; one may be counted at two sites
  division::Wide awarded = 0;
  double cost = 0;  // of what is awarded
  size_t claims = 0;
  size_t cut = 0;  // of these claims, those that get less than they ask
};

struct ResourceFigures {
  Figure whole;                 // its name is the resource
  std::vector<Figure> sites;    // by name
  std::vector<Figure> periods;  // by name
  std::vector<Figure> groups;   // the largest cut first
  size_t dropped = 0;           // claims
};

// Of each problem of the call.
std::vector<ResourceFigures> FiguresOf(const CallDivision& divided);

// "1 234 567", with spaces that do not break a line.
std::string Grouped(division::Wide amount);

// A part as a percentage with a digit after the point; "-" of nothing.
std::string Percent(division::Wide part, division::Wide whole);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_CALL_FIGURES_H_
