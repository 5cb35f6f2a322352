#include "tests/data/weekly_jobs.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/core/facts/identity.h"

namespace mesolys {
namespace {

constexpr absl::Duration kWeek = absl::Hours(24 * 7);
constexpr int64_t kAdminUid = 380'693;
constexpr int64_t kGigabyte = 1'000'000'000;

struct Account {
  const char* site;
  const char* cluster;
  const char* account;
};
// Each runs a job a week.
constexpr std::array<Account, 9> kAccounts = {{{"north", "n1", "chair-a"},
                                               {"north", "n1", "chair-b"},
                                               {"north", "n2", "chair-b"},
                                               {"north", "n1", "old-lab"},
                                               {"north", "n2", "nobody"},
                                               {"south", "s1", "chair-a"},
                                               {"south", "s1", "labs"},
                                               {"south", "s1", "clinic"},
                                               {"east", "e1", "phd-a"}}};

constexpr std::array<JobState, 16> kEnds = {
    JobState::kCompleted, JobState::kCompleted, JobState::kCompleted, JobState::kCompleted,
    JobState::kCompleted, JobState::kCompleted, JobState::kFailed,    JobState::kTimeout,
    JobState::kCancelled, JobState::kCancelled, JobState::kNodeFail,  JobState::kBootFail,
    JobState::kPreempted, JobState::kDeadline,  JobState::kRequeued,  JobState::kOutOfMemory};

// The same job, seen while it still ran.
UsageRecord Running(UsageRecord record, absl::Time now) {
  record.state = JobState::kRunning;
  record.cancelled_by_uid = -1;
  record.suspended_seconds = 0;
  record.end_time = now;
  record.observe_time = now;
  return record;
}

ReportUsage ReportOf(const std::string& site, std::vector<UsageRecord> records) {
  ReportUsage report{site, std::move(records), {}, {}};
  for (size_t i = 0; i < report.records.size(); ++i) report.indexes.push_back(static_cast<int>(i));
  return report;
}

}  // namespace

UsageRecord RecordOf(const std::string& cluster, int64_t job_id, const std::string& account,
                     absl::Time start, absl::Duration length) {
  UsageRecord record;
  record.key = {cluster, job_id, start - absl::Minutes(5)};
  record.account = account;
  record.user = "u1";
  record.partition = "main";
  record.qos = "normal";
  record.state = JobState::kCompleted;
  record.start_time = start;
  record.end_time = start + length;
  record.time_limit_seconds = 86'400;
  record.core_count = 10;
  record.node_count = 1;
  record.observe_time = record.end_time;
  return record;
}

void ReportRecords(Chronicle& chronicle, std::vector<UsageRecord> records) {
  const std::string site = chronicle.ledger().SiteOf(records.front().key.cluster);
  chronicle.Do(ReportOf(site, std::move(records)), SiteIdentity(site));
}

WeeklyJobs::WeeklyJobs(Chronicle& chronicle)
    : chronicle_(chronicle), random_(20'260'101), next_(chronicle.now() + kWeek) {}

int64_t WeeklyJobs::Pick(int64_t count) {
  return static_cast<int64_t>(random_() % static_cast<uint64_t>(count));
}

UsageRecord WeeklyJobs::Draw(const std::string& cluster, const std::string& account) {
  const absl::Time start = next_ - kWeek + absl::Seconds(3600 + Pick(int64_t{7} * 86'400 - 3600));
  UsageRecord record =
      RecordOf(cluster, ++job_, account, start, absl::Seconds(600 + Pick(int64_t{10} * 3600)));
  record.user = absl::StrCat("u", 1 + Pick(4));
  record.core_count = int64_t{1} << Pick(5);
  record.state = kEnds[static_cast<size_t>(Pick(kEnds.size()))];
  if (record.state == JobState::kCancelled && Pick(2) == 0) record.cancelled_by_uid = kAdminUid;
  if (Pick(4) == 0) record.memory_bytes = (1 + Pick(200)) * kGigabyte;
  if (Pick(5) == 0) record.suspended_seconds = Pick(500);
  if (Pick(5) == 0) {
    const std::string model = cluster == "e1" ? "v100" : "a100";
    record.gpu_counts[Pick(2) == 0 ? "" : model] = 1 + Pick(2);
  }
  return record;
}

void WeeklyJobs::AddFlaws(ReportUsage& report) {
  const int next = static_cast<int>(report.records.size());
  const std::string cluster = report.records.front().key.cluster;
  UsageRecord foreign = RecordOf("elsewhere", 1, "chair-a", next_ - kWeek, absl::Hours(1));
  UsageRecord ahead = RecordOf(cluster, ++job_, "chair-a", next_ + kWeek, absl::Hours(1));
  UsageRecord nameless = RecordOf(cluster, ++job_, "", next_ - kWeek, absl::Hours(1));
  report.records.push_back(std::move(foreign));
  report.records.push_back(std::move(ahead));
  report.records.push_back(std::move(nameless));
  for (int index = next; index < next + 3; ++index) report.indexes.push_back(index);
  report.malformed.push_back({next + 3, {Reason::kRecordInvalid, "no end", {{"field", "end"}}}});
}

void WeeklyJobs::ReportWeek() {
  chronicle_.At(next_);
  std::map<std::string, std::vector<UsageRecord>> reports;
  std::map<std::string, std::vector<UsageRecord>> running;
  for (auto& [site, records] : running_) {
    for (UsageRecord& record : records) reports[site].push_back(std::move(record));
  }
  for (const auto& [site, cluster, account] : kAccounts) {
    UsageRecord record = Draw(cluster, account);
    if (record.end_time <= next_) {
      reports[site].push_back(std::move(record));
      continue;
    }
    reports[site].push_back(Running(record, next_));
    running[site].push_back(std::move(record));
  }
  running_ = std::move(running);
  for (auto& [site, records] : reports) {
    UsageRecord first = records.front();
    // Now and then last week's record comes again, as it was or shorter.
    const auto last = last_.find(site);
    if (last != last_.end() && week_ % 3 == 0) {
      UsageRecord again = last->second;
      const bool amended = week_ % 6 == 0 && IsTerminal(again.state) &&
                           again.end_time - again.start_time > absl::Minutes(30);
      if (amended) {
        again.end_time -= absl::Minutes(10);
        again.observe_time = next_;
      }
      records.push_back(std::move(again));
    }
    ReportUsage report = ReportOf(site, std::move(records));
    if (week_ % 10 == 5) AddFlaws(report);
    chronicle_.Do(std::move(report), SiteIdentity(site));
    last_.insert_or_assign(site, std::move(first));
  }
  ++week_;
  next_ += kWeek;
}

void WeeklyJobs::PassTo(absl::Time time) {
  while (next_ <= time) ReportWeek();
  chronicle_.At(time);
}

}  // namespace mesolys
