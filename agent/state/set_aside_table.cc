#include "agent/state/set_aside_table.h"

#include <utility>

#include "proto/runtime/convert.h"
#include "proto/values/job_state.h"

namespace mesolys::agent {

const char SetAsideTable::kSchema[] =
    "CREATE TABLE set_aside (number INTEGER PRIMARY KEY, cluster BLOB NOT NULL, id BLOB NOT NULL,"
    " submitted BLOB NOT NULL, time INTEGER NOT NULL, reason BLOB NOT NULL, body BLOB NOT NULL,"
    " is_size_known INTEGER NOT NULL, is_over INTEGER NOT NULL, is_read INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE (cluster, id, submitted)) STRICT";

absl::Status SetAsideTable::Put(const std::vector<SetAsideRow>& rows) {
  for (const SetAsideRow& row : rows) {
    const UnreadJob& job = row.job;
    absl::Status put = database_.Run(
        "INSERT INTO set_aside (number, cluster, id, submitted, time, reason, body, is_size_known,"
        " is_over) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (cluster, id, submitted) DO UPDATE SET"
        " number = CASE is_over WHEN excluded.is_over THEN number ELSE excluded.number END,"
        " time = CASE is_over WHEN excluded.is_over THEN time ELSE excluded.time END,"
        " reason = excluded.reason, body = excluded.body, is_size_known = excluded.is_size_known,"
        " is_over = excluded.is_over, is_read = 0",
        row.number, sqlite::Blob{job.at_most.key.cluster}, sqlite::Blob{job.id},
        sqlite::Blob{job.submitted}, absl::ToUnixSeconds(row.time), sqlite::Blob{row.reason},
        sqlite::Blob{ToProto(job.at_most).SerializeAsString()}, int64_t{job.is_size_known},
        int64_t{IsTerminal(job.at_most.state)});
    if (!put.ok()) return put;
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SetAsideTable::MarkRead(const std::vector<v1::UsageRecord>& records) {
  int64_t count = 0;
  absl::StatusOr<sqlite::Statement> waiting =
      database_.Prepare("SELECT 1 FROM set_aside WHERE is_read = 0 LIMIT 1");
  if (!waiting.ok()) return waiting.status();
  const absl::StatusOr<bool> is_any = database_.Step(*waiting);
  if (!is_any.ok()) return is_any.status();
  if (!*is_any) return count;
  waiting->Reset();
  absl::StatusOr<sqlite::Statement> mark = database_.Prepare(
      "UPDATE set_aside SET is_read = 1"
      " WHERE cluster = ? AND id = ? AND submitted = ? AND is_read = 0 AND is_over <= ?");
  if (!mark.ok()) return mark.status();
  for (const v1::UsageRecord& message : records) {
    const absl::StatusOr<UsageRecord> record = FromProto(message);
    // A runaway was not read, but missed.
    if (!record.ok() || record->is_runaway) continue;
    const UnreadJob job = UnreadJobOf(*record);
    absl::Status marked =
        database_.Run(*mark, sqlite::Blob{record->key.cluster}, sqlite::Blob{job.id},
                      sqlite::Blob{job.submitted}, int64_t{IsTerminal(record->state)});
    if (!marked.ok()) return marked;
    count += database_.changed_count();
  }
  return count;
}

absl::StatusOr<std::vector<SetAsideRow>> SetAsideTable::Page(int64_t after, int64_t rows_max) {
  absl::StatusOr<sqlite::Statement> query = database_.Prepare(
      "SELECT number, id, submitted, time, reason, body, is_size_known, is_read FROM set_aside"
      " WHERE number > ? ORDER BY number LIMIT ?");
  if (!query.ok()) return query.status();
  query->Bind(after, rows_max);
  std::vector<SetAsideRow> rows;
  while (true) {
    const absl::StatusOr<bool> is_there = database_.Step(*query);
    if (!is_there.ok()) return is_there.status();
    if (!*is_there) return rows;
    SetAsideRow& row = rows.emplace_back();
    row.number = query->Integer(0);
    row.job.id = std::string(query->View(1));
    row.job.submitted = std::string(query->View(2));
    row.time = absl::FromUnixSeconds(query->Integer(3));
    row.reason = std::string(query->View(4));
    const absl::string_view body = query->View(5);
    v1::UsageRecord message;
    absl::StatusOr<UsageRecord> record =
        absl::DataLossError("spool: a row that was set aside cannot be read back");
    if (message.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
      record = FromProto(message);
    }
    if (!record.ok()) return record.status();
    row.job.at_most = *std::move(record);
    row.job.is_size_known = query->Integer(6) != 0;
    row.is_read = query->Integer(7) != 0;
  }
}

absl::Status SetAsideTable::Remove(const std::vector<int64_t>& numbers) {
  absl::StatusOr<sqlite::Statement> remove =
      database_.Prepare("DELETE FROM set_aside WHERE number = ?");
  if (!remove.ok()) return remove.status();
  for (const int64_t number : numbers) {
    if (absl::Status removed = database_.Run(*remove, number); !removed.ok()) return removed;
  }
  return absl::OkStatus();
}

}  // namespace mesolys::agent
