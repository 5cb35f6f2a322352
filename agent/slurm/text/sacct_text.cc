#include "agent/slurm/text/sacct_text.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/text/sacct_time.h"
#include "agent/slurm/text/sacct_value.h"
#include "proto/values/quoted.h"

namespace mesolys::agent {
namespace {

absl::Status Wrong(absl::string_view what, absl::string_view text, absl::string_view right) {
  return absl::InvalidArgumentError(absl::StrCat(what, " is ", Quoted(text), ": ", right));
}

absl::Status In(absl::string_view column, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(column, ": ", status.message()));
}

// "CANCELLED by 380693" and "CANCELLED+" are CANCELLED.
absl::string_view StateWord(absl::string_view state) {
  absl::string_view word = state.substr(0, state.find(' '));
  if (absl::EndsWith(word, "+")) word.remove_suffix(1);
  return word;
}

bool IsOneOf(absl::string_view word, std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A job in one of these has no allocation, and no other line of it is hidden by leaving it out.
bool HoldsNothing(absl::string_view word) { return IsOneOf(word, {"PENDING", "REVOKED"}); }

// The state that Slurm leaves behind on what a job held before it was resized.
constexpr absl::string_view kResizing = "RESIZING";

int64_t WallSeconds(const UsageRecord& record) {
  return std::max<int64_t>(0, absl::ToInt64Seconds(record.end_time - record.start_time));
}

// Between two instants of what a line may mean.
struct Ran {
  absl::Time start;
  absl::Time end;

  int64_t seconds() const { return absl::ToUnixSeconds(end) - absl::ToUnixSeconds(start); }
};

// Within the hour that comes twice the time that the job took decides; without a word of it, the
// first that is possible. No job starts before it was submitted, but that what was resized keeps
// its first Start.
Ran Choose(const SacctTime& start, const SacctTime& end, absl::Time submit,
           std::optional<int64_t> elapsed, int64_t suspended) {
  const Ran all[] = {{start.first, end.first},
                     {start.first, end.second},
                     {start.second, end.first},
                     {start.second, end.second}};
  const int64_t least = elapsed.value_or(0) + suspended;
  for (const bool is_after_submit : {true, false}) {
    for (const bool is_exact : {true, false}) {
      for (const Ran& ran : all) {
        if (is_after_submit && ran.start < submit) continue;
        if (is_exact ? elapsed.has_value() && ran.seconds() == least : ran.seconds() >= least) {
          return ran;
        }
      }
    }
  }
  return all[0];
}

// After slurmdbd was away the end of a job may come before what it held.
constexpr absl::Duration kTresLateMax = absl::Hours(1);
// The clocks of the agent and of the controller may differ by so much.
constexpr absl::Duration kSkewMax = absl::Minutes(5);

// The states of the contract, and what is meant by those that pass in between.
std::optional<JobState> StateOf(absl::string_view word) {
  if (IsOneOf(word, {"COMPLETING", "CONFIGURING", "EXPEDITING", "POWER_UP_NODE", kResizing,
                     "SIGNALING", "STAGE_OUT", "STOPPED", "UPDATE_DB"})) {
    return JobState::kRunning;
  }
  if (IsOneOf(word, {"LAUNCH_FAILED", "RECONFIG_FAIL"})) return JobState::kFailed;
  if (IsOneOf(word, {"REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT"})) {
    return JobState::kRequeued;
  }
  return ParseJobState(word);
}

// The form of a state, so that one of a later Slurm is told from what is none.
bool IsState(absl::string_view word) {
  return !word.empty() && word.size() <= 32 && std::all_of(word.begin(), word.end(), [](char c) {
    return ('A' <= c && c <= 'Z') || c == '_';
  });
}

}  // namespace

const std::array<absl::string_view, SacctText::kColumnCount> SacctText::kColumnNames = {
    "Account", "AllocTRES", "Cluster",   "Elapsed",   "ElapsedRaw",   "End",
    "JobID",   "JobIDRaw",  "JobName",   "Partition", "QOS",          "Start",
    "State",   "Submit",    "Suspended", "Timelimit", "TimelimitRaw", "User"};

SacctText::SacctText(SacctFormat format) : format_(std::move(format)) {
  places_.fill(kAbsent);
  for (size_t place = 0; place < format_.columns.size(); ++place) {
    for (size_t column = 0; column < kColumnCount; ++column) {
      if (absl::EqualsIgnoreCase(format_.columns[place], kColumnNames[column])) {
        places_[column] = place;
      }
    }
  }
}

absl::StatusOr<SacctText> SacctText::Create(SacctFormat format) {
  if (format.delimiter.empty()) {
    return absl::InvalidArgumentError("the delimiter is empty: give the one that sacct was given");
  }
  SacctText text(std::move(format));
  if (absl::Status status = text.CheckColumns(); !status.ok()) return status;
  return text;
}

absl::Status SacctText::CheckColumns() const {
  std::vector<std::string> missing;
  if (!Has(kJobIdRaw) && !Has(kJobId)) missing.push_back("JobIDRaw");
  if (!Has(kCluster) && format_.cluster.empty()) missing.push_back("Cluster (or set `cluster`)");
  for (const Column column : {kAccount, kSubmit, kStart, kEnd, kState, kAllocTres}) {
    if (!Has(column)) missing.emplace_back(kColumnNames[column]);
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("columns are missing: ", absl::StrJoin(missing, ", "), "; found ",
                   Quoted(absl::StrJoin(format_.columns, format_.delimiter))));
}

absl::string_view SacctText::At(const Fields& fields, Column column) const {
  return Has(column) ? fields[places_[column]] : absl::string_view();
}

absl::StatusOr<SacctText::Fields> SacctText::Split(absl::string_view line) const {
  Fields fields = absl::StrSplit(line, absl::ByString(format_.delimiter));
  const size_t expected = format_.columns.size();
  // `sacct --parsable` ends its lines with a delimiter.
  if (fields.size() == expected + 1 && fields.back().empty()) fields.pop_back();
  // The one column in which people write what they like may hold delimiters; nothing of it is read.
  const bool may_be_more = Has(kJobName) && places_[kJobName] + 1 == expected;
  if (fields.size() == expected || (fields.size() > expected && may_be_more)) return fields;
  return absl::InvalidArgumentError(
      absl::StrCat("the line has ", fields.size(), " columns, not ", expected));
}

bool SacctText::IsHeader(absl::string_view line) const {
  const absl::StatusOr<Fields> fields = Split(line);
  if (!fields.ok()) return false;
  const Column column = Has(kJobIdRaw) ? kJobIdRaw : kJobId;
  return absl::EqualsIgnoreCase(At(*fields, column), kColumnNames[column]);
}

absl::StatusOr<std::optional<SacctTime>> SacctText::TimeAt(const Fields& fields,
                                                           Column column) const {
  absl::StatusOr<std::optional<SacctTime>> time =
      ParseSacctTime(At(fields, column), format_.zone.value_or(absl::UTCTimeZone()));
  if (!time.ok()) return In(kColumnNames[column], time.status());
  return time;
}

std::optional<int64_t> SacctText::SecondsAt(const Fields& fields, Column column) const {
  const absl::StatusOr<int64_t> seconds = ParseSacctSpan(At(fields, column));
  return seconds.ok() ? std::optional<int64_t>(*seconds) : std::nullopt;
}

bool SacctText::IsStep(const Fields& fields) const {
  return absl::StrContains(At(fields, kJobIdRaw), '.') ||
         absl::StrContains(At(fields, kJobId), '.');
}

absl::Status SacctText::ReadKey(const Fields& fields, UsageRecord& record) const {
  const Column column = Has(kJobIdRaw) ? kJobIdRaw : kJobId;
  const absl::string_view id = At(fields, column);
  if (!absl::SimpleAtoi(id, &record.key.job_id)) {
    return Wrong(kColumnNames[column], id, "give Slurm's raw job id, a whole number");
  }
  record.key.cluster =
      format_.cluster.empty() ? std::string(At(fields, kCluster)) : format_.cluster;
  const absl::StatusOr<std::optional<SacctTime>> submit = TimeAt(fields, kSubmit);
  if (!submit.ok()) return submit.status();
  if (!submit->has_value()) {
    return Wrong("Submit", At(fields, kSubmit), "give when the job was submitted");
  }
  // Always the first of two: the key of a job must not depend on what became of it.
  record.key.submit_time = (*submit)->first + format_.shift;
  record.account = std::string(At(fields, kAccount));
  record.user = std::string(At(fields, kUser));
  record.partition = std::string(At(fields, kPartition));
  record.qos = std::string(At(fields, kQos));
  return absl::OkStatus();
}

absl::Status SacctText::ReadState(const Fields& fields, UsageRecord& record) const {
  const absl::string_view state = At(fields, kState);
  const absl::string_view word = StateWord(state);
  const std::optional<JobState> known = StateOf(word);
  if (!known.has_value() && !IsState(word)) {
    return Wrong("State", state, "give one of Slurm's job states");
  }
  const absl::StatusOr<std::optional<SacctTime>> end = TimeAt(fields, kEnd);
  if (!end.ok()) return end.status();
  record.state = known.value_or(end->has_value() ? JobState::kOther : JobState::kRunning);
  constexpr absl::string_view kBy = " by ";
  if (const size_t by = state.find(kBy); by != absl::string_view::npos) {
    int64_t uid = -1;
    if (absl::SimpleAtoi(state.substr(by + kBy.size()), &uid)) record.cancelled_by_uid = uid;
  }
  if (word == kResizing && end->has_value()) {
    record.state = JobState::kRequeued;  // this part is over, and the job goes on
  }
  if (!IsTerminal(record.state) || end->has_value()) return absl::OkStatus();
  if (!format_.rows_come_late) {
    return Wrong("End", At(fields, kEnd),
                 absl::StrCat("give when this ", JobStateName(record.state), " job ended"));
  }
  record.state = JobState::kRunning;
  record.cancelled_by_uid = -1;
  return absl::OkStatus();
}

// Slurm gives what a resized job holds from then on the time of the change as its Submit, but
// leaves its Start where it was: taken as it stands the first part would be counted twice.
absl::Status SacctText::ReadSpan(const Fields& fields, const SacctTime& start,
                                 absl::Time observe_time, UsageRecord& record) const {
  const absl::StatusOr<std::optional<SacctTime>> end = TimeAt(fields, kEnd);
  if (!end.ok()) return end.status();
  const SacctTime last = end->value_or(SacctTime{observe_time, observe_time});
  std::optional<int64_t> suspended = SecondsAt(fields, kSuspended);
  // Of a job that runs, Elapsed ends when sacct looked and not at `observe_time`.
  const std::optional<int64_t> elapsed =
      IsTerminal(record.state) ? SecondsAt(fields, Has(kElapsedRaw) ? kElapsedRaw : kElapsed)
                               : std::nullopt;
  const Ran ran =
      Choose(start, last, record.key.submit_time - format_.shift, elapsed, suspended.value_or(0));
  record.start_time = std::max(ran.start + format_.shift, record.key.submit_time);
  record.end_time = ran.end + format_.shift;
  record.observe_time = record.end_time;
  if (elapsed.has_value() && *elapsed + suspended.value_or(0) > ran.seconds()) {
    const bool may_be_local = !format_.zone.has_value() && IsWithoutZone(At(fields, kStart));
    return absl::InvalidArgumentError(absl::StrCat(
        "Elapsed is ", *elapsed, " s, but from Start to End it is only ", ran.seconds(), " s",
        may_be_local ? "; if the times are local, name their zone: time_zone = \"Europe/Paris\""
                     : ""));
  }
  if (suspended.has_value()) {
    record.suspended_seconds = *suspended;
    // What runs was suspended until sacct looked, which was later.
    if (!end->has_value()) {
      record.suspended_seconds = std::min(record.suspended_seconds, WallSeconds(record));
    }
  } else if (elapsed.has_value()) {
    record.suspended_seconds = ran.seconds() - *elapsed;
  }
  return absl::OkStatus();
}

absl::Status SacctText::ReadHeld(const Fields& fields, UsageRecord& record) const {
  absl::StatusOr<Allocation> held = ParseAllocTres(At(fields, kAllocTres));
  if (!held.ok()) return held.status();
  record.core_count = held->core_count;
  record.node_count = held->node_count;
  record.memory_bytes = held->memory_bytes;
  record.gpu_counts = std::move(held->gpu_counts);
  const Column column = Has(kTimelimitRaw) ? kTimelimitRaw : kTimelimit;
  record.time_limit_seconds =
      std::min(ParseSacctTimeLimit(At(fields, column)), TimeLimitMax(record));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<UsageRecord>> SacctText::Parse(absl::string_view line,
                                                            absl::Time observe_time) const {
  const std::optional<UsageRecord> nothing;
  if (line.empty() || IsComment(line)) return nothing;
  const absl::StatusOr<Fields> fields = Split(line);
  if (!fields.ok()) return fields.status();
  const absl::string_view word = StateWord(At(*fields, kState));
  if (IsStep(*fields) || HoldsNothing(word)) return nothing;
  const absl::StatusOr<std::optional<SacctTime>> start = TimeAt(*fields, kStart);
  if (!start.ok()) return start.status();
  if (!start->has_value()) return nothing;

  UsageRecord record;
  if (absl::Status status = ReadState(*fields, record); !status.ok()) return status;
  if (absl::Status status = ReadKey(*fields, record); !status.ok()) return status;
  if (absl::Status status = ReadSpan(*fields, **start, observe_time, record); !status.ok()) {
    return status;
  }
  const bool is_over = IsTerminal(record.state);
  // Started between the agent's look at its clock and sacct's.
  const absl::Time began = (*start)->first;
  if (!is_over && observe_time < began && began - observe_time <= kSkewMax) return nothing;
  // Resized in the second in which it started: what follows has the same key.
  if (word == kResizing && is_over && WallSeconds(record) == 0) return nothing;
  if (At(*fields, kAllocTres).empty()) {
    // The row of its start is not complete yet; nor is, for a while, that of a job that is over.
    if (!is_over) return nothing;
    if (format_.rows_come_late && observe_time - record.end_time < kTresLateMax) return nothing;
    // Cancelled before it got anything; some versions print its end as its start.
    if (record.end_time <= record.start_time) return nothing;
    return absl::InvalidArgumentError(
        absl::StrCat("AllocTRES is empty, but the job lasted ",
                     absl::ToInt64Seconds(record.end_time - record.start_time), " s"));
  }
  if (absl::Status status = ReadHeld(*fields, record); !status.ok()) return status;
  if (absl::Status status = CheckUsageRecord(record); !status.ok()) return status;
  return record;
}

std::optional<SacctRow> SacctText::Row(absl::string_view line) const {
  const absl::StatusOr<Fields> fields = Split(line);
  if (!fields.ok()) return std::nullopt;
  const auto time = [&](Column column) -> std::optional<absl::Time> {
    const absl::StatusOr<std::optional<SacctTime>> read = TimeAt(*fields, column);
    if (!read.ok() || !read->has_value()) return std::nullopt;
    return (*read)->first + format_.shift;
  };
  SacctRow row;
  row.cluster = format_.cluster.empty() ? std::string(At(*fields, kCluster)) : format_.cluster;
  row.job_id = At(*fields, Has(kJobIdRaw) ? kJobIdRaw : kJobId);
  row.submitted = At(*fields, kSubmit);
  row.account = At(*fields, kAccount);
  row.user = At(*fields, kUser);
  row.alloc_tres = At(*fields, kAllocTres);
  row.submit = time(kSubmit);
  row.start = time(kStart);
  row.end = time(kEnd);
  if (const auto ran = SecondsAt(*fields, Has(kElapsedRaw) ? kElapsedRaw : kElapsed)) {
    row.elapsed = *ran + SecondsAt(*fields, kSuspended).value_or(0);
  }
  row.time_limit =
      ParseSacctTimeLimit(At(*fields, Has(kTimelimitRaw) ? kTimelimitRaw : kTimelimit));
  const std::optional<JobState> state = StateOf(StateWord(At(*fields, kState)));
  row.is_over = row.end.has_value() || (state.has_value() && IsTerminal(*state));
  return row;
}

}  // namespace mesolys::agent
