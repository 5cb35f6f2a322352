#ifndef MESOLYS_AGENT_STATE_IMPORT_TABLE_H_
#define MESOLYS_AGENT_STATE_IMPORT_TABLE_H_

// How far each import is, in the spool's database: its place moves in the transaction that keeps
// what was read up to there. One thread at a time; errors are those of Database.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/state/database.h"
#include "mesolys/v1/usage.pb.h"

namespace mesolys::agent {

struct ImportPlace {
  int64_t number = 0;
  absl::Time next;       // where the next slice begins
  bool is_read = false;  // nothing is left to be read
  // Of the slices that are over, and of the records that were acknowledged.
  v1::ImportResult result;
  bool is_waiting = false;  // records of it wait in the spool; filled in by All
};

// What the scheduler answered to records of an import.
struct ImportTally {
  int64_t number = 0;  // 0: of none
  int64_t changed_count = 0;
  int64_t rejected_count = 0;
};

class ImportTable {
 public:
  // What creates the table, beside the spool's own `record`.
  static const char kSchema[];

  explicit ImportTable(Database& database) : database_(database) {}

  // By number.
  absl::StatusOr<std::vector<ImportPlace>> All();
  // What was answered is kept by Count alone.
  absl::Status Put(const ImportPlace& place);
  absl::Status Count(const ImportTally& tally);
  absl::Status Remove(int64_t number);

 private:
  Database& database_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_STATE_IMPORT_TABLE_H_
