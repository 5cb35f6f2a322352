#include "scheduler/store/sqlite/sqlite_queries.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "scheduler/store/sqlite/sqlite_file.h"

namespace mesolys::sqlite {
namespace {

// A page of a long answer ends at whichever comes first. Rows of the log may be as long as a
// report.
constexpr int64_t kPageRows = 512;
constexpr size_t kPageBytes = 1 << 20;

constexpr int64_t kBeforeAll = std::numeric_limits<int64_t>::min();

LogRow ToLogRow(const Statement& row) {
  return {row.Integer(0), row.Bytes(1), row.Bytes(2), row.Bytes(3),
          row.Integer(4), row.Bytes(5), row.Bytes(6)};
}

JobRow ToJobRow(const Statement& row) {
  return {{row.Bytes(0), row.Integer(1), row.Integer(2)},
          row.Bytes(3),
          row.Integer(4),
          row.Bytes(5),
          row.Bytes(6)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Queries>> Queries::Make(const std::string& path,
                                                       Connection connection) {
  std::unique_ptr<Queries> queries(new Queries(path, std::move(connection)));
  const MutexLock lock(queries->mutex_);
  const int code = queries->Prepare();
  if (code != SQLITE_OK) return queries->Failure(code);
  return queries;
}

int Queries::Prepare() {
  const std::pair<Statement*, absl::string_view> statements[] = {
      {&log_from_,
       "SELECT revision, actor, request_id, digest, time_us, body, hash FROM event"
       " WHERE revision >= ?1 ORDER BY revision LIMIT ?2"},
      {&jobs_after_,
       "SELECT cluster, job_id, submit_time, account, revision, record, charges FROM job"
       " WHERE (cluster, job_id, submit_time) > (?1, ?2, ?3)"
       " ORDER BY cluster, job_id, submit_time LIMIT ?4"},
      {&find_key_,
       "SELECT revision, actor, request_id, digest, time_us, body, hash FROM event"
       " WHERE actor = ?1 AND request_id = ?2"},
      {&find_job_,
       "SELECT cluster, job_id, submit_time, account, revision, record, charges FROM job"
       " WHERE cluster = ?1 AND job_id = ?2 AND submit_time = ?3"},
      // Without the hint SQLite walks the primary key through every other account's jobs.
      {&account_page_,
       "SELECT cluster, job_id, submit_time, account, revision, record, charges FROM job"
       " INDEXED BY job_by_account WHERE cluster = ?1 AND account = ?2 AND (job_id, submit_time) > "
       "(?3, ?4)"
       " ORDER BY job_id, submit_time LIMIT ?5"},
      {&jobs_by_id_,
       "SELECT cluster, job_id, submit_time, account, revision, record, charges FROM job"
       " WHERE cluster = ?1 AND job_id = ?2 ORDER BY submit_time"},
  };
  for (const auto& [statement, sql] : statements) {
    const int code = statement->Prepare(connection_, sql, SQLITE_PREPARE_PERSISTENT);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

absl::Status Queries::FreezeView() {
  const MutexLock lock(mutex_);
  int code = connection_.Execute("BEGIN");
  int64_t newest = 0;
  // BEGIN alone takes no view; the first query does.
  if (code == SQLITE_OK) code = connection_.QueryInteger("SELECT max(revision) FROM event", newest);
  return code == SQLITE_OK ? absl::OkStatus() : Failure(code);
}

absl::StatusOr<std::vector<LogRow>> Queries::LogFrom(int64_t revision) {
  const MutexLock lock(mutex_);
  const ScopedReset reset(log_from_);
  log_from_.Bind(revision, kPageRows);
  std::vector<LogRow> rows;
  size_t bytes = 0;
  int code = SQLITE_OK;
  while (bytes < kPageBytes && (code = log_from_.Step()) == SQLITE_ROW) {
    rows.push_back(ToLogRow(log_from_));
    bytes += rows.back().body.size();
  }
  if (code != SQLITE_ROW && code != SQLITE_DONE) return Failure(code);
  return rows;
}

absl::StatusOr<std::vector<JobRow>> Queries::JobsAfter(const JobRowKey& key) {
  const MutexLock lock(mutex_);
  const ScopedReset reset(jobs_after_);
  jobs_after_.Bind(Text{key.cluster}, key.job_id, key.submit_time, kPageRows);
  std::vector<JobRow> rows;
  int code = SQLITE_OK;
  while ((code = jobs_after_.Step()) == SQLITE_ROW) rows.push_back(ToJobRow(jobs_after_));
  if (code != SQLITE_DONE) return Failure(code);
  return rows;
}

absl::StatusOr<std::optional<LogRow>> Queries::FindKey(absl::string_view actor,
                                                       absl::string_view request_id) {
  const MutexLock lock(mutex_);
  const ScopedReset reset(find_key_);
  find_key_.Bind(Text{actor}, Text{request_id});
  const int code = find_key_.Step();
  if (code == SQLITE_DONE) return std::optional<LogRow>();
  if (code != SQLITE_ROW) return Failure(code);
  return std::optional<LogRow>(ToLogRow(find_key_));
}

absl::StatusOr<std::vector<JobRow>> Queries::FindJobs(const std::vector<JobRowKey>& keys) {
  const MutexLock lock(mutex_);
  // One transaction for all: one view, and the file's locks are taken once, not for each key
  // (measured: twice the rate). A frozen view is in a transaction already.
  const bool is_frozen = connection_.IsInTransaction();
  if (!is_frozen) {
    const int code = connection_.Execute("BEGIN");
    if (code != SQLITE_OK) return Failure(code);
  }
  std::vector<JobRow> rows;
  rows.reserve(keys.size());
  absl::Status status = AppendJobs(keys, rows);
  if (!is_frozen && connection_.IsInTransaction()) {
    const int code = connection_.Execute("COMMIT");
    if (code != SQLITE_OK && status.ok()) status = Failure(code);
  }
  if (!status.ok()) return status;
  return rows;
}

absl::Status Queries::AppendJobs(const std::vector<JobRowKey>& keys, std::vector<JobRow>& rows) {
  for (const JobRowKey& key : keys) {
    const ScopedReset reset(find_job_);
    find_job_.Bind(Text{key.cluster}, key.job_id, key.submit_time);
    const int code = find_job_.Step();
    if (code == SQLITE_ROW) {
      rows.push_back(ToJobRow(find_job_));
    } else if (code != SQLITE_DONE) {
      return Failure(code);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<JobRow>> Queries::FindJobs(absl::string_view cluster,
                                                      absl::string_view account,
                                                      const JobPage& page) {
  std::vector<JobRow> rows;
  JobRowKey after = page.after.value_or(JobRowKey{std::string(cluster), kBeforeAll, kBeforeAll});
  if (after.cluster > cluster) return rows;
  if (after.cluster < cluster) after.job_id = after.submit_time = kBeforeAll;
  constexpr auto kLargest = static_cast<size_t>(std::numeric_limits<int64_t>::max());
  const MutexLock lock(mutex_);
  const ScopedReset reset(account_page_);
  account_page_.Bind(Text{cluster}, Text{account}, after.job_id, after.submit_time,
                     static_cast<int64_t>(std::min(page.size, kLargest)));
  int code = SQLITE_OK;
  while ((code = account_page_.Step()) == SQLITE_ROW) rows.push_back(ToJobRow(account_page_));
  if (code != SQLITE_DONE) return Failure(code);
  return rows;
}

absl::StatusOr<std::vector<JobRow>> Queries::FindJobsById(absl::string_view cluster,
                                                          int64_t job_id) {
  const MutexLock lock(mutex_);
  const ScopedReset reset(jobs_by_id_);
  jobs_by_id_.Bind(Text{cluster}, job_id);
  std::vector<JobRow> rows;
  int code = SQLITE_OK;
  while ((code = jobs_by_id_.Step()) == SQLITE_ROW) rows.push_back(ToJobRow(jobs_by_id_));
  if (code != SQLITE_DONE) return Failure(code);
  return rows;
}

absl::Status Queries::Failure(int code) const { return ToStatus(path_, connection_, code); }

}  // namespace mesolys::sqlite
