#ifndef MESOLYS_TESTS_SCHEDULER_CORE_RULES_DYNAMIC_ACCESS_FIXTURE_H_
#define MESOLYS_TESTS_SCHEDULER_CORE_RULES_DYNAMIC_ACCESS_FIXTURE_H_

// Projects that ask for dynamic access in the test catalogue, and the numbers that they meet there.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {

inline constexpr int64_t kDay = 86'400;
inline constexpr int64_t kTerabyte = 1'000'000'000'000;
// Half of what January to June have; 100 cores at north.
inline constexpr int64_t kNorthReserve = 100 * 181 * kDay / 2;
// What is left of the threshold of a chair, in core-seconds.
inline constexpr int64_t kChairCpu = 1'000'000'000;
inline const Period kRest{Day(2026, 7), Day(2027, 1)};
inline const Period kOneDay{Day(2026, 7), Day(2026, 7, 2)};

inline RequestLine Line(const std::string& resource, int64_t amount,
                        std::vector<std::string> sites = {}, int64_t minimum = 0) {
  return {resource, Amount(amount), Amount(minimum), std::move(sites), false};
}

struct DynamicAccessTest : testing::Test {
  DynamicAccessTest() {
    mesocentre.Create(TestProject("alpha"));
    mesocentre.Create(TestProject("beta"));           // of the same PI
    mesocentre.Create(TestProject("gamma", "rita"));  // of another
    mesocentre.Create(TestProject("thesis", "rita", "phd-track"));
    mesocentre.Create(TestProject("team", "rita", "greenhouse"));
    mesocentre.Create(TestProject("called", "rita", "targeted-call"));
    Project health = TestProject("health", "rita");
    health.data_class = "health";
    mesocentre.Create(health);
  }

  // What a resource was granted in the last request; nothing for a resource that was not.
  std::map<std::string, int64_t> Granted() const {
    std::map<std::string, int64_t> granted;
    const Ledger& ledger = mesocentre.ledger();
    for (int64_t number : ledger.FindRequest(ledger.next_request() - 1)->grants) {
      const Grant& grant = ledger.FindGrant(number)->grant;
      granted[grant.resource] += grant.amount.count();
    }
    return granted;
  }

  Mesocentre mesocentre;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_CORE_RULES_DYNAMIC_ACCESS_FIXTURE_H_
