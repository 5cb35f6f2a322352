#include <chrono>
#include <cstdio>
#include <string>

#include "gtest/gtest.h"
#include "spdlog/spdlog.h"
#include "tests/fakes/test_seed.h"
#include "tests/simulation/week.h"

namespace mesolys::simulation {
namespace {

TEST(VirtualWeekTest, EndsWithTheLedgerThatTheSitesRan) {
  spdlog::set_level(spdlog::level::off);  // a site that is cut off says so at every turn
  const auto begin = std::chrono::steady_clock::now();
  Week week(TestSeed(), absl::Hours(24));
  const std::string trace = week.Run();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  std::printf("a week in %.1f s, trace %.8s\n", taken.count(), trace.c_str());
  week.ExpectAgreement();
  week.ExpectTheSameFoldAgain();
}

}  // namespace
}  // namespace mesolys::simulation
