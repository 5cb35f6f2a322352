// Every scenario of tests/scenarios is a test of its own.

#include "tests/scheduler/core/scenario.h"

#include "gtest/gtest.h"
#include "tests/scheduler/core/scenario_file.h"

namespace mesolys {
namespace {

class ScenarioTest : public testing::TestWithParam<Scenario> {};

TEST_P(ScenarioTest, Holds) {
  ScenarioRun run;
  for (const auto& [number, line] : GetParam().lines) {
    const absl::Status status = run.Do(line);
    ASSERT_TRUE(status.ok()) << GetParam().place << ", line " << number << ": " << line << "\n  "
                             << status.message();
  }
  const absl::Status status = run.Finish();
  EXPECT_TRUE(status.ok()) << GetParam().place << ": " << status.message();
}

INSTANTIATE_TEST_SUITE_P(, ScenarioTest, testing::ValuesIn(LoadScenarios()),
                         [](const auto& scenario) { return scenario.param.name; });

}  // namespace
}  // namespace mesolys
