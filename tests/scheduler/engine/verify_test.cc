#include "scheduler/engine/verify.h"

#include <functional>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/store/job_codec.h"
#include "tests/scheduler/engine/engine_fixture.h"

namespace mesolys {
namespace {

using ::testing::HasSubstr;

// What reads of a store would give if somebody had laid hands on its file.
class AlteredStore : public EventStore {
 public:
  explicit AlteredStore(const EventStore& inner) : inner_(inner) {}

  // Each may change its row, or answer false: the row is gone.
  std::function<bool(LogRow&)> alter_row = [](LogRow&) { return true; };
  std::function<bool(JobRow&)> alter_job = [](JobRow&) { return true; };

  AppendResult Append(const std::vector<Commit>&) override {
    return {AppendResult::Outcome::kUnavailable, 0, "for reading only"};
  }
  absl::Status Read(int64_t from_revision,
                    const std::function<absl::Status(const LogRow&)>& visit) const override {
    return inner_.Read(from_revision, [&](const LogRow& row) {
      LogRow altered = row;
      return alter_row(altered) ? visit(altered) : absl::OkStatus();
    });
  }
  absl::Status ReadJobs(const std::function<absl::Status(const JobRow&)>& visit) const override {
    return inner_.ReadJobs([&](const JobRow& row) {
      JobRow altered = row;
      return alter_job(altered) ? visit(altered) : absl::OkStatus();
    });
  }
  absl::StatusOr<std::optional<LogRow>> FindKey(absl::string_view actor,
                                                absl::string_view request_id) const override {
    return inner_.FindKey(actor, request_id);
  }
  absl::StatusOr<std::vector<JobRow>> FindJobs(const std::vector<JobRowKey>& keys) const override {
    return inner_.FindJobs(keys);
  }
  absl::StatusOr<std::vector<JobRow>> FindJobs(absl::string_view cluster, absl::string_view account,
                                               const JobPage& page) const override {
    return inner_.FindJobs(cluster, account, page);
  }
  absl::StatusOr<std::vector<JobRow>> FindJobsById(absl::string_view cluster,
                                                   int64_t job_id) const override {
    return inner_.FindJobsById(cluster, job_id);
  }

 private:
  const EventStore& inner_;
};

// A history with a grant, uncovered use and unassigned use.
class VerifyTest : public EngineTest {
 protected:
  VerifyTest() {
    EXPECT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
    EXPECT_TRUE(Ask(*engine_, "k2", CpuRequest("alpha", 360'000)).ok());
    ReportUsage report = ReportOf("alpha", 1, 3);
    report.records[1].state = JobState::kRunning;
    report.records[1].time_limit_seconds = 500;
    report.records[2].gpu_counts = {{"a100", 2}};
    EXPECT_TRUE(Ask(*engine_, "k3", report).ok());
    EXPECT_TRUE(Ask(*engine_, "k4", ReportOf("nobody", 10, 2)).ok());
  }

  absl::Status VerifyAltered() const { return Verify(altered_).status(); }

  AlteredStore altered_{store_};
};

TEST_F(VerifyTest, PassesOnARealHistoryAndSaysWhatItSaw) {
  const absl::StatusOr<VerifyReport> report = Verify(altered_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->revision, 5);
  EXPECT_EQ(report->hash, LogOf(store_).back().hash);
  EXPECT_EQ(report->job_count, 5);
  EXPECT_EQ(report->booked_count, 3);  // the grant, its GPUs that nobody covers, nobody's cores
}

TEST_F(VerifyTest, PassesOnAnEmptyStore) {
  const absl::StatusOr<VerifyReport> report = Verify(MemoryEventStore());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->revision, 0);
  EXPECT_EQ(report->hash, "");
}

struct RowChange {
  const char* what;
  std::function<void(LogRow&)> make;
};

TEST_F(VerifyTest, FindsAnyChangeOfARowOfTheLog) {
  for (const RowChange& change : {
           RowChange{"body", [](LogRow& row) { row.body.back() ^= 1; }},
           RowChange{"body", [](LogRow& row) { row.body += '\0'; }},
           RowChange{"actor", [](LogRow& row) { row.actor = "spiffe://mesolys/user/mallory"; }},
           RowChange{"request id", [](LogRow& row) { row.request_id += "x"; }},
           RowChange{"digest", [](LogRow& row) { row.digest[0] ^= 1; }},
           RowChange{"time", [](LogRow& row) { ++row.time_us; }},
           RowChange{"hash", [](LogRow& row) { row.hash[0] ^= 1; }},
           RowChange{"hash", [](LogRow& row) { row.hash.clear(); }},
       }) {
    for (int64_t revision = 1; revision <= 5; ++revision) {
      altered_.alter_row = [&](LogRow& row) {
        if (row.revision == revision) change.make(row);
        return true;
      };
      const absl::Status status = VerifyAltered();
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << change.what;
      EXPECT_THAT(std::string(status.message()), HasSubstr(std::to_string(revision)))
          << change.what;
    }
  }
}

TEST_F(VerifyTest, FindsAMissingRowOfTheLog) {
  for (int64_t revision = 1; revision <= 4; ++revision) {
    altered_.alter_row = [&](LogRow& row) { return row.revision != revision; };
    const absl::Status status = VerifyAltered();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(status.message(), "revision " + std::to_string(revision) + " is missing");
  }
}

TEST_F(VerifyTest, FindsALogThatEndsTooSoonByTheJobsItDoesNotExplain) {
  altered_.alter_row = [](LogRow& row) { return row.revision < 5; };
  const absl::Status status = VerifyAltered();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("n1:nobody cpu"));
}

struct JobChange {
  const char* what;
  std::function<void(Job&)> make;
};

TEST_F(VerifyTest, FindsAChangedJobRow) {
  for (const JobChange& change : {
           JobChange{"amount", [](Job& job) { job.charges[0].amount += Amount(1); }},
           JobChange{"kind", [](Job& job) { job.charges[0].kind = ChargeKind::kRefund; }},
           JobChange{"charge gone", [](Job& job) { job.charges.pop_back(); }},
           JobChange{"grant", [](Job& job) { job.charges[0].grant = 99; }},
           JobChange{"site", [](Job& job) { job.site = "south"; }},
       }) {
    for (int64_t id : {1, 2, 3, 10, 11}) {
      altered_.alter_job = [&](JobRow& row) {
        if (row.key.job_id != id) return true;
        Job job = *DecodeJob(row);
        change.make(job);
        row = EncodeJob(job, row.revision);
        return true;
      };
      const absl::Status status = VerifyAltered();
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << change.what << " of job " << id;
      EXPECT_THAT(std::string(status.message()), HasSubstr("the job rows say")) << change.what;
    }
  }
}

TEST_F(VerifyTest, FindsAMissingJobRowAndOneTooMany) {
  for (int64_t id : {1, 2, 3, 10, 11}) {
    altered_.alter_job = [&](JobRow& row) { return row.key.job_id != id; };
    EXPECT_EQ(VerifyAltered().code(), absl::StatusCode::kDataLoss) << id;
  }
  altered_.alter_job = [](JobRow& row) {
    row.account = row.account == "nobody" ? "somebody" : row.account;
    return true;
  };
  EXPECT_EQ(VerifyAltered().code(), absl::StatusCode::kDataLoss);
}

TEST_F(VerifyTest, FindsAJobRowThatCannotBeRead) {
  altered_.alter_job = [](JobRow& row) {
    row.record = "\xff";
    return true;
  };
  EXPECT_EQ(VerifyAltered().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace mesolys
