#include "agent/slurm/squeue.h"

#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/process/utf8.h"
#include "agent/slurm/text/sacct_time.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

// Before the jobs: which cluster it is, and a header, which an empty queue has, too.
constexpr absl::string_view kClusterMark = "CLUSTER: ";
constexpr absl::string_view kHeaderMark = "JOBID|";
constexpr absl::string_view kWaiting = "PENDING";
constexpr size_t kQueueShownBytes = 80;

}  // namespace

bool IsJobLine(absl::string_view line) {
  return !line.empty() && !absl::StartsWith(line, kHeaderMark) &&
         !absl::StartsWith(line, kClusterMark);
}

absl::Status AddHeldJob(const OutputLine& line, HeldJobs& jobs) {
  const std::vector<absl::string_view> fields = absl::StrSplit(line.text, '|');
  int64_t id = 0;
  if (CheckWhole(line).ok() && fields.size() == 3 && absl::SimpleAtoi(fields[0], &id)) {
    const auto submit = ParseSacctTime(fields[1], absl::UTCTimeZone());
    if (submit.ok() && submit->has_value()) {
      if (fields[2] != kWaiting) jobs.submit_times[id] = (*submit)->first;
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      Say("squeue says what is not understood: \"$0\"", OneLine(line.text, kQueueShownBytes))
          .Render());
}

// --all: partitions that are hidden from ordinary users too. %A is the raw id, of a task of an
// array that has begun its own.
Command SqueueProgram::CommandFor(const std::string& cluster) const {
  Command command;
  command.arguments = {options_.program, absl::StrCat("--clusters=", cluster), "--all",
                       "--format=%A|%V|%T"};
  command.environment = {absl::StrCat("SLURM_CONF=", options_.slurm_conf), "SLURM_TIME_FORMAT=%s"};
  command.deadline = options_.deadline;
  command.output_bytes_max = options_.output_bytes_max;
  return command;
}

absl::Status SqueueProgram::List(const std::string& cluster, const Visit& visit) {
  const Command command = CommandFor(cluster);
  bool is_silent = true;
  const absl::StatusOr<CommandEnd> end =
      RunCommandByLine(command, [&](const OutputLine& line) -> absl::Status {
        is_silent = is_silent && !absl::StartsWith(line.text, kHeaderMark);
        return IsJobLine(line.text) ? visit(line) : absl::OkStatus();
      });
  if (!end.ok()) return end.status();
  if (absl::Status status = ExitStatus(command, *end); !status.ok()) return status;
  if (!is_silent) return absl::OkStatus();
  return absl::UnavailableError(Say("squeue says nothing at all of $0", cluster).Render());
}

}  // namespace mesolys::agent
