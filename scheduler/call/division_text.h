#ifndef MESOLYS_SCHEDULER_CALL_DIVISION_TEXT_H_
#define MESOLYS_SCHEDULER_CALL_DIVISION_TEXT_H_

// Divisions in sentences and bars, for people; what others wrote is harmless in them. Any thread.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/call/call_division.h"

namespace mesolys {

// Pools that are full at one level.
struct BottleneckText {
  std::string told;  // which pools, how many times over they are asked, what a point of weight gets
  std::string cut;   // who gets less than they ask, or nobody
};

// Of one problem of the call, the lowest level first.
std::vector<BottleneckText> BottlenecksOf(const CallDivision& divided, size_t problem);
// What is said in place of bottlenecks where there is none.
absl::string_view NoBottleneck(const CallDivision& divided, size_t problem);
// Who was dropped, and who stands in their way.
std::vector<std::string> DropsOf(const CallDivision& divided, size_t problem);
// What is asked together and was cut: how much of it is given, and which line holds it.
std::vector<std::string> BundlesOf(const CallDivision& divided);

// All of these.
std::string Explain(const CallDivision& divided);

// Which awards and levels differ between two divisions of the same claims and pools.
std::string Differences(const CallDivision& before, const CallDivision& after);

enum class Bars { kAscii, kUtf8 };

// Bars on a terminal, by resource: how full each site and period is, and what each group gets of
// what it asks.
std::string Plot(const CallDivision& divided, Bars bars);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_DIVISION_TEXT_H_
