#ifndef MESOLYS_AGENT_STATE_SET_ASIDE_TABLE_H_
#define MESOLYS_AGENT_STATE_SET_ASIDE_TABLE_H_

// Rows that nobody can settle, of accounts that can be told, in the spool's database: what they may
// have used is held back until they are read. The same row has the same number however often it is
// met, so that one who was told of it dismisses no other; a job that ran as it was met and has
// ended since has another. One thread at a time; errors are those of Database.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/ports/unread_job.h"
#include "agent/state/database.h"
#include "mesolys/v1/usage.pb.h"

namespace mesolys::agent {

struct SetAsideRow {
  int64_t number = 0;  // of all lines that were ever set aside
  absl::Time time;     // when it was; whole seconds once it is kept
  std::string reason;
  UnreadJob job;
  bool is_read = false;  // since then; it counts among the jobs

  friend bool operator==(const SetAsideRow&, const SetAsideRow&) = default;
};

class SetAsideTable {
 public:
  // What creates the table.
  static const char kSchema[];

  explicit SetAsideTable(Database& database) : database_(database) {}

  // Within the caller's transaction.
  absl::Status Put(const std::vector<SetAsideRow>& rows);

  // Those of which `records` are the jobs are read: any that was met as it ran, and by the record
  // of its end one that was over. Within the caller's transaction; how many they were.
  absl::StatusOr<int64_t> MarkRead(const std::vector<v1::UsageRecord>& records);

  // The next rows by number after `after`, at most `rows_max`.
  absl::StatusOr<std::vector<SetAsideRow>> Page(int64_t after, int64_t rows_max);

  absl::Status Remove(const std::vector<int64_t>& numbers);

 private:
  Database& database_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_STATE_SET_ASIDE_TABLE_H_
