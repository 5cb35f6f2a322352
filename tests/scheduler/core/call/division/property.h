#ifndef MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_PROPERTY_H_
#define MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_PROPERTY_H_

// A property that holds for so many random cases. RapidCheck prints its seed, and how to have a
// failure again (RC_PARAMS).

#include <cstdint>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"

namespace mesolys::division {

// Chance as RapidCheck gives it, so that it finds the smallest case that fails.
struct Drawn {};

// From 0 to `most`, both included.
inline int64_t Pick(Drawn&, int64_t most) { return *rc::gen::inRange<int64_t>(0, most + 1); }

// Calls property(Drawn&) for each case.
template <typename Property>
void Holds(int cases, Property property) {
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  rc::detail::TestMetadata metadata;
  metadata.id = std::string(test->test_suite_name()) + "/" + test->name();
  metadata.description = test->name();
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = cases;
  const auto run = [&] {
    Drawn drawn;
    property(drawn);
  };
  const rc::detail::TestResult result = rc::detail::checkTestable(run, metadata, params);
  if (result.template is<rc::detail::SuccessResult>()) return;
  std::ostringstream told;
  rc::detail::printResultMessage(result, told);
  FAIL() << told.str();
}

}  // namespace mesolys::division

#endif  // MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_PROPERTY_H_
