#include "agent/slurm/scontrol.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace mesolys::agent {

absl::string_view ScontrolWord(Scontrol::Noun noun) {
  switch (noun) {
    case Scontrol::Noun::kNode:
      return "node";
    case Scontrol::Noun::kPartition:
      return "partition";
    case Scontrol::Noun::kReservation:
      return "reservation";
  }
  return "";
}

absl::Status ScontrolProgram::Show(const std::string& cluster, Noun noun, const Visit& visit) {
  Command command;
  // --all: partitions that are hidden from ordinary users too.
  command.arguments = {options_.program, absl::StrCat("--clusters=", cluster),
                       "--all",          "--oneliner",
                       "show",           std::string(ScontrolWord(noun))};
  command.environment = {absl::StrCat("SLURM_CONF=", options_.slurm_conf), "SLURM_TIME_FORMAT=%s"};
  command.deadline = options_.deadline;
  command.output_bytes_max = options_.output_bytes_max;
  const absl::StatusOr<CommandEnd> end =
      RunCommandByLine(command, [&](const OutputLine& line) -> absl::Status {
        // "No reservations in the system" and the like: there are none.
        if (line.text.empty() || absl::StartsWith(line.text, "No ")) return absl::OkStatus();
        return visit(line);
      });
  if (!end.ok()) return end.status();
  return ExitStatus(command, *end);
}

}  // namespace mesolys::agent
