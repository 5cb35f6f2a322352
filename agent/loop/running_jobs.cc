#include "agent/loop/running_jobs.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "proto/runtime/convert.h"
#include "proto/values/job_state.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {
namespace {

constexpr int64_t kFollowedPageRecords = 1000;
// A controller is asked no more often than this.
constexpr absl::Duration kWordAge = absl::Seconds(30);
// Under which the spool keeps what was asked for.
constexpr char kByIds[] = "by id";

bool Runs(const v1::UsageRecord& record) {
  return v1::UsageRecord::State_IsValid(record.state()) &&
         !IsTerminal(static_cast<JobState>(record.state()));
}

// At its time limit, or where it began if it has none; never later than it was seen.
absl::Time LimitOf(const UsageRecord& record) {
  if (record.time_limit_seconds == 0) return record.start_time;
  return std::min(record.end_time, record.start_time + absl::Seconds(record.suspended_seconds +
                                                                     record.time_limit_seconds));
}

void EndAt(absl::Time end, UsageRecord& record) {
  record.end_time = end;
  const int64_t wall_seconds = absl::ToInt64Seconds(end - record.start_time);
  record.suspended_seconds = std::min(record.suspended_seconds, wall_seconds);
}

absl::Time WholeSeconds(absl::Time time) {
  return absl::FromUnixSeconds(absl::ToUnixSeconds(time));
}

}  // namespace

RunningJobs::RunningJobs(Spool& spool, JobReader* reader, const Clock& clock,
                         const CollectionLog& collections)
    : spool_(spool), reader_(reader), clock_(clock), collections_(collections) {}

const RunningJobs::Word& RunningJobs::WordOf(const std::string& cluster) {
  const absl::Time now = clock_.Now();
  const absl::Duration age = std::min(kWordAge, reader_->told_interval());
  const auto known = words_.find(cluster);
  const bool is_fresh =
      known != words_.end() && known->second.time <= now && now - known->second.time < age;
  if (is_fresh) return known->second;
  Word& word = words_[cluster];
  word = {now, std::nullopt};
  if (absl::StatusOr<HeldJobs> held = reader_->Held(cluster); held.ok()) {
    word.held = *std::move(held);
  } else {
    spdlog::warn("which jobs {} has is not known: {}", cluster,
                 std::string(held.status().message()));
  }
  return word;
}

bool RunningJobs::IsNew(absl::Time seen, const Word& word) const {
  return word.time - seen < 2 * reader_->told_interval();
}

absl::StatusOr<RunningJobs::Verdict> RunningJobs::JudgeOne(UsageRecord& record) {
  if (!reader_->IsFor(record.key.cluster)) return Verdict::kRuns;
  const Word& word = WordOf(record.key.cluster);
  if (word.held.has_value() && word.held->Has(record.key)) return Verdict::kRuns;
  const absl::StatusOr<std::optional<UsageRecord>> kept = spool_.Job(record.key);
  if (!kept.ok()) return kept.status();
  const std::optional<UsageRecord>& before = *kept;
  // One that has ended does so for good: what says otherwise is older.
  const bool is_known = before.has_value() && (before->is_runaway || IsTerminal(before->state));
  if (is_known) return Verdict::kIsKnown;
  if (!word.held.has_value()) {
    // Nobody can say whether it is still there: it ends with its limit, and a while to be killed.
    const absl::Time end = LimitOf(record);
    const bool is_beyond =
        record.time_limit_seconds > 0 && record.end_time - end >= 2 * reader_->told_interval();
    if (!is_beyond) return Verdict::kRuns;
    EndAt(before.has_value() ? std::max(end, before->end_time) : end, record);
  } else if (before.has_value()) {
    if (IsNew(before->observe_time, word)) return Verdict::kIsKnown;
    const absl::Time observed = record.observe_time;
    record = *before;
    record.observe_time = observed;
  } else {
    if (IsNew(record.start_time, word)) return Verdict::kRuns;
    EndAt(LimitOf(record), record);
  }
  record.is_runaway = true;
  return Verdict::kRanAway;
}

absl::Status RunningJobs::Judge(std::vector<v1::UsageRecord>& records) {
  if (reader_ == nullptr) return absl::OkStatus();
  absl::Status status;
  std::erase_if(records, [&](v1::UsageRecord& message) {
    if (!status.ok() || !Runs(message)) return false;
    absl::StatusOr<UsageRecord> record = FromProto(message);
    if (!record.ok()) return false;  // the ledger says why
    const absl::StatusOr<Verdict> verdict = JudgeOne(*record);
    status.Update(verdict.status());
    if (!verdict.ok()) return false;
    if (*verdict == Verdict::kRanAway) message = ToProto(*record);
    return *verdict == Verdict::kIsKnown;
  });
  return status;
}

absl::StatusOr<std::map<std::string, std::vector<JobKey>>> RunningJobs::Unseen(absl::Time before) {
  std::map<std::string, std::vector<JobKey>> unseen;
  size_t count = 0;
  while (true) {
    const absl::StatusOr<std::vector<UsageRecord>> page = spool_.Jobs(after_, kFollowedPageRecords);
    if (!page.ok()) return page.status();
    if (page->empty()) {
      after_.reset();
      return unseen;
    }
    for (const UsageRecord& record : *page) {
      after_ = record.key;
      const bool is_unseen = !IsTerminal(record.state) && record.observe_time < before &&
                             reader_->IsFor(record.key.cluster);
      if (!is_unseen) continue;
      unseen[record.key.cluster].push_back(record.key);
      if (++count == JobReader::kJobsMax) return unseen;
    }
  }
}

absl::StatusOr<std::optional<v1::UsageRecord>> RunningJobs::Vanished(const JobKey& job) {
  const Word& word = WordOf(job.cluster);
  // Accounting may be late.
  if (!word.held.has_value() || word.held->Has(job)) return std::nullopt;
  absl::StatusOr<std::optional<UsageRecord>> kept = spool_.Job(job);
  if (!kept.ok()) return kept.status();
  if (!kept->has_value() || (*kept)->is_runaway || IsNew((*kept)->observe_time, word)) {
    return std::nullopt;
  }
  UsageRecord record = **std::move(kept);
  record.is_runaway = true;
  record.observe_time = WholeSeconds(clock_.Now());
  return ToProto(record);
}

absl::Status RunningJobs::Ask(const std::string& cluster, const std::vector<JobKey>& jobs,
                              int64_t& kept) {
  const absl::Time now = clock_.Now();
  const absl::StatusOr<std::vector<v1::UsageRecord>> found = reader_->Find(cluster, jobs, now);
  if (!found.ok()) return found.status();
  std::set<JobKey> missing(jobs.begin(), jobs.end());
  std::vector<v1::UsageRecord> records;
  for (const v1::UsageRecord& message : *found) {
    const absl::StatusOr<UsageRecord> record = FromProto(message);
    // An id may have been another job's too.
    if (record.ok() && missing.erase(record->key) > 0) records.push_back(message);
  }
  if (absl::Status judged = Judge(records); !judged.ok()) return judged;
  for (const JobKey& job : missing) {
    absl::StatusOr<std::optional<v1::UsageRecord>> vanished = Vanished(job);
    if (!vanished.ok()) return vanished.status();
    if (vanished->has_value()) records.push_back(**std::move(vanished));
  }
  // With no room they are asked for another time.
  if (records.empty() || spool_.Room() < static_cast<int64_t>(records.size())) {
    return absl::OkStatus();
  }
  const absl::StatusOr<QuarantineMark> mark = spool_.Mark();
  if (!mark.ok()) return mark.status();
  kept += static_cast<int64_t>(records.size());
  return spool_.Add(records, "", *mark, now, kByIds);
}

absl::StatusOr<int64_t> RunningJobs::Tick() {
  int64_t kept = 0;
  const absl::Time now = clock_.Now();
  // What a collection under way will show needs no question.
  if (reader_ == nullptr || !collections_.IsCurrent(now)) return kept;
  const absl::Duration interval = reader_->told_interval();
  if (asked_time_ <= now && now - asked_time_ < interval) return kept;
  asked_time_ = now;
  const absl::StatusOr<std::map<std::string, std::vector<JobKey>>> unseen =
      Unseen(collections_.EndTime() - 2 * interval);
  if (!unseen.ok()) return unseen.status();
  absl::Status asked;
  for (const auto& [cluster, jobs] : *unseen) asked.Update(Ask(cluster, jobs, kept));
  if (!asked.ok()) return asked;
  return kept;
}

}  // namespace mesolys::agent
