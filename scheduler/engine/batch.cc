#include "scheduler/engine/batch.h"

#include <utility>

#include "scheduler/store/event_codec.h"
#include "scheduler/store/job_codec.h"
#include "scheduler/store/row_hash.h"

namespace mesolys {
namespace {

// Writes the digest of the rows into the event that speaks of them.
void SetRowsDigest(std::vector<Event>& events, const std::string& digest) {
  for (Event& event : events) {
    if (auto* reported = std::get_if<UsageReported>(&event)) reported->rows_digest = digest;
    if (auto* resettled = std::get_if<JobsResettled>(&event)) resettled->rows_digest = digest;
    if (auto* refunded = std::get_if<JobRefunded>(&event)) refunded->rows_digest = digest;
  }
}

}  // namespace

Batch::Batch(Ledger& tentative, std::string hash, absl::Time time)
    : tentative_(tentative),
      durable_revision_(tentative.revision()),
      hash_(std::move(hash)),
      time_(time) {}

absl::Status Batch::Load(const EventStore& store, const Command& command) {
  std::vector<JobRowKey> missing;
  for (const JobKey& key : JobsNamedBy(command)) {
    if (!rows_.contains(key)) missing.push_back(RowKeyOf(key));
  }
  if (missing.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<JobRow>> rows = store.FindJobs(missing);
  if (!rows.ok()) return rows.status();
  for (const JobRow& row : *rows) {
    if (row.revision > durable_revision_) return absl::AbortedError("another writer was first");
    absl::StatusOr<Job> job = DecodeJob(row);
    if (!job.ok()) return job.status();
    JobKey key = job->record.key;
    rows_.emplace(std::move(key), *std::move(job));
  }
  return absl::OkStatus();
}

absl::StatusOr<Batch::Decided> Batch::Decide(const std::string& actor,
                                             const std::string& request_id,
                                             const std::string& digest, const Command& command,
                                             bool validate_only) {
  absl::StatusOr<Verdict> verdict = DecideCommand({tentative_, rows_, actor, time_}, command);
  if (!verdict.ok()) return verdict.status();
  if (validate_only || !verdict->recorded) return Decided{std::move(verdict->events), 0};

  Commit commit;
  commit.row.revision = tentative_.revision() + 1;
  for (const Job& job : verdict->jobs) {
    commit.rows.jobs.push_back(EncodeJob(job, commit.row.revision));
  }
  if (commit.rows != Rows()) SetRowsDigest(verdict->events, RowsDigest(commit.rows));
  commit.row.actor = actor;
  commit.row.request_id = request_id;
  commit.row.digest = digest;
  commit.row.time_us = absl::ToUnixMicros(time_);
  commit.row.body = EncodeEvents(verdict->events);
  commit.row.hash = ChainHash(hash_, commit.row);
  hash_ = commit.row.hash;

  for (const Event& event : verdict->events) {
    tentative_.Apply(event, time_, commit.row.revision);
  }
  for (Job& job : verdict->jobs) {
    JobKey key = job.record.key;
    rows_.insert_or_assign(std::move(key), std::move(job));
  }
  const int64_t revision = commit.row.revision;
  commits_.push_back(std::move(commit));
  return Decided{std::move(verdict->events), revision};
}

}  // namespace mesolys
