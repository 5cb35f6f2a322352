#include "agent/slurm/sacct.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mesolys::agent {
namespace {

// No terminal and no keyboard makes it.
constexpr char kDelimiter[] = "\x1f";

std::string TimeArgument(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S", time, absl::UTCTimeZone());
}

}  // namespace

SacctFormat SacctProgramFormat() {
  std::vector<std::string> columns = {"Cluster",   "JobIDRaw",     "Account",  "User",  "Partition",
                                      "QOS",       "State",        "Submit",   "Start", "End",
                                      "Suspended", "TimelimitRaw", "AllocTRES"};
  return {std::move(columns), kDelimiter, "", absl::ZeroDuration(), /*rows_come_late=*/true};
}

absl::StatusOr<std::optional<UsageRecord>> ParseRow(const SacctText& text, const OutputLine& line,
                                                    absl::Time observe_time) {
  if (absl::Status whole = CheckWhole(line); !whole.ok()) return whole;
  return text.Parse(line.text, observe_time);
}

// --duplicates: without it only the last run of a requeued job, and of an id that was used again,
// is told. --allocations: no steps. --noconvert: no rounded sizes.
Command SacctProgram::CommandOf(const std::string& clusters) const {
  Command command;
  command.arguments = {options_.program,
                       "--clusters",
                       clusters,
                       "--allusers",
                       "--duplicates",
                       "--allocations",
                       "--noheader",
                       "--parsable2",
                       absl::StrCat("--delimiter=", kDelimiter),
                       "--noconvert",
                       absl::StrCat("--format=", absl::StrJoin(SacctProgramFormat().columns, ","))};
  command.environment = {absl::StrCat("SLURM_CONF=", options_.slurm_conf), "SLURM_TIME_FORMAT=%s"};
  command.deadline = options_.deadline;
  command.output_bytes_max = options_.output_bytes_max;
  return command;
}

Command SacctProgram::CommandFor(absl::Time from, absl::Time to) const {
  Command command = CommandOf(absl::StrJoin(options_.clusters, ","));
  command.arguments.push_back(absl::StrCat("--starttime=", TimeArgument(from)));
  command.arguments.push_back(absl::StrCat("--endtime=", TimeArgument(to)));
  return command;
}

// With --jobs and without --starttime everything since 1970 is looked through.
Command SacctProgram::CommandFor(const std::string& cluster,
                                 const std::vector<int64_t>& ids) const {
  Command command = CommandOf(cluster);
  command.arguments.push_back(absl::StrCat("--jobs=", absl::StrJoin(ids, ",")));
  return command;
}

absl::Status SacctProgram::Read(absl::Time from, absl::Time to, const Visit& visit) {
  return Run(CommandFor(from, to), visit);
}

absl::Status SacctProgram::ReadJobs(const std::string& cluster, const std::vector<int64_t>& ids,
                                    const Visit& visit) {
  return Run(CommandFor(cluster, ids), visit);
}

absl::Status SacctProgram::Run(const Command& command, const Visit& visit) {
  bool is_silent = true;
  absl::StatusOr<CommandEnd> end = RunCommandByLine(command, [&](const OutputLine& line) {
    is_silent = false;
    return visit(line);
  });
  if (!end.ok()) return end.status();
  // Nothing and a complaint is no answer, whatever the exit status says.
  if (end->exit_status == 0 && is_silent && absl::StrContains(end->error_output, "error:")) {
    end->exit_status = 1;
  }
  return ExitStatus(command, *end);
}

}  // namespace mesolys::agent
