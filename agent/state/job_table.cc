#include "agent/state/job_table.h"

#include "proto/runtime/convert.h"

namespace mesolys::agent {
namespace {

constexpr char kSelect[] =
    "SELECT body FROM job WHERE cluster = ? AND job_id = ? AND submit_time = ?";

// Nothing when it cannot be read back.
std::optional<UsageRecord> Parse(absl::string_view body) {
  v1::UsageRecord message;
  if (!message.ParseFromArray(body.data(), static_cast<int>(body.size()))) return std::nullopt;
  absl::StatusOr<UsageRecord> record = FromProto(message);
  if (!record.ok()) return std::nullopt;
  return *std::move(record);
}

}  // namespace

const char JobTable::kSchema[] =
    "CREATE TABLE job (cluster BLOB NOT NULL, job_id INTEGER NOT NULL,"
    " submit_time INTEGER NOT NULL, body BLOB NOT NULL,"
    " PRIMARY KEY (cluster, job_id, submit_time)) STRICT, WITHOUT ROWID";

absl::StatusOr<int64_t> JobTable::Merge(const std::vector<v1::UsageRecord>& records) {
  absl::StatusOr<sqlite::Statement> held = database_.Prepare(kSelect);
  if (!held.ok()) return held.status();
  absl::StatusOr<sqlite::Statement> upsert = database_.Prepare(
      "INSERT INTO job (cluster, job_id, submit_time, body) VALUES (?, ?, ?, ?)"
      " ON CONFLICT (cluster, job_id, submit_time) DO UPDATE SET body = excluded.body");
  if (!upsert.ok()) return upsert.status();
  int64_t changed = 0;
  for (const v1::UsageRecord& message : records) {
    const absl::StatusOr<UsageRecord> record = FromProto(message);
    if (!record.ok()) continue;
    const JobKey& key = record->key;
    const int64_t submit_time = absl::ToUnixSeconds(key.submit_time);
    held->Bind(sqlite::Blob{key.cluster}, key.job_id, submit_time);
    const absl::StatusOr<bool> found = database_.Step(*held);
    if (!found.ok()) return found.status();
    std::optional<UsageRecord> before;
    if (*found) before = Parse(held->View(0));
    held->Reset();
    if (before.has_value() && !Newer(*record, *before)) continue;
    absl::Status kept = database_.Run(*upsert, sqlite::Blob{key.cluster}, key.job_id, submit_time,
                                      sqlite::Blob{message.SerializeAsString()});
    if (!kept.ok()) return kept;
    ++changed;
  }
  return changed;
}

absl::StatusOr<std::vector<UsageRecord>> JobTable::Page(const std::optional<JobKey>& after,
                                                        int64_t records_max) {
  absl::StatusOr<sqlite::Statement> query = database_.Prepare(
      "SELECT body FROM job WHERE (cluster, job_id, submit_time) > (?, ?, ?)"
      " ORDER BY cluster, job_id, submit_time LIMIT ?");
  if (!query.ok()) return query.status();
  const JobKey key = after.value_or(JobKey{"", 0, absl::UnixEpoch()});
  query->Bind(sqlite::Blob{key.cluster}, key.job_id, absl::ToUnixSeconds(key.submit_time),
              records_max);
  std::vector<UsageRecord> page;
  while (true) {
    const absl::StatusOr<bool> row = database_.Step(*query);
    if (!row.ok()) return row.status();
    if (!*row) return page;
    std::optional<UsageRecord> record = Parse(query->View(0));
    if (!record.has_value()) {
      return absl::DataLossError("spool: a job that is kept there cannot be read back");
    }
    page.push_back(*std::move(record));
  }
}

absl::StatusOr<std::optional<UsageRecord>> JobTable::Find(const JobKey& key) {
  absl::StatusOr<sqlite::Statement> query = database_.Prepare(kSelect);
  if (!query.ok()) return query.status();
  query->Bind(sqlite::Blob{key.cluster}, key.job_id, absl::ToUnixSeconds(key.submit_time));
  const absl::StatusOr<bool> row = database_.Step(*query);
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  return Parse(query->View(0));
}

absl::Status JobTable::Remove(const std::vector<JobKey>& jobs) {
  absl::StatusOr<sqlite::Statement> remove =
      database_.Prepare("DELETE FROM job WHERE cluster = ? AND job_id = ? AND submit_time = ?");
  if (!remove.ok()) return remove.status();
  for (const JobKey& key : jobs) {
    absl::Status removed = database_.Run(*remove, sqlite::Blob{key.cluster}, key.job_id,
                                         absl::ToUnixSeconds(key.submit_time));
    if (!removed.ok()) return removed;
  }
  return absl::OkStatus();
}

}  // namespace mesolys::agent
