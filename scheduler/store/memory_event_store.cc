#include "scheduler/store/memory_event_store.h"

#include <algorithm>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"

namespace mesolys {

AppendResult MemoryEventStore::Append(const std::vector<Commit>& commits) {
  using Outcome = AppendResult::Outcome;
  const MutexLock lock(mutex_);
  // Everything is checked before anything is written: that is what makes it all or nothing.
  auto expected = static_cast<int64_t>(log_.size());
  std::set<RequestKey> fresh;
  for (size_t i = 0; i < commits.size(); ++i) {
    const LogRow& row = commits[i].row;
    if (row.revision != ++expected) {
      return {Outcome::kRevisionTaken, i,
              absl::StrCat("the next revision is ", expected, ", not ", row.revision)};
    }
    const RequestKey key(row.actor, row.request_id);
    if (revision_of_.count(key) > 0 || !fresh.insert(key).second) {
      return {Outcome::kDuplicateKey, i,
              absl::StrCat("request ", row.request_id, " of ", row.actor, " is known already")};
    }
  }
  for (const Commit& commit : commits) {
    log_.push_back(commit.row);
    revision_of_[{commit.row.actor, commit.row.request_id}] = commit.row.revision;
    VisitRows(commit.rows, [this](const auto& row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      Put(row);
      return true;
    });
  }
  return {};
}

absl::Status MemoryEventStore::Read(int64_t from_revision,
                                    const std::function<absl::Status(const LogRow&)>& visit) const {
  for (int64_t revision = std::max<int64_t>(from_revision, 1);; ++revision) {
    const std::optional<LogRow> row = RowAt(revision);
    if (!row.has_value()) return absl::OkStatus();
    if (absl::Status visited = visit(*row); !visited.ok()) return visited;
  }
}

absl::StatusOr<std::optional<LogRow>> MemoryEventStore::FindKey(
    absl::string_view actor, absl::string_view request_id) const {
  const MutexLock lock(mutex_);
  const auto found = revision_of_.find({std::string(actor), std::string(request_id)});
  if (found == revision_of_.end()) return std::optional<LogRow>();
  return std::optional<LogRow>(log_[static_cast<size_t>(found->second - 1)]);
}

absl::StatusOr<std::vector<JobRow>> MemoryEventStore::FindJobs(
    const std::vector<JobRowKey>& keys) const {
  const MutexLock lock(mutex_);
  std::vector<JobRow> rows;
  for (const JobRowKey& key : keys) {
    const auto found = jobs_.find(key);
    if (found != jobs_.end()) rows.push_back(found->second);
  }
  return rows;
}

absl::StatusOr<std::vector<JobRow>> MemoryEventStore::FindJobs(absl::string_view cluster,
                                                               absl::string_view account,
                                                               const JobPage& page) const {
  constexpr int64_t kFirst = std::numeric_limits<int64_t>::min();
  const MutexLock lock(mutex_);
  std::vector<JobRow> rows;
  auto job = jobs_.lower_bound({std::string(cluster), kFirst, kFirst});
  if (page.after.has_value() && page.after->cluster >= cluster)
    job = jobs_.upper_bound(*page.after);
  for (; job != jobs_.end() && job->first.cluster == cluster && rows.size() < page.size; ++job) {
    if (job->second.account == account) rows.push_back(job->second);
  }
  return rows;
}

absl::StatusOr<std::vector<JobRow>> MemoryEventStore::FindJobsById(absl::string_view cluster,
                                                                   int64_t job_id) const {
  constexpr int64_t kFirst = std::numeric_limits<int64_t>::min();
  const MutexLock lock(mutex_);
  std::vector<JobRow> rows;
  for (auto job = jobs_.lower_bound({std::string(cluster), job_id, kFirst});
       job != jobs_.end() && job->first.cluster == cluster && job->first.job_id == job_id; ++job) {
    rows.push_back(job->second);
  }
  return rows;
}

absl::Status MemoryEventStore::ReadJobs(
    const std::function<absl::Status(const JobRow&)>& visit) const {
  std::optional<JobRow> job = JobAfter(std::nullopt);
  while (job.has_value()) {
    if (absl::Status visited = visit(*job); !visited.ok()) return visited;
    job = JobAfter(job->key);
  }
  return absl::OkStatus();
}

void MemoryEventStore::Put(const JobRow& job) { jobs_[job.key] = job; }

std::optional<LogRow> MemoryEventStore::RowAt(int64_t revision) const {
  const MutexLock lock(mutex_);
  if (revision > static_cast<int64_t>(log_.size())) return std::nullopt;
  return log_[static_cast<size_t>(revision - 1)];
}

std::optional<JobRow> MemoryEventStore::JobAfter(const std::optional<JobRowKey>& key) const {
  const MutexLock lock(mutex_);
  const auto job = key.has_value() ? jobs_.upper_bound(*key) : jobs_.begin();
  if (job == jobs_.end()) return std::nullopt;
  return job->second;
}

}  // namespace mesolys
