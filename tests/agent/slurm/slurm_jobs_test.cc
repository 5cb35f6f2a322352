#include "agent/slurm/slurm_jobs.h"

#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/convert.h"
#include "tests/fakes/fake_sacct.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

absl::Time At(int64_t seconds) { return absl::FromUnixSeconds(seconds); }

// A squeue that says what the test wants.
class SlurmJobsTest : public testing::Test {
 protected:
  SqueueOptions Options(const std::string& script) {
    SqueueOptions options;
    options.program = directory_.Write("squeue", "#!/bin/sh\n" + script);
    ::chmod(options.program.c_str(), 0755);
    options.slurm_conf = "/etc/slurm/other.conf";
    return options;
  }

  absl::StatusOr<HeldJobs> Held(const std::string& script) {
    SlurmJobs jobs(std::make_unique<FakeSacct>(), std::make_unique<SqueueProgram>(Options(script)),
                   {"c1"}, absl::Minutes(5));
    return jobs.Held("c1");
  }

  TemporaryDirectory directory_;
};

TEST_F(SlurmJobsTest, AsksAccountingForEachIdOnceAndIsToldEveryJobOfIt) {
  auto sacct = std::make_unique<FakeSacct>();
  FakeSacct& asked = *sacct;
  const int64_t submit = 1799990000;
  asked.rows = {{7, 1000, 2000, 2000},  // as a runaway is repaired
                {7, submit, submit + 5, 0, "RUNNING"},
                {8, submit, 0, 0, "PENDING"},
                {9, submit, submit + 5, submit + 9}};
  SlurmJobs jobs(std::move(sacct), std::make_unique<SqueueProgram>(SqueueOptions()), {"c1"},
                 absl::Minutes(5));
  const auto found =
      jobs.Find("c1", {{"c1", 7, At(1000)}, {"c1", 7, At(submit)}, {"c1", 8, At(submit)}}, kNow);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(asked.asked, ElementsAre(ElementsAre(7, 8)));
  ASSERT_THAT(*found, SizeIs(2));
  const absl::StatusOr<UsageRecord> repaired = mesolys::FromProto(found->at(0));
  ASSERT_TRUE(repaired.ok());
  EXPECT_EQ(repaired->state, JobState::kCompleted);
  EXPECT_EQ(repaired->ElapsedSeconds(), 0);
  EXPECT_EQ(mesolys::FromProto(found->at(1))->end_time, kNow);
  EXPECT_TRUE(jobs.IsFor("c1"));
  EXPECT_FALSE(jobs.IsFor("c2"));
  asked.failure = absl::UnavailableError("no slurmdbd");
  EXPECT_FALSE(jobs.Find("c1", {{"c1", 7, At(1000)}}, kNow).ok());
}

TEST_F(SlurmJobsTest, OfAnArrayIsToldWhatWasAskedAndNoOtherTask) {
  auto sacct = std::make_unique<FakeSacct>();
  FakeSacct& asked = *sacct;
  for (int64_t id = 15; id < 1015; ++id) {
    asked.rows.push_back({id, 1000, 2000, 3000, "COMPLETED"});
    asked.rows.back().array_id = 15;
  }
  SlurmJobs jobs(std::move(sacct), std::make_unique<SqueueProgram>(SqueueOptions()), {"c1"},
                 absl::Minutes(5));
  const auto found = jobs.Find("c1", {{"c1", 15, At(1000)}}, kNow);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_EQ(found->at(0).job_id(), 15);
}

TEST_F(SlurmJobsTest, KnowsWhatTheControllerHasAndSinceWhen) {
  const auto held = Held(
      "echo 'CLUSTER: c1'; echo 'JOBID|SUBMIT_TIME|STATE'; echo '7|1795599545|RUNNING'; echo "
      "'8|2026-11-25T09:39:05|SUSPENDED'; "
      "echo '9|1795599545|COMPLETING'; echo '10|1795599545|PENDING'");
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_THAT(held->submit_times, ElementsAre(Key(7), Key(8), Key(9)));
  EXPECT_EQ(held->submit_times.at(7), held->submit_times.at(8));
  EXPECT_TRUE(held->Has({"c1", 7, At(1795599545)}));
  EXPECT_TRUE(held->Has({"c1", 7, At(1795609545)})) << "what was resized begins anew";
  EXPECT_FALSE(held->Has({"c1", 7, At(1795499545)})) << "an id that was used before";
  EXPECT_FALSE(held->Has({"c1", 10, At(1795599545)})) << "it waits";
}

TEST_F(SlurmJobsTest, AnEmptyQueueIsOneThatHasAHeader) {
  const auto held = Held("echo 'CLUSTER: c1'; echo 'JOBID|SUBMIT_TIME|STATE'");
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_THAT(held->submit_times, IsEmpty());
  for (const char* script : {"exit 0", "echo CLUSTER: c1"}) {
    EXPECT_EQ(Held(script).status().code(), absl::StatusCode::kUnavailable) << script;
  }
}

TEST_F(SlurmJobsTest, DoubtsAControllerThatFailsOrCannotBeUnderstood) {
  const auto failed =
      Held("echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1");
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(failed.status().message()), HasSubstr("Unable to contact"));
  for (const char* line : {"7|1795599545", "x|1795599545|RUNNING", "7|Unknown|RUNNING",
                           "7||RUNNING|", "slurm_load_jobs: hello"}) {
    const auto held = Held(
        std::string("echo 'CLUSTER: c1'; echo 'JOBID|SUBMIT_TIME|STATE'; echo '") + line + "'");
    EXPECT_EQ(held.status().code(), absl::StatusCode::kInvalidArgument) << line;
  }
  EXPECT_FALSE(
      Held("echo 'CLUSTER: c1'; echo 'JOBID|SUBMIT_TIME|STATE'; printf '7|1795599545|RUNN'").ok())
      << "it was cut";
}

TEST_F(SlurmJobsTest, AsksForEveryJobOfOneCluster) {
  const SqueueOptions options = Options("");
  const Command command = SqueueProgram(options).CommandFor("c1");
  EXPECT_THAT(command.arguments,
              ElementsAre(options.program, "--clusters=c1", "--all", "--format=%A|%V|%T"));
  EXPECT_THAT(command.environment,
              ElementsAre("SLURM_CONF=/etc/slurm/other.conf", "SLURM_TIME_FORMAT=%s"));
}

}  // namespace
}  // namespace mesolys::agent
