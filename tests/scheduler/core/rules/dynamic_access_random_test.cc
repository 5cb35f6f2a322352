// Random requests of several PIs over a year and a half: what must hold whatever is asked.

#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/names.h"
#include "scheduler/core/rules/dynamic_access.h"
#include "tests/fakes/test_seed.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

const std::string kProjects[] = {"alpha", "beta", "gamma", "thesis", "health"};
const std::string kSites[] = {"north", "south", "east"};
const std::string kResources[] = {"cpu", "gpu-a100", "gpu-v100", "storage-work", "support"};

Mesocentre Begin() {
  Mesocentre mesocentre(TestCatalogue(), Day(2026, 2));
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Create(TestProject("beta"));
  mesocentre.Create(TestProject("gamma", "rita"));
  mesocentre.Create(TestProject("thesis", "tina", "phd-track"));
  Project health = TestProject("health", "hugo");
  health.data_class = "health";
  mesocentre.Create(health);
  return mesocentre;
}

Request RandomRequest(std::mt19937_64& random, absl::Time now) {
  Request request;
  request.project = kProjects[Pick(random, 4)];
  const absl::Time start = now + absl::Hours(24 * Pick(random, 60));
  request.period = {start, start + absl::Hours(1 + Pick(random, 24 * 250))};
  request.requester = kOlga;
  for (const std::string& resource : kResources) {
    if (Pick(random, 2) > 0) continue;
    RequestLine line;
    line.resource = resource;
    // From a handful to far too much.
    line.amount = Amount(1 + Pick(random, int64_t{1} << Pick(random, 45)));
    if (Pick(random, 2) == 0) line.minimum = Amount(Pick(random, line.amount.count()));
    for (const std::string& site : kSites) {
      if (Pick(random, 3) == 0) line.sites.push_back(site);
    }
    request.lines.push_back(line);
  }
  if (request.lines.empty()) request.lines.push_back({"cpu", Amount(1), {}, {}, false});
  return request;
}

void CheckGrants(const Catalogue& catalogue, const RequestDecision& decision) {
  std::map<std::string, Amount> granted;
  for (const Grant& grant : decision.grants) {
    Amount ceilings;
    for (const auto& [site, ceiling] : grant.ceilings) {
      ASSERT_GT(ceiling, Amount());
      ceilings += ceiling;
    }
    ASSERT_EQ(ceilings, grant.amount);
    std::map<std::string, Amount> placed;
    for (const Placement& placement : grant.placements) {
      ASSERT_GT(placement.amount, Amount());
      if (IsStock(grant.resource)) {
        ASSERT_EQ(placement.amount, grant.ceilings.at(placement.site));
      }
      placed[placement.site] =
          IsStock(grant.resource) ? placement.amount : placed[placement.site] + placement.amount;
    }
    ASSERT_EQ(placed, grant.ceilings) << grant.resource;
    ASSERT_TRUE(granted.emplace(grant.resource, grant.amount).second) << grant.resource;
  }
  bool whole = true;
  for (const RequestLine& line : decision.request.lines) {
    ASSERT_LE(granted[line.resource], line.amount) << line.resource;
    if (decision.outcome.state != RequestState::kRefused) {
      ASSERT_GE(granted[line.resource], line.minimum) << line.resource;
    }
    whole &= granted[line.resource] == line.amount;
  }
  ASSERT_EQ(whole, decision.outcome.state == RequestState::kGranted);
  ASSERT_EQ(decision.grants.empty(), decision.outcome.state == RequestState::kRefused);
  ASSERT_EQ(decision.outcome.refusals.empty(), whole);
  const Project health = TestProject("health");
  for (const Grant& grant : decision.grants) {
    for (const auto& [site, ceiling] : grant.ceilings) {
      if (grant.project == "health") {
        ASSERT_EQ(site, "south");
      }
      ASSERT_TRUE(catalogue.Offers(catalogue.sites.at(site), grant.resource));
    }
  }
}

// Adds up all grants by itself: no month of any site may hold more than it has.
void CheckCapacities(const Ledger& ledger) {
  std::map<std::tuple<std::string, std::string, Month>, Amount> placed;
  for (const GrantEntry& entry : ledger.grants()) {
    for (const Placement& placement : entry.grant.placements) {
      placed[{placement.site, entry.grant.resource, placement.month}] += placement.amount;
    }
  }
  const Catalogue& catalogue = ledger.catalogue();
  for (const auto& [cell, amount] : placed) {
    const auto& [site, resource, month] = cell;
    ASSERT_LE(amount,
              catalogue.CapacityOf(catalogue.sites.at(site), resource, catalogue.PeriodOf(month)))
        << site << " " << resource << " " << month.Label();
    ASSERT_EQ(amount, ledger.Placed(site, resource, month));
  }
}

void CheckThresholds(const Ledger& ledger, absl::Time now) {
  const absl::Time since = now - absl::Hours(24 * 365);
  for (const char* pi : {"paul", "rita", "hugo"}) {
    ASSERT_LE(ledger.DynamicNormalised(pi, "chair", since),
              ledger.catalogue().programmes.at("chair").threshold)
        << pi;
  }
  ASSERT_LE(ledger.DynamicNormalised("tina", "phd-track", since),
            ledger.catalogue().programmes.at("phd-track").threshold);
}

// The same request with what was granted instead of what was asked must be granted in full.
void CheckAccepted(const Mesocentre& before, const RequestDecision& decision) {
  std::map<std::string, Amount> granted;
  for (const Grant& grant : decision.grants) granted[grant.resource] = grant.amount;
  Request again = decision.request;
  again.lines.clear();
  for (RequestLine line : decision.request.lines) {
    if (line.derived) continue;
    // Without its cores line a request for GPUs is another request.
    if (granted[line.resource] == Amount() && line.resource == "cpu") return;
    line.amount = granted[line.resource];
    line.minimum = line.amount;
    if (line.amount > Amount()) again.lines.push_back(line);
  }
  const absl::StatusOr<RequestDecision> second =
      DecideDynamically(before.ledger(), again, before.now());
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->outcome.state, RequestState::kGranted)
      << second->outcome.refusals.front().message;
}

TEST(DynamicAccessRandomTest, NoSequenceOfRequestsBreaksARule) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 6; ++round) {
    Mesocentre mesocentre = Begin();
    for (int step = 0; step < 80; ++step) {
      SCOPED_TRACE(absl::StrCat("seed ", seed, " round ", round, " step ", step));
      mesocentre.SetNow(mesocentre.now() + absl::Hours(Pick(random, 24 * 7)));
      const Request request = RandomRequest(random, mesocentre.now());
      if (request.period.end > Day(2028, 1)) continue;
      const absl::StatusOr<RequestDecision> decision =
          DecideDynamically(mesocentre.ledger(), request, mesocentre.now());
      ASSERT_TRUE(decision.ok()) << decision.status();
      ASSERT_NO_FATAL_FAILURE(CheckGrants(mesocentre.ledger().catalogue(), *decision));
      if (decision->outcome.state == RequestState::kPartlyGranted) {
        ASSERT_NO_FATAL_FAILURE(CheckAccepted(mesocentre, *decision));
      }
      // The policy is the same function: the same input, the same output.
      const Verdict verdict = mesocentre.Must(SubmitRequest{request});
      ASSERT_EQ(std::get<RequestSubmitted>(verdict.events.front()).request, decision->request);
      ASSERT_EQ(std::get<RequestDecided>(verdict.events.back()).outcome, decision->outcome);
      for (size_t i = 0; i < decision->grants.size(); ++i) {
        ASSERT_EQ(std::get<GrantIssued>(verdict.events[i + 1]).grant, decision->grants[i]);
      }
      ASSERT_NO_FATAL_FAILURE(CheckCapacities(mesocentre.ledger()));
      ASSERT_NO_FATAL_FAILURE(CheckThresholds(mesocentre.ledger(), mesocentre.now()));
    }
  }
}

}  // namespace
}  // namespace mesolys
