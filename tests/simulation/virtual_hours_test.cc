// The events of a week within hours: short enough to be had again and again.

#include <string>

#include "gtest/gtest.h"
#include "spdlog/spdlog.h"
#include "tests/fakes/test_seed.h"
#include "tests/simulation/week.h"

namespace mesolys::simulation {
namespace {

TEST(VirtualHoursTest, AreTheSameAgainForTheSameSeedAndOthersForAnother) {
  spdlog::set_level(spdlog::level::off);  // a site that is cut off says so at every turn
  const uint64_t seed = TestSeed();
  const std::string trace = TraceOf(seed, absl::Hours(1));
  EXPECT_EQ(TraceOf(seed, absl::Hours(1)), trace);
  EXPECT_NE(TraceOf(seed + 1, absl::Hours(1)), trace);
}

}  // namespace
}  // namespace mesolys::simulation
