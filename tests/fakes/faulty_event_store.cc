#include "tests/fakes/faulty_event_store.h"

#include <utility>

namespace mesolys {

void FaultyEventStore::Next(std::vector<Fault> faults) {
  MutexLock lock(mutex_);
  faults_.assign(faults.begin(), faults.end());
}

void FaultyEventStore::Fill(bool full) {
  MutexLock lock(mutex_);
  full_ = full;
}

void FaultyEventStore::BeforeNextAppend(std::function<void(MemoryEventStore&)> write) {
  MutexLock lock(mutex_);
  other_writer_ = std::move(write);
}

void FaultyEventStore::RefuseQueries(bool refuse) {
  MutexLock lock(mutex_);
  refuse_queries_ = refuse;
}

std::vector<size_t> FaultyEventStore::appends() const {
  MutexLock lock(mutex_);
  return appends_;
}

void FaultyEventStore::AwaitAppends(size_t count) const {
  MutexLock lock(mutex_);
  while (appends_.size() < count) asked_.wait(mutex_);
}

void FaultyEventStore::Open(bool open) {
  {
    MutexLock lock(mutex_);
    open_ = open;
  }
  opened_.notify_all();
}

AppendResult FaultyEventStore::Append(const std::vector<Commit>& commits) {
  using Outcome = AppendResult::Outcome;
  std::optional<Fault> fault;
  std::function<void(MemoryEventStore&)> other_writer;
  {
    MutexLock lock(mutex_);
    appends_.push_back(commits.size());
    asked_.notify_all();
    while (!open_) opened_.wait(mutex_);
    std::swap(other_writer, other_writer_);
    if (!faults_.empty()) {
      fault = faults_.front();
      faults_.pop_front();
    } else if (full_) {
      fault = Fault::kFull;
    }
  }
  if (other_writer) other_writer(inner_);
  switch (fault.value_or(Fault::kNone)) {
    case Fault::kNone:
      return inner_.Append(commits);
    case Fault::kUnavailable:
      return {Outcome::kUnavailable, 0, "no connection"};
    case Fault::kFull:
      return {Outcome::kFull, 0, "no space left"};
    case Fault::kUnknownApplied: {
      AppendResult result = inner_.Append(commits);
      if (result.outcome != Outcome::kAppended) return result;
      return {Outcome::kUnknown, 0, "connection lost"};
    }
    case Fault::kUnknownLost:
      break;
  }
  return {Outcome::kUnknown, 0, "connection lost"};
}

absl::Status FaultyEventStore::Answers() const {
  MutexLock lock(mutex_);
  return refuse_queries_ ? absl::UnavailableError("no connection") : absl::OkStatus();
}

absl::Status FaultyEventStore::Read(int64_t from_revision,
                                    const std::function<absl::Status(const LogRow&)>& visit) const {
  if (absl::Status status = Answers(); !status.ok()) return status;
  return inner_.Read(from_revision, visit);
}

absl::StatusOr<std::optional<LogRow>> FaultyEventStore::FindKey(
    absl::string_view actor, absl::string_view request_id) const {
  if (absl::Status status = Answers(); !status.ok()) return status;
  return inner_.FindKey(actor, request_id);
}

absl::StatusOr<std::vector<JobRow>> FaultyEventStore::FindJobs(
    const std::vector<JobRowKey>& keys) const {
  if (absl::Status status = Answers(); !status.ok()) return status;
  return inner_.FindJobs(keys);
}

absl::StatusOr<std::vector<JobRow>> FaultyEventStore::FindJobs(absl::string_view cluster,
                                                               absl::string_view account,
                                                               const JobPage& page) const {
  if (absl::Status status = Answers(); !status.ok()) return status;
  return inner_.FindJobs(cluster, account, page);
}

absl::StatusOr<std::vector<JobRow>> FaultyEventStore::FindJobsById(absl::string_view cluster,
                                                                   int64_t job_id) const {
  if (absl::Status status = Answers(); !status.ok()) return status;
  return inner_.FindJobsById(cluster, job_id);
}

absl::Status FaultyEventStore::ReadJobs(
    const std::function<absl::Status(const JobRow&)>& visit) const {
  if (absl::Status status = Answers(); !status.ok()) return status;
  return inner_.ReadJobs(visit);
}

}  // namespace mesolys
