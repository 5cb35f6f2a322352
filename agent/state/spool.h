#ifndef MESOLYS_AGENT_STATE_SPOOL_H_
#define MESOLYS_AGENT_STATE_SPOOL_H_

// What the agent must not forget, in one SQLite file of its state directory: the job records that
// the scheduler has not acknowledged yet, in order, each group in one transaction with its
// collector's cursor behind it; and what stands beside them in tables of their own, the winning
// record of each job, rows that were set aside, imports and what is Kept. Every change is durable
// when it answers. Any thread. Errors are those of Database, and what is said below.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/state/database.h"
#include "agent/state/import_table.h"
#include "agent/state/job_table.h"
#include "agent/state/kept.h"
#include "agent/state/quarantine.h"
#include "agent/state/set_aside_table.h"
#include "mesolys/v1/agent.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "proto/runtime/mutex.h"

namespace mesolys::agent {

// Consecutive records of the spool, those numbered [first, last].
struct SpoolBatch {
  int64_t first = 0;
  int64_t last = 0;
  int64_t import = 0;  // that all of them are of; 0 for none
  std::vector<v1::UsageRecord> records;
};

// How much waits in a spool.
struct SpoolLevel {
  int64_t record_count = 0;
  std::optional<absl::Time> oldest_add_time;  // none when nothing waits
};

class Spool {
 public:
  // Creates the directory and the file when they are missing. PERMISSION_DENIED when the directory
  // cannot be written, FAILED_PRECONDITION when another agent holds it or a newer version wrote it.
  static absl::StatusOr<std::unique_ptr<Spool>> Open(const std::string& directory,
                                                     int64_t records_max);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // Made at random when the file was created; two spools never share one.
  const std::string& id() const { return id_; }

  // Adds records, merges them into the jobs, moves the collector's cursor and commits the
  // quarantine's mark: all or none. RESOURCE_EXHAUSTED when there is no room for all of them; the
  // collector waits then, for job records are never dropped.
  absl::Status Add(const std::vector<v1::UsageRecord>& records, const std::string& cursor,
                   const QuarantineMark& mark, absl::Time now, const std::string& collector = "");

  // As Add, of an import: its place moves instead of the cursor.
  absl::Status AddImported(const std::vector<v1::UsageRecord>& records, const ImportPlace& place,
                           const QuarantineMark& mark, absl::Time now);
  // How far each import is, by number.
  absl::StatusOr<std::vector<ImportPlace>> Imports();
  absl::Status ForgetImport(int64_t number);

  // The winning records of the jobs that were added so far and not forgotten, in the order of their
  // keys: the next ones after `after`, at most `records_max`. DATA_LOSS when one cannot be read.
  absl::StatusOr<std::vector<UsageRecord>> Jobs(const std::optional<JobKey>& after,
                                                int64_t records_max);
  // One of them; nothing for one that is not among them.
  absl::StatusOr<std::optional<UsageRecord>> Job(const JobKey& key);
  absl::Status ForgetJobs(const std::vector<JobKey>& jobs);
  // Rows that were set aside, of jobs that nobody can settle: the next ones by number after
  // `after`, at most `rows_max`. DATA_LOSS when one cannot be read back.
  absl::StatusOr<std::vector<SetAsideRow>> SetAside(int64_t after, int64_t rows_max);
  absl::Status ForgetSetAside(const std::vector<int64_t>& numbers);
  // Another number whenever a job was changed or forgotten, or a row was set aside or read.
  int64_t JobRevision();

  // The oldest records, at most `records_max` and `bytes_max` of them as parts of a request, but at
  // least one if there is any; those of an import apart. DATA_LOSS when one cannot be read back.
  absl::StatusOr<SpoolBatch> Head(int64_t records_max, int64_t bytes_max);

  // Deletes the records up to and including `last`, commits the quarantine's mark and counts what
  // was answered of an import: all or none.
  absl::Status Acknowledge(int64_t last, const QuarantineMark& mark, const ImportTally& tally = {});

  // Records that may still be added.
  int64_t Room();
  absl::StatusOr<SpoolLevel> Level();
  // What the last Add of this collector gave; empty at first.
  absl::StatusOr<std::string> Cursor(const std::string& collector = "");
  absl::StatusOr<QuarantineMark> Mark();

  // The state that the site shall hold; none before the first.
  absl::Status KeepDesiredState(const v1::DesiredState& state);
  absl::StatusOr<std::optional<v1::DesiredState>> DesiredState();

  // The generation last read back as in force; 0 at first.
  absl::Status KeepGenerationInForce(int64_t generation);
  absl::StatusOr<int64_t> GenerationInForce();

  // The newest head of the ledger; none before the first.
  absl::Status KeepWitness(const v1::LedgerHead& head);
  absl::StatusOr<std::optional<v1::LedgerHead>> Witness();

 private:
  Spool(int lock_file, Database database, int64_t records_max);
  absl::Status Prepare();
  absl::Status MigrateFrom(int64_t version) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status MergeWaiting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Runs `change` in a transaction.
  template <typename Change>
  absl::Status Commit(Change change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Adds and merges, within a transaction; `import` 0 for none. The number of jobs that it changed.
  absl::StatusOr<int64_t> Insert(const std::vector<v1::UsageRecord>& records, int64_t import,
                                 absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  template <typename KeepPlace>
  absl::Status AddWith(const std::vector<v1::UsageRecord>& records, int64_t import,
                       const QuarantineMark& mark, absl::Time now, KeepPlace keep_place)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // With the rows that come with it, within a transaction.
  absl::Status KeepMark(const QuarantineMark& mark) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckRoom(int64_t added) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int lock_file_;
  const int64_t records_max_;
  std::string id_;  // constant once open
  Mutex mutex_;
  Database database_ ABSL_GUARDED_BY(mutex_);
  Kept kept_ ABSL_GUARDED_BY(mutex_){database_};
  int64_t record_count_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t job_revision_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_STATE_SPOOL_H_
