// One job, why it cost what it cost, and its price given back.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/usage.pb.h"
#include "nlohmann/json.hpp"
#include "tests/client/client_fixture.h"
#include "tests/client/world_facts.h"

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
  EXPECT_THAT(outcome.out, HasSubstr("-16 h  node failed"));
  EXPECT_THAT(outcome.out, HasSubstr("\nPRICE  cpu 0 h, gpu-a100 0 h; worth 0 h normalised\n"));
  EXPECT_THAT(Run({"usage", "show", "psmn:4005"}).out,
              HasSubstr("\nPRICE  cpu 848 h, gpu-a100 106 h; worth 5088 h normalised\n"));
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
  scheduler_.Do("user/alice",
                DeclareWindow{{0,
                               SiteWindow::Kind::kIncident,
                               "psmn",
                               {TimeOf("2026-11-18T00:00:00Z"), TimeOf("2026-11-19T00:00:00Z")},
                               "The cooling failed"}});
  // A job that ended within the incident where `day` is 18.
  const auto ended = [](int64_t id, JobState state, int day) {
    UsageRecord job = FinishedJob(id, absl::StrCat("2026-11-", day, "T08:00:00Z"),
                                  absl::StrCat("2026-11-", day, "T09:00:00Z"), /*cores=*/1);
    job.state = state;
    return job;
  };
  UsageRecord large = ended(5001, JobState::kCompleted, 17);
  large.memory_bytes = 128'000'000'000;
  UsageRecord cancelled = ended(5005, JobState::kCancelled, 17);
  cancelled.cancelled_by_uid = 0;
  scheduler_.Report({large, ended(5002, JobState::kNodeFail, 17),
                     ended(5003, JobState::kBootFail, 17), ended(5004, JobState::kPreempted, 17),
                     cancelled, ended(5006, JobState::kFailed, 18),
                     ended(5007, JobState::kCompleted, 17)});
  ASSERT_EQ(Run({"usage", "refund", "psmn:5007", "--reason", "Full disk"}).exit, ExitCode::kDone);
  const struct {
    const char* job;
    const char* words;
  } kRows[] = {{"psmn:5001", "allocated"},
               {"psmn:5001", "share of the node"},
               {"psmn:5002", "node failed"},
               {"psmn:5003", "node did not start"},
               {"psmn:5004", "made room for another job"},
               {"psmn:5005", "cancelled by the site"},
               {"psmn:5006", "incident of the site"},
               {"psmn:5007", "given back by hand"},
               {"psmn:4004", "(no grant)"}};
  for (const auto& row : kRows) {
    EXPECT_THAT(Run({"usage", "show", row.job}).out, HasSubstr(row.words)) << row.job;
  }
  // A scheduler that is newer than the program may know more.
  v1::Job job;
  job.add_charges()->set_basis(static_cast<v1::Charge::Basis>(v1::Charge::Basis_MAX + 1));
  scheduler_.Say(job);
  EXPECT_THAT(Run({"usage", "show", "psmn:4001"}).out, HasSubstr("another reason"));
}

TEST_F(JobTest, ShowsAnEntryPerRateWithItsWorthAndTheDateOfTheRate) {
  Catalogue cheaper = WorldCatalogue();
  cheaper.rates.insert(cheaper.rates.begin() + 1,
                       {"cpu", TimeOf("2026-11-20T00:00:00Z"), PartsPerMillion(20'500)});
  scheduler_.Do("service/scheduler", AdoptCatalogue{cheaper, "# cheaper cores", "another digest"});
  const std::string out = Run({"usage", "show", "psmn:4001"}).out;
  EXPECT_THAT(out, HasSubstr("NORMALISED    RATE  SINCE\n"));
  EXPECT_THAT(out, HasSubstr("1  2026-01-01\n"));
  EXPECT_THAT(out, HasSubstr("0.0205  2026-11-20\n"));
  EXPECT_THAT(out, HasSubstr("PRICE  cpu 784 h; worth 507.55 h normalised\n"));
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
  UsageRecord early = FinishedJob(4001, "2026-11-01T08:00:00Z", "2026-11-01T09:00:00Z", 7);
  scheduler_.Report({early});
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
  EXPECT_EQ(json["job"]["submit_time"], "2026-11-19T07:00:00Z");
  EXPECT_EQ(json["charges"][0]["amount_base_units"], 784 * 3600);
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
