#include "agent/slurm/text/queued_job.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr absl::string_view kRow =
    "4002|PENDING|AssocGrpCPUMinutesLimit|proj_a|alice|main|normal|(null)|1-02:00:00|N/A|"
    "cpu=4,mem=10M,node=1,billing=4,gres/gpu=1,gres/gpu:a100=1|OK|";

TEST(QueuedJobTest, IsReadFromARowOfTheQueue) {
  const absl::StatusOr<QueueRow> row = ParseQueueRow(kRow);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->job_id, 4002);
  EXPECT_EQ(row->job.state, "PENDING");
  EXPECT_EQ(row->job.reason, "AssocGrpCPUMinutesLimit");
  EXPECT_EQ(row->job.account, "proj_a");
  EXPECT_EQ(row->job.user, "alice");
  EXPECT_EQ(row->job.reservation, "");
  EXPECT_EQ(row->job.time_limit_seconds, 26 * 3600);
  EXPECT_FALSE(row->job.takes_whole_nodes);
  EXPECT_EQ(row->job.start_time, absl::InfinitePast());
  EXPECT_THAT(row->job.asked, ElementsAre(Pair("billing", 4), Pair("cpu", 4), Pair("gres/gpu", 1),
                                          Pair("gres/gpu:a100", 1), Pair("node", 1)));
}

TEST(QueuedJobTest, TakesWholeNodesWhereItSharesNone) {
  const absl::StatusOr<QueueRow> row =
      ParseQueueRow("7|PENDING|Priority|p|alice|main|normal|(null)|1:00:00|N/A|cpu=1|NO|");
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_TRUE(row->job.takes_whole_nodes);
  EXPECT_TRUE(SituationOf(row->job, {}).takes_whole_nodes());
}

TEST(QueuedJobTest, ARowThatIsNotUnderstoodIsAnError) {
  for (const absl::string_view line :
       {"", "x|PENDING", "4002|PENDING|x|a|b|c|d|e|1:00|tomorrow|cpu=1|OK|"}) {
    EXPECT_EQ(ParseQueueRow(line).status().code(), absl::StatusCode::kDataLoss) << line;
  }
}

TEST(QueuedJobTest, HasToFitIntoTheLimitsOfItsUserItsAccountAndThoseAbove) {
  const QueuedJob job = ParseQueueRow(kRow)->job;
  ClusterAssociations held;
  held.accounts["root"].parent = "";
  held.accounts["_chair"].parent = "root";
  held.accounts["_chair"].limits.minutes = {{"cpu", 900}};
  AccountAssociation& project = held.accounts["proj_a"];
  project.parent = "_chair";
  project.limits.minutes = {{"cpu", 600}, {"mem", 5}};
  AssociationLimits& alice = project.users["alice"];
  alice.minutes = {{"gres/gpu", 60}};
  alice.jobs_max = alice.submits_max = 0;
  held.controller = ClusterAssociations::Controller{};
  held.controller->counted[{"proj_a", ""}]["cpu"] = 23;
  held.controller->kept[{"proj_a", ""}]["cpu"] = 7;
  const v1::JobSituation situation = SituationOf(job, held);
  ASSERT_EQ(situation.limits_size(), 3);
  EXPECT_EQ(situation.limits(0).login(), "alice");
  EXPECT_EQ(situation.limits(0).tres(), "gres/gpu");
  EXPECT_EQ(situation.limits(0).asked_count(), 1);
  EXPECT_EQ(situation.limits(1).account(), "proj_a");
  EXPECT_EQ(situation.limits(1).limit_minutes(), 600);
  EXPECT_EQ(situation.limits(1).used_minutes(), 23);
  EXPECT_EQ(situation.limits(1).kept_minutes(), 7);
  EXPECT_EQ(situation.limits(2).account(), "_chair");
  EXPECT_TRUE(situation.user_is_closed());
  EXPECT_FALSE(situation.account_is_closed());
  // A chair that is closed closes all below it.
  held.accounts["_chair"].limits.jobs_max = 0;
  EXPECT_TRUE(SituationOf(job, held).account_is_closed());
}

TEST(QueuedJobTest, WhatWaitsAsksItsTimeLimitOfItsAccountAndItsUser) {
  QueuedJob job;
  job.account = "p";
  job.user = "alice";
  job.partition = "gpu";
  job.time_limit_seconds = 61;
  job.asked = {{"cpu", 3}, {"gres/gpu:a100", 2}};
  std::map<AccountUser, TresMinutes> waiting;
  AddWaiting(job, waiting);
  AddWaiting(job, waiting);
  const TresMinutes twice = {{"cpu", 12}, {"gres/gpu:a100", 8}};
  EXPECT_EQ(waiting, (std::map<AccountUser, TresMinutes>{{{"p", ""}, twice},
                                                         {{"p", {"alice", ""}}, twice},
                                                         {{"p", {"alice", "gpu"}}, twice}}));
  job.time_limit_seconds = 0;
  AddWaiting(job, waiting);
  EXPECT_EQ(waiting.at({"p", ""}).at("cpu"), kMinutesMax);
}

TEST(QueuedJobTest, AccountsInACircleEnd) {
  const QueuedJob job = ParseQueueRow(kRow)->job;
  ClusterAssociations held;
  held.accounts["proj_a"].parent = "b";
  held.accounts["b"].parent = "proj_a";
  EXPECT_EQ(SituationOf(job, held).limits_size(), 0);
}

}  // namespace
}  // namespace mesolys::agent
