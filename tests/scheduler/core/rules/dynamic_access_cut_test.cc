// What cuts a request short, and that what is told to be acceptable is accepted.

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/rules/dynamic_access_fixture.h"

namespace mesolys {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

using DynamicAccessCutTest = DynamicAccessTest;

struct CutCase {
  std::string project;
  std::vector<RequestLine> lines;
  Period period;
  Reason reason;
  std::string resource;
  int64_t accepted;
};

// Each asks for too much of one resource, and says what would be accepted of it.
std::vector<CutCase> Cuts() {
  return {
      {"alpha", {Line("cpu", kChairCpu + 1)}, kRest, Reason::kThresholdReached, "cpu", kChairCpu},
      {"thesis", {Line("cpu", kChairCpu)}, kRest, Reason::kThresholdReached, "cpu", 50'000'000},
      {"thesis",
       {Line("gpu-v100", 2'000'000)},
       kRest,
       Reason::kThresholdReached,
       "gpu-v100",
       1'000'000},
      // What the GPUs take of the threshold is not there for the cores.
      {"thesis",
       {Line("cpu", 30'000'000), Line("gpu-a100", 400'000)},
       kRest,
       Reason::kThresholdReached,
       "cpu",
       10'000'000},
      {"alpha",
       {Line("storage-work", 6 * kTerabyte)},
       kRest,
       Reason::kThresholdReached,
       "storage-work",
       5 * kTerabyte},
      {"alpha", {Line("support", 252'001)}, kRest, Reason::kThresholdReached, "support", 252'000},
      {"alpha",
       {Line("cpu", kNorthReserve + 1, {"north"})},
       kRest,
       Reason::kReserveExhausted,
       "cpu",
       kNorthReserve},
      {"alpha",
       {Line("cpu", 100 * kDay + 1, {"north"})},
       kOneDay,
       Reason::kSiteExhausted,
       "cpu",
       100 * kDay},
      {"alpha", {Line("cpu", 200 * kDay)}, kOneDay, Reason::kSiteExhausted, "cpu", 170 * kDay},
      {"health", {Line("cpu", 200 * kDay)}, kOneDay, Reason::kSiteExhausted, "cpu", 50 * kDay},
      // Storage follows the hours, which only south is asked for.
      {"alpha",
       {Line("cpu", 3600, {"south"}), Line("storage-work", 4 * kTerabyte + 1)},
       kRest,
       Reason::kSiteExhausted,
       "storage-work",
       4 * kTerabyte},
  };
}

TEST_F(DynamicAccessCutTest, WhatCutsARequestIsNamedWithWhatWasAskedAndWhatWouldBeAccepted) {
  for (const CutCase& c : Cuts()) {
    Mesocentre fresh = mesocentre;
    const RequestOutcome outcome = fresh.Ask(c.project, c.lines, c.period);
    EXPECT_EQ(outcome.state, RequestState::kPartlyGranted) << c.project << " " << c.accepted;
    ASSERT_THAT(outcome.refusals, SizeIs(1)) << c.project << " " << c.accepted;
    const Refusal& refusal = outcome.refusals[0];
    EXPECT_EQ(refusal.reason, c.reason) << refusal.message;
    EXPECT_EQ(refusal.metadata.at("resource"), c.resource);
    EXPECT_EQ(refusal.metadata.at("accepted"), std::to_string(c.accepted));
    for (const RequestLine& line : c.lines) {
      if (line.resource != c.resource) continue;
      EXPECT_EQ(refusal.metadata.at("asked"), std::to_string(line.amount.count()));
    }
  }
}

TEST_F(DynamicAccessCutTest, AskingExactlyWhatWouldBeAcceptedIsGrantedInFull) {
  for (const CutCase& c : Cuts()) {
    for (const int64_t more : {0, 1}) {
      Mesocentre fresh = mesocentre;
      std::vector<RequestLine> lines = c.lines;
      for (RequestLine& line : lines) {
        if (line.resource != c.resource) continue;
        line.amount = Amount(c.accepted + more);
        line.minimum = line.amount;
      }
      const RequestOutcome outcome = fresh.Ask(c.project, lines, c.period);
      EXPECT_EQ(outcome.state, more == 0 ? RequestState::kGranted : RequestState::kRefused)
          << c.project << " " << c.resource << " " << c.accepted << " + " << more;
      if (more == 1) {
        EXPECT_EQ(outcome.refusals.front().reason, Reason::kBelowMinimum);
        EXPECT_EQ(outcome.refusals.front().metadata.at("accepted"), std::to_string(c.accepted));
        EXPECT_EQ(outcome.refusals.front().metadata.at("minimum"), std::to_string(c.accepted + 1));
      }
    }
  }
}

TEST_F(DynamicAccessCutTest, ALineBelowItsMinimumRefusesTheWholeRequest) {
  const RequestOutcome outcome = mesocentre.Ask(
      "alpha", {Line("storage-work", 10), Line("cpu", 200 * kDay, {"north"}, 101 * kDay)}, kOneDay);
  EXPECT_EQ(outcome.state, RequestState::kRefused);
  EXPECT_THAT(Granted(), IsEmpty());
  ASSERT_THAT(outcome.refusals, SizeIs(2));
  EXPECT_EQ(outcome.refusals[0].reason, Reason::kBelowMinimum);
  EXPECT_EQ(outcome.refusals[1].reason, Reason::kSiteExhausted);
}

TEST_F(DynamicAccessCutTest, ARequestThatCanBeGivenNothingIsRefusedWithTheReason) {
  mesocentre.Ask("alpha", {Line("cpu", kChairCpu)}, kRest);
  const RequestOutcome outcome = mesocentre.Ask("alpha", {Line("cpu", 1)}, kRest);
  EXPECT_EQ(outcome.state, RequestState::kRefused);
  ASSERT_THAT(outcome.refusals, SizeIs(1));
  EXPECT_EQ(outcome.refusals[0].reason, Reason::kThresholdReached);
  EXPECT_EQ(outcome.refusals[0].metadata.at("accepted"), "0");
}

}  // namespace
}  // namespace mesolys
