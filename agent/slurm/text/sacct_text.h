#ifndef MESOLYS_AGENT_SLURM_TEXT_SACCT_TEXT_H_
#define MESOLYS_AGENT_SLURM_TEXT_SACCT_TEXT_H_

// One line of `sacct --parsable2` or `--parsable`, as a UsageRecord. A field that no charge needs
// voids no line: a time limit or a span that says nothing is none, a state that nobody knows yet is
// OTHER. What a line says is hostile until it is
// parsed. Pure; any thread.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/slurm/text/sacct_time.h"
#include "proto/values/usage_record.h"

namespace mesolys::agent {

// How a text is to be read.
struct SacctFormat {
  // Names as sacct prints them, in any case; those that are not known are ignored.
  std::vector<std::string> columns;
  std::string delimiter = "|";
  // When given, the cluster of every line; when not, column Cluster is required.
  std::string cluster = "";
  // Added to every time.
  absl::Duration shift = absl::ZeroDuration();
  // Whether a job whose state says that it is over may have no End yet: then it runs until it has;
  // or no AllocTRES yet: then its line says nothing for an hour. So rows look for a moment after
  // slurmdbd was away.
  bool rows_come_late = false;
  // Of times that name none themselves. Where it is not given they are of UTC, and a line whose
  // Elapsed disagrees says that they may be local.
  std::optional<absl::TimeZone> zone = std::nullopt;
};

// The fields of a line, each by itself: nothing for one that cannot be read.
struct SacctRow {
  std::string cluster;
  absl::string_view job_id;
  absl::string_view submitted;
  absl::string_view account;
  absl::string_view user;
  absl::string_view alloc_tres;
  std::optional<absl::Time> submit{};
  std::optional<absl::Time> start{};
  std::optional<absl::Time> end{};
  std::optional<int64_t> elapsed{};  // seconds, with what it was suspended
  int64_t time_limit = 0;            // seconds; 0 for none
  bool is_over = false;              // by its state, or as it has an end
};

class SacctText {
 public:
  // INVALID_ARGUMENT lists the columns that are missing.
  static absl::StatusOr<SacctText> Create(SacctFormat format);

  // Nothing for a line that says nothing about use: a job that waits or never held anything, a step
  // of a job, a revoked copy, an empty line, a comment. INVALID_ARGUMENT for one that no cluster
  // can have meant. A job that has not ended was observed at `observe_time`, one that has when it
  // ended; so the same line gives the same record again. A job that was requeued or resized has a
  // line, and a key, for each part of it; no second belongs to two of them, unless it was resized
  // within the hour that comes twice.
  absl::StatusOr<std::optional<UsageRecord>> Parse(absl::string_view line,
                                                   absl::Time observe_time) const;

  // Of a line that Parse refuses; nothing where the line has not its columns. It lives as long as
  // the line.
  std::optional<SacctRow> Row(absl::string_view line) const;

  // Whether it begins with "#": a note of whoever keeps the file.
  static bool IsComment(absl::string_view line) { return !line.empty() && line[0] == '#'; }

  // Whether the line names the columns.
  bool IsHeader(absl::string_view line) const;

 private:
  enum Column : size_t {
    kAccount,
    kAllocTres,
    kCluster,
    kElapsed,
    kElapsedRaw,
    kEnd,
    kJobId,
    kJobIdRaw,
    kJobName,
    kPartition,
    kQos,
    kStart,
    kState,
    kSubmit,
    kSuspended,
    kTimelimit,
    kTimelimitRaw,
    kUser,
    kColumnCount,
  };
  static constexpr size_t kAbsent = static_cast<size_t>(-1);
  static const std::array<absl::string_view, kColumnCount> kColumnNames;
  using Fields = std::vector<absl::string_view>;

  explicit SacctText(SacctFormat format);
  absl::Status CheckColumns() const;
  bool Has(Column column) const { return places_[column] != kAbsent; }
  // Empty for an absent column.
  absl::string_view At(const Fields& fields, Column column) const;
  absl::StatusOr<Fields> Split(absl::string_view line) const;
  bool IsStep(const Fields& fields) const;
  absl::Status ReadKey(const Fields& fields, UsageRecord& record) const;
  absl::StatusOr<std::optional<SacctTime>> TimeAt(const Fields& fields, Column column) const;
  std::optional<int64_t> SecondsAt(const Fields& fields, Column column) const;
  absl::Status ReadState(const Fields& fields, UsageRecord& record) const;
  absl::Status ReadSpan(const Fields& fields, const SacctTime& start, absl::Time observe_time,
                        UsageRecord& record) const;
  absl::Status ReadHeld(const Fields& fields, UsageRecord& record) const;

  SacctFormat format_;
  std::array<size_t, kColumnCount> places_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_SACCT_TEXT_H_
