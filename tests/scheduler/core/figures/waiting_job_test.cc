#include "scheduler/core/figures/waiting_job.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

constexpr int64_t kHour = 3600;

// alpha has 10 core-hours at "north"; rita of it is rita1 there.
struct WaitingJobTest : testing::Test {
  WaitingJobTest() {
    mesocentre.Create(TestProject("alpha"));
    cluster = mesocentre.ledger().catalogue().sites.at("north").clusters.front();
    Member member;
    member.user = "rita";
    member.role = ProjectRole::kResearcher;
    member.logins = {{"north", "rita1"}};
    mesocentre.Must(AddMember{"alpha", member});
    mesocentre.Issue(
        GrantByHand(mesocentre.ledger(), "alpha", "cpu",
                    {mesocentre.now() - absl::Hours(1), mesocentre.now() + absl::Hours(240)},
                    {{"north", Amount(10 * kHour)}}));
    job.cluster = cluster;
    job.state = "PENDING";
    job.reason = "Priority";
    job.account = "alpha";
    job.user = "rita1";
    job.asked = {"cpu"};
    job.time_limit_seconds = 8 * kHour;
    job.limits = {{"", "cpu", 2, 600, 0, 0}};
  }

  WaitingExplanation Why() const {
    return WhyWaiting(mesocentre.ledger(), job, gives_bonus, mesocentre.now());
  }

  Mesocentre mesocentre;
  std::string cluster;
  JobSituation job;
  bool gives_bonus = false;
};

TEST_F(WaitingJobTest, WhatHasHoursWaitsForItsTurn) {
  EXPECT_EQ(Why(), (WaitingExplanation{WaitingCause::kPriority, "alpha", "", 0}));
}

TEST_F(WaitingJobTest, WhatRunsDoesNotWait) {
  job.state = "RUNNING";
  EXPECT_EQ(Why().cause, WaitingCause::kNotWaiting);
}

TEST_F(WaitingJobTest, AnAccountOfNobodyHasNoProject) {
  job.account = "elsewhere";
  EXPECT_EQ(Why(), (WaitingExplanation{WaitingCause::kNoProject, "", "", 0}));
}

TEST_F(WaitingJobTest, AStrangerIsNoMember) {
  job.user = "eve";
  EXPECT_EQ(Why().cause, WaitingCause::kNotAMember);
  // An older account that bills to it is the site's matter.
  mesocentre.Must(LinkAccount{"alpha", cluster, "old", ""});
  job.account = "old";
  EXPECT_EQ(Why().cause, WaitingCause::kPriority);
}

TEST_F(WaitingJobTest, WhatNoGrantCoversHasNone) {
  job.asked = {"cpu", "gpu-a100"};
  EXPECT_EQ(Why(), (WaitingExplanation{WaitingCause::kNoGrant, "alpha", "gpu-a100", 0}));
  job.asked = {"cpu"};
  mesocentre.SetNow(mesocentre.now() + absl::Hours(240));
  EXPECT_EQ(Why(), (WaitingExplanation{WaitingCause::kNoGrant, "alpha", "cpu", 0}));
}

TEST_F(WaitingJobTest, NothingIsLeftOfWhatIsUsedUp) {
  mesocentre.Report(
      {FinishedJob(1, cluster, "alpha", mesocentre.now() - absl::Hours(1), absl::Hours(1))});
  mesocentre.Report(
      {FinishedJob(2, cluster, "alpha", mesocentre.now() - absl::Hours(1), absl::Hours(1))});
  EXPECT_EQ(Why(), (WaitingExplanation{WaitingCause::kUsedUp, "alpha", "cpu", 0}));
}

TEST_F(WaitingJobTest, ABonusIsLeftOnlyWhereTheSiteGivesIt) {
  Grant grant =
      GrantByHand(mesocentre.ledger(), "alpha", "gpu-a100",
                  {mesocentre.now() - absl::Hours(1), mesocentre.now() + absl::Hours(240)},
                  {{"north", Amount(kHour)}});
  grant.bonus = PartsPerMillion(250'000);
  mesocentre.Issue(grant);
  UsageRecord record =
      FinishedJob(1, cluster, "alpha", mesocentre.now() - absl::Hours(1), absl::Hours(1));
  record.core_count = 1;
  record.gpu_counts = {{"a100", 1}};
  mesocentre.Report({record});
  job.asked = {"cpu", "gpu-a100"};
  EXPECT_EQ(Why(), (WaitingExplanation{WaitingCause::kUsedUp, "alpha", "gpu-a100", 0}));
  gives_bonus = true;
  EXPECT_EQ(Why().cause, WaitingCause::kPriority);
}

TEST_F(WaitingJobTest, AClosedAccountWithHoursIsNotInForce) {
  job.account_is_closed = true;
  EXPECT_EQ(Why().cause, WaitingCause::kNotInForce);
}

TEST_F(WaitingJobTest, WhatAsksTooMuchIsToldTheTimeThatFits) {
  job.reason = "AssocGrpCPUMinutesLimit";
  // 600 minutes less 100 used and 99 kept leave 401: 200 minutes and 30 seconds of two cores.
  job.limits = {{"", "cpu", 2, 600, 100, 99}};
  EXPECT_EQ(Why(), (WaitingExplanation{WaitingCause::kTooLong, "alpha", "cpu", 200 * 60}));
  job.limits = {{"", "cpu", 2, 600, 600, 99}};
  EXPECT_EQ(Why().fitting_time_limit_seconds, 0);
}

TEST_F(WaitingJobTest, OfSeveralLimitsTheNarrowestIsTold) {
  job.reason = "AssocGrpCPUMinutesLimit";
  job.limits = {{"rita1", "cpu", 2, 60, 0, 0}, {"", "cpu", 2, 600, 100, 99}};
  EXPECT_EQ(Why(), (WaitingExplanation{WaitingCause::kMemberCeiling, "alpha", "cpu", 30 * 60}));
  job.limits.push_back({"", "gres/gpu:a100", 1, 10, 0, 0});
  EXPECT_EQ(Why(), (WaitingExplanation{WaitingCause::kTooLong, "alpha", "gpu-a100", 10 * 60}));
}

TEST_F(WaitingJobTest, WholeNodesMayBeMoreThanWhatItAsks) {
  job.reason = "AssocGrpCPUMinutesLimit";
  job.time_limit_seconds = 3600;
  job.limits = {{"", "cpu", 2, 600, 0, 0}};
  EXPECT_EQ(Why().cause, WaitingCause::kOther);
  job.takes_whole_nodes = true;
  EXPECT_EQ(Why().cause, WaitingCause::kWholeNodes);
  // A time limit that fits what it asks would not fit what it is given.
  job.limits = {{"", "cpu", 20, 600, 0, 0}};
  EXPECT_EQ(Why(), (WaitingExplanation{WaitingCause::kWholeNodes, "alpha", "", 0}));
  job.limits = {{"rita1", "cpu", 20, 60, 60, 0}, {"", "cpu", 20, 6000, 0, 0}};
  EXPECT_EQ(Why(), (WaitingExplanation{WaitingCause::kMemberCeiling, "alpha", "cpu", 0}));
  job.reason = "AssocMaxJobsLimit";
  job.limits = {{"", "cpu", 2, 600, 0, 0}};
  EXPECT_EQ(Why().cause, WaitingCause::kImpossible);
}

TEST_F(WaitingJobTest, WhatASiteTellsCannotOverflow) {
  job.reason = "AssocGrpCPUMinutesLimit";
  job.limits = {{"", "cpu", 2, INT64_MAX, INT64_MIN, INT64_MIN},
                {"", "cpu", INT64_MAX, INT64_MIN, INT64_MAX, INT64_MAX}};
  EXPECT_EQ(Why().fitting_time_limit_seconds, 0);
}

TEST_F(WaitingJobTest, OtherwiseSlurmsOwnReasonIsTheCause) {
  const struct {
    const char* reason;
    WaitingCause cause;
  } kCases[] = {
      {"Resources", WaitingCause::kPriority},
      {"JobHeldUser", WaitingCause::kHeld},
      {"Dependency", WaitingCause::kDependency},
      {"BeginTime", WaitingCause::kDependency},
      {"Reservation", WaitingCause::kReservation},
      {"ReqNodeNotAvail, Reserved for maintenance", WaitingCause::kReservation},
      {"QOSMaxJobsPerUserLimit", WaitingCause::kQosLimit},
      {"PartitionTimeLimit", WaitingCause::kImpossible},
      {"NewWordOfALaterSlurm", WaitingCause::kOther},
      {"", WaitingCause::kOther},
  };
  for (const auto& each : kCases) {
    job.reason = each.reason;
    EXPECT_EQ(Why().cause, each.cause) << each.reason;
  }
}

TEST(ResourceOfTest, NamesWhatGrantsAreMadeOf) {
  ChargeRule rule{"a100", true, {}};
  rule.gpu_names["1g.10gb"] = {"gpu-a100", 1, 7};
  EXPECT_EQ(ResourceOf("cpu", rule), "cpu");
  EXPECT_EQ(ResourceOf("gres/gpu", rule), "gpu-a100");
  EXPECT_EQ(ResourceOf("gres/gpu", {}), "gpu-untyped");
  EXPECT_EQ(ResourceOf("gres/gpu:h100", rule), "gpu-h100");
  EXPECT_EQ(ResourceOf("gres/gpu:1g.10gb", rule), "gpu-a100");
  EXPECT_EQ(ResourceOf("gres/shard", rule), "gpu-a100");
  EXPECT_EQ(ResourceOf("gres/shard:v100", rule), "gpu-v100");
  EXPECT_EQ(ResourceOf("gres/shard", {}), "gpu-shard");
  EXPECT_EQ(ResourceOf("gres/craynetwork", rule), "");
  EXPECT_EQ(ResourceOf("mem", rule), "");
}

}  // namespace
}  // namespace mesolys
