// One job, why it cost what it cost, and its price given back.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class JobTest : public ClientTest {};

TEST_F(JobTest, ShowsEveryEntryOfThePriceAndTheirSum) {
  const Outcome outcome = Run({"usage", "show", "psmn:4002"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("allocated"));
  EXPECT_THAT(outcome.out, HasSubstr("share of the node"));
  EXPECT_THAT(outcome.out, HasSubstr("-16 h  node failed"));
  EXPECT_THAT(outcome.out, HasSubstr("\nPRICE  cpu 0 h, gpu-a100 2 h; worth 80 h normalised\n"));
}

TEST_F(JobTest, LeavesOutOfThePriceWhatARunningJobMayStillTake) {
  const auto json =
      nlohmann::json::parse(Run({"usage", "show", "psmn:4003", "--format", "json"}).out);
  EXPECT_THAT(json["charges"], SizeIs(2));
  EXPECT_EQ(json["charges"][1]["kind"], "COMMITTED");
  EXPECT_EQ(json["price"]["charged_base_units"]["cpu"], 8 * 3600);
  EXPECT_EQ(json["price"]["normalised_seconds"], 8 * 3600);
}

TEST_F(JobTest, NamesEveryReasonInWords) {
  v1::Job job = FakeJobs()[0];
  job.clear_charges();
  for (int basis = v1::Charge::Basis_MIN; basis <= v1::Charge::Basis_MAX + 1; ++basis) {
    v1::Charge& charge = *job.add_charges();
    charge.set_resource("cpu");
    charge.set_basis(static_cast<v1::Charge::Basis>(basis));
  }
  scheduler_.SetJobs({job});
  const std::string out = Run({"usage", "show", "psmn:4001"}).out;
  for (const char* words :
       {"allocated", "share of the node", "node failed", "node did not start",
        "made room for another job", "cancelled by the site", "incident of the site",
        "given back by hand", "another reason", "(no grant)"}) {
    EXPECT_THAT(out, HasSubstr(words));
  }
}

TEST_F(JobTest, ShowsAnEntryPerRateWithItsWorthAndTheDateOfTheRate) {
  v1::Job job = FakeJobs()[0];
  v1::Charge& later = *job.add_charges();
  later = job.charges(0);
  later.set_rate_ppm(20'500);
  later.set_normalised_seconds(later.amount_base_units() * 41 / 2000);
  *later.mutable_rate_since_time() = FakeTime("2026-11-21T00:00:00Z");
  scheduler_.SetJobs({job});
  const std::string out = Run({"usage", "show", "psmn:4001"}).out;
  EXPECT_THAT(out, HasSubstr("NORMALISED    RATE  SINCE\n"));
  EXPECT_THAT(out, HasSubstr("800 h       1  2026-01-01\n"));
  EXPECT_THAT(out, HasSubstr("16.4 h  0.0205  2026-11-21\n"));
  EXPECT_THAT(out, HasSubstr("PRICE  cpu 1600 h; worth 816.4 h normalised\n"));
}

TEST_F(JobTest, ListsOnlyWithOptionsThatGoTogether) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"usage", "list"},
                                             {"usage", "list", "proj_a", "--unassigned"},
                                             {"usage", "list", "proj_a", "--jobs", "psmn:x"},
                                             {"usage", "list", "--unassigned", "--uncovered"},
                                             {"usage", "list", "--unassigned", "--jobs", "psmn"}}) {
    EXPECT_EQ(Run(wrong).exit, ExitCode::kUsage);
  }
  EXPECT_EQ(scheduler_.call_count(), 0);
}

TEST_F(JobTest, TellsJobsOfOneIdApartByTheirSubmitTime) {
  v1::Job early = FakeJobs()[0];
  *early.mutable_record()->mutable_submit_time() = FakeTime("2026-11-01T07:00:00Z");
  early.mutable_record()->set_core_count(7);
  scheduler_.SetJobs({early, FakeJobs()[0]});
  EXPECT_THAT(Run({"usage", "show", "psmn:4001"}).out, HasSubstr("CORES      32"));
  EXPECT_THAT(Run({"usage", "show", "psmn:4001@2026-11-01T08:00:00+01:00"}).out,
              HasSubstr("CORES      7"));
  EXPECT_EQ(Run({"usage", "show", "psmn:4001@2026-11-02T07:00:00Z"}).exit, ExitCode::kNotFound);
}

TEST_F(JobTest, IsRefundedOnce) {
  const std::vector<std::string> refund = {"usage",    "refund", "psmn:4001",
                                           "--reason", "Full",   "--format=json"};
  std::vector<std::string> dry_run = refund;
  dry_run.push_back("--dry-run");
  const Outcome dry = Run(dry_run);
  EXPECT_EQ(dry.exit, ExitCode::kDone) << dry.err;
  EXPECT_THAT(dry.err, HasSubstr("would be given back"));
  EXPECT_THAT(scheduler_.applied(), IsEmpty());

  const Outcome outcome = Run(refund);
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_EQ(outcome.err, "mesolys: the price of job 4001 of psmn is given back\n");
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["job"]["submit_time"], "2026-11-20T07:00:00Z");
  EXPECT_EQ(json["charges"][0]["amount_base_units"], 32 * 25 * 3600);
  EXPECT_EQ(json["charges"][0]["basis"], "OPERATOR");
  EXPECT_THAT(Run({"usage", "show", "psmn:4001"}).out, HasSubstr("PRICE  cpu 0 h;"));

  const Outcome again = Run(refund);
  EXPECT_EQ(again.exit, ExitCode::kRefused);
  EXPECT_EQ(nlohmann::json::parse(again.out)["error"]["reason"], "JOB_REFUNDED");
  EXPECT_EQ(Run({"usage", "refund", "psmn:4003", "--reason", "x"}).exit, ExitCode::kRefused);
}

TEST_F(JobTest, IsNotReadFromOtherSpellings) {
  for (const std::string text :
       {"4002", "psmn:", ":4002", "psmn:0", "psmn:-1", "psmn:4002_", "psmn:4002_x", "psmn:_1",
        "PSMN:4002", "psmn:4002@", "psmn:4002@2026-11-20", "psmn:4002@2026-11-20T07:00:00",
        "psmn:99999999999999999999"}) {
    const Outcome outcome = Run({"usage", "show", text});
    EXPECT_EQ(outcome.exit, ExitCode::kUsage) << text;
    EXPECT_THAT(outcome.err, HasSubstr("is not a job; write CLUSTER:JOBID"));
  }
  const Outcome task = Run({"usage", "show", "psmn:4002_1"});
  EXPECT_EQ(task.exit, ExitCode::kUsage);
  EXPECT_THAT(task.err, HasSubstr("see `sacct -M psmn -j 4002_1 --format=JobIDRaw`"));
  EXPECT_THAT(Run({"usage", "refund", "psmn:4002"}).err, HasSubstr("--reason is required"));
  EXPECT_EQ(Run({"usage", "refund", "psmn", "--reason", "x"}).exit, ExitCode::kUsage);
  EXPECT_EQ(scheduler_.call_count(), 0);
  EXPECT_EQ(Run({"usage", "show", "psmn:404"}).exit, ExitCode::kNotFound);
}

}  // namespace
}  // namespace mesolys::client
