#include <chrono>
#include <cstdio>
#include <string>

#include "gtest/gtest.h"
#include "spdlog/spdlog.h"
#include "tests/fakes/test_seed.h"
#include "tests/simulation/week.h"

namespace mesolys::simulation {
namespace {

std::string TraceOf(uint64_t seed) {
  const auto begin = std::chrono::steady_clock::now();
  std::string trace = Week(seed, absl::Hours(24)).Run();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  std::printf("a week of seed %llu in %.1f s, trace %.8s\n", static_cast<unsigned long long>(seed),
              taken.count(), trace.c_str());
  return trace;
}

TEST(VirtualWeeksTest, AreTheSameAgainForTheSameSeedAndOthersForAnother) {
  spdlog::set_level(spdlog::level::off);  // a site that is cut off says so at every turn
  const uint64_t seed = TestSeed();
  const std::string trace = TraceOf(seed);
  EXPECT_EQ(TraceOf(seed), trace);
  EXPECT_NE(TraceOf(seed + 1), trace);
}

}  // namespace
}  // namespace mesolys::simulation
