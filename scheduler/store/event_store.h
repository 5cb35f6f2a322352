#ifndef MESOLYS_SCHEDULER_STORE_EVENT_STORE_H_
#define MESOLYS_SCHEDULER_STORE_EVENT_STORE_H_

// The port to the place where events are kept. It deals in rows of bytes; event_codec knows what
// they mean. One writer calls Append; the queries may be called from any thread at any time.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mesolys {

// One command and what it caused.
struct LogRow {
  int64_t revision = 0;  // from 1, without gaps
  std::string actor;     // SPIFFE URI
  std::string request_id;
  std::string digest;   // SHA-256 of the parsed command
  int64_t time_us = 0;  // Unix time, microseconds
  std::string body;     // encoded events
  std::string hash;     // SHA-256 over the row before's hash and this row

  friend bool operator==(const LogRow&, const LogRow&) = default;
};

struct JobRowKey {
  std::string cluster;
  int64_t job_id = 0;
  int64_t submit_time = 0;  // Unix time, seconds

  friend auto operator<=>(const JobRowKey&, const JobRowKey&) = default;
};

// The newest record of one job and what it is charged.
struct JobRow {
  JobRowKey key;
  std::string account;
  int64_t revision = 0;  // of the command that wrote it last
  std::string record;    // encoded
  std::string charges;   // encoded

  friend bool operator==(const JobRow&, const JobRow&) = default;
};

// What a command writes beside its row of the log, by table.
struct Rows {
  std::vector<JobRow> jobs;  // each key at most once

  friend bool operator==(const Rows&, const Rows&) = default;
};

// Calls `visit` with each row, table by table, until it answers false; whether it never did. What
// handles rows has an overload for each type of row, so nobody can forget a new table: it is a line
// here.
template <typename Visit>
bool VisitRows(const Rows& rows, Visit visit) {
  return std::all_of(rows.jobs.begin(), rows.jobs.end(), visit);
}

// What one Append writes for one command.
struct Commit {
  LogRow row;
  Rows rows;  // upserted in the same transaction
};

struct AppendResult {
  enum class Outcome {
    kAppended,       // all of it is durable
    kRevisionTaken,  // another writer was first; nothing was written
    kDuplicateKey,   // commit `index` repeats a known (actor, request_id); nothing was written
    kUnavailable,    // nothing was written: no connection, no permission
    kFull,           // nothing was written: no space
    kUnknown,        // the connection was lost in the middle: find out by FindKey
  };
  Outcome outcome = Outcome::kAppended;
  size_t index = 0;
  std::string text;  // the store's own words, when it is not kAppended
};

// Where a page of jobs begins and how long it may be.
struct JobPage {
  std::optional<JobRowKey> after;  // exclusive; nothing for the first page
  size_t size = 0;
};

class EventStore {
 public:
  virtual ~EventStore() = default;

  // All of it or nothing. The first commit's revision must be the log's newest + 1, and each next
  // one more.
  virtual AppendResult Append(const std::vector<Commit>& commits) = 0;

  // Visits the log from `from_revision` on, in order; stops at the visitor's first error and
  // returns it.
  virtual absl::Status Read(int64_t from_revision,
                            const std::function<absl::Status(const LogRow&)>& visit) const = 0;

  // Nothing when the key is not known.
  virtual absl::StatusOr<std::optional<LogRow>> FindKey(absl::string_view actor,
                                                        absl::string_view request_id) const = 0;

  // The rows that exist among these keys, in any order.
  virtual absl::StatusOr<std::vector<JobRow>> FindJobs(
      const std::vector<JobRowKey>& keys) const = 0;

  // The jobs of one account of one cluster, by key.
  virtual absl::StatusOr<std::vector<JobRow>> FindJobs(absl::string_view cluster,
                                                       absl::string_view account,
                                                       const JobPage& page) const = 0;

  // The jobs of a cluster that had this id, by submit time.
  virtual absl::StatusOr<std::vector<JobRow>> FindJobsById(absl::string_view cluster,
                                                           int64_t job_id) const = 0;

  // Visits every job, by key.
  virtual absl::Status ReadJobs(const std::function<absl::Status(const JobRow&)>& visit) const = 0;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_EVENT_STORE_H_
