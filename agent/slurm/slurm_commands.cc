#include "agent/slurm/slurm_commands.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/process/utf8.h"
#include "agent/slurm/associations/tres.h"
#include "agent/slurm/text/association_text.h"
#include "agent/slurm/text/controller_text.h"
#include "agent/slurm/text/qos_text.h"
#include "agent/slurm/text/scontrol_text.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {
namespace {

constexpr size_t kSaidBytesMax = 500;
// Of one process: what is lost when it hangs, and how long a deadline has to be.
constexpr size_t kLinesAtOnce = 200;
constexpr size_t kLoginsAtOnce = 500;
// "Some of the names are not known": of getent.
constexpr int kNotAllFound = 2;

// What sacctmgr says of a line that it did not take; on standard output too, with the exit status
// 0.
bool IsComplaint(absl::string_view line) {
  return absl::StrContains(line, "error") || absl::StrContains(line, "denied") ||
         absl::StrContains(line, "Nothing ") || absl::StrContains(line, "Unknown ") ||
         absl::StrContains(line, "active") || absl::StrContains(line, "refused") ||
         absl::StrContains(line, "Problem");
}

}  // namespace

Command SlurmCommands::CommandOf(const std::string& program,
                                 std::vector<std::string> arguments) const {
  Command command;
  command.arguments = {absl::StrCat(options_.folder, "/", program)};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.environment = {absl::StrCat("SLURM_CONF=", options_.slurm_conf), "SLURM_TIME_FORMAT=%s"};
  if (!options_.preload.empty()) {
    command.environment.push_back(absl::StrCat("LD_PRELOAD=", options_.preload));
  }
  command.deadline = options_.deadline;
  command.output_bytes_max = options_.output_bytes_max;
  return command;
}

absl::Status SlurmCommands::Ask(const std::string& program, std::vector<std::string> arguments,
                                const Visit& visit) const {
  const Command command = CommandOf(program, std::move(arguments));
  const absl::StatusOr<CommandEnd> end =
      RunCommandByLine(command, [&](const OutputLine& line) -> absl::Status {
        if (line.is_too_long) {
          return absl::DataLossError(absl::StrCat(ToText(command), ": a line that does not end"));
        }
        return line.text.empty() ? absl::OkStatus() : visit(line.text);
      });
  return end.ok() ? ExitStatus(command, *end) : end.status();
}

absl::StatusOr<ClusterAssociations> SlurmCommands::Read(const std::string& cluster,
                                                        const std::set<std::string>& logins) {
  ClusterAssociations read;
  absl::Status status =
      Ask("sacctmgr",
          {"--noheader", "--parsable2", "show", "assoc", "where", absl::StrCat("cluster=", cluster),
           absl::StrCat("format=", kAssociationColumns)},
          [&read](absl::string_view line) { return AddAssociation(line, read.accounts); });
  if (status.ok() && !read.accounts.contains(kRootAccount)) {
    status = absl::DataLossError(
        Say("sacctmgr tells no association of $0, not even root's", cluster).Render());
  }
  KeepOwnQos(read.accounts);
  status.Update(Ask("sacctmgr",
                    {"--noheader", "--parsable2", "show", "account", "format=Account,Organization"},
                    [&read](absl::string_view line) { return AddOwner(line, read.accounts); }));
  if (!status.ok()) return status;
  absl::StatusOr<ClusterAssociations::Controller> controller = ReadController(cluster);
  // Only who was closed already can be removed.
  const bool is_leaving =
      std::any_of(read.accounts.begin(), read.accounts.end(), [](const auto& account) {
        return std::any_of(account.second.users.begin(), account.second.users.end(),
                           [](const auto& user) { return user.second.IsFrozen(); });
      });
  if (controller.ok() && is_leaving) {
    status = Ask(
        "squeue", {absl::StrCat("--clusters=", cluster), "--all", "--noheader", "--format=%a|%u"},
        [&read](absl::string_view line) {
          // squeue says which cluster it is, header or not.
          return absl::StartsWith(line, "CLUSTER: ") ? absl::OkStatus() : AddBusy(line, read.busy);
        });
  }
  if (controller.ok() && status.ok()) {
    read.controller = *std::move(controller);
  } else {
    spdlog::warn("limits of {} stay as they are: {}", cluster,
                 std::string((controller.ok() ? status : controller.status()).message()));
  }
  absl::StatusOr<std::set<std::string>> unknown = Unknown(logins);
  if (!unknown.ok()) return unknown.status();
  read.unknown_logins = *std::move(unknown);
  return read;
}

absl::StatusOr<ClusterAssociations::Controller> SlurmCommands::ReadController(
    const std::string& cluster) {
  ControllerText text(cluster);
  absl::Status status = Ask(
      "scontrol", {absl::StrCat("--clusters=", cluster), "show", "assoc_mgr", "flags=assoc,qos"},
      [&text](absl::string_view line) { return text.Add(line); });
  if (!status.ok()) return status;
  std::string diagnosis;
  status = Ask("sdiag", {absl::StrCat("--cluster=", cluster)}, [&](absl::string_view line) {
    absl::StrAppend(&diagnosis, line, "\n");
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  const absl::StatusOr<int64_t> waiting = WaitingRecords(diagnosis);
  if (!waiting.ok()) return waiting.status();
  absl::StatusOr<ClusterAssociations::Controller> controller = text.Take();
  if (!controller.ok()) return controller;
  controller->waiting_records = *waiting;
  status = AddHierarchy(cluster, *controller);
  if (!status.ok()) return status;
  return controller;
}

absl::Status SlurmCommands::AddHierarchy(const std::string& cluster,
                                         ClusterAssociations::Controller& controller) {
  const bool is_known = std::exchange(is_after_changes_, false) && hierarchies_.contains(cluster);
  Hierarchy& hierarchy = hierarchies_[cluster];
  if (!is_known) {
    const bool has_shared = std::any_of(controller.tres.begin(), controller.tres.end(),
                                        [](const auto& tres) { return IsSharedTres(tres); });
    absl::StatusOr<Hierarchy> read = ReadHierarchy(cluster, has_shared);
    if (!read.ok()) return read.status();
    hierarchy = *std::move(read);
  }
  for (const std::string& row : hierarchy.qos_rows) {
    if (absl::Status status = AddQos(row, controller.qos); !status.ok()) return status;
  }
  controller.partitions = hierarchy.partitions;
  controller.enforces = hierarchy.enforces;
  controller.shared = hierarchy.shared;
  return absl::OkStatus();
}

absl::StatusOr<SlurmCommands::Hierarchy> SlurmCommands::ReadHierarchy(const std::string& cluster,
                                                                      bool has_shared) const {
  const std::string of = absl::StrCat("--clusters=", cluster);
  Hierarchy hierarchy;
  absl::Status status =
      Ask("sacctmgr",
          {"--noheader", "--parsable2", "show", "qos", absl::StrCat("format=", kQosColumns)},
          [&hierarchy](absl::string_view line) {
            hierarchy.qos_rows.emplace_back(line);
            return absl::OkStatus();
          });
  status.Update(Ask("scontrol", {of, "--all", "--oneliner", "show", "partition"},
                    [&hierarchy](absl::string_view line) -> absl::Status {
                      // "No partitions in the system".
                      if (!absl::StartsWith(line, "PartitionName=")) return absl::OkStatus();
                      absl::StatusOr<PartitionAccess> access = ParsePartitionAccess(line);
                      if (!access.ok()) return access.status();
                      hierarchy.partitions.push_back(*std::move(access));
                      return absl::OkStatus();
                    }));
  status.Update(Ask("scontrol", {of, "show", "config"}, [&hierarchy](absl::string_view line) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits('=', 1));
    if (absl::StripAsciiWhitespace(parts.first) == "AccountingStorageEnforce") {
      hierarchy.enforces = EnforcedBy(absl::StripAsciiWhitespace(parts.second));
    }
    return absl::OkStatus();
  }));
  if (has_shared) {
    SharedPartsOfNodes nodes;
    status.Update(Ask("scontrol", {of, "--all", "--oneliner", "show", "node"},
                      [&nodes](absl::string_view line) {
                        const absl::StatusOr<ScontrolNode> node = ParseScontrolNode(line);
                        if (node.ok()) nodes.Add(node->gpu_counts, node->gpu_parts);
                        return absl::OkStatus();
                      }));
    hierarchy.shared = nodes.Take();
  }
  if (!status.ok()) return status;
  return hierarchy;
}

absl::StatusOr<std::set<std::string>> SlurmCommands::Unknown(const std::set<std::string>& logins) {
  std::set<std::string> unknown;
  std::set_difference(logins.begin(), logins.end(), known_logins_.begin(), known_logins_.end(),
                      std::inserter(unknown, unknown.end()));
  const std::vector<std::string> all(unknown.begin(), unknown.end());
  for (size_t from = 0; from < all.size(); from += kLoginsAtOnce) {
    Command command = CommandOf("getent", {"passwd"});
    command.arguments.front() = "/usr/bin/getent";
    const size_t to = std::min(all.size(), from + kLoginsAtOnce);
    command.arguments.insert(command.arguments.end(), all.begin() + static_cast<int64_t>(from),
                             all.begin() + static_cast<int64_t>(to));
    const absl::StatusOr<CommandEnd> end = RunCommandByLine(command, [&](const OutputLine& line) {
      const std::string login(line.text.substr(0, line.text.find(':')));
      if (unknown.erase(login) > 0) known_logins_.insert(login);
      return absl::OkStatus();
    });
    if (!end.ok()) return end.status();
    if (end->exit_status != kNotAllFound) {
      if (absl::Status status = ExitStatus(command, *end); !status.ok()) return status;
    }
  }
  return unknown;
}

absl::StatusOr<QueuedJob> SlurmCommands::ReadJob(const v1::WantedJob& wanted) {
  const std::string& cluster = wanted.cluster();
  std::string id = absl::StrCat(wanted.job_id());
  if (wanted.has_array_task_id()) absl::StrAppend(&id, "_", wanted.array_task_id());
  std::optional<QueuedJob> found;
  absl::Status status = Ask("squeue",
                            {absl::StrCat("--clusters=", cluster), "--all", "--noheader",
                             absl::StrCat("--jobs=", id), absl::StrCat("--Format=", kQueueFields)},
                            [&](absl::string_view line) -> absl::Status {
                              if (absl::StartsWith(line, "CLUSTER: ")) return absl::OkStatus();
                              absl::StatusOr<QueueRow> row = ParseQueueRow(line);
                              if (!row.ok()) return row.status();
                              // Of an array each task has a row; those that have begun, an id of
                              // their own.
                              if (!found.has_value() || row->job_id == wanted.job_id())
                                found = std::move(row->job);
                              return absl::OkStatus();
                            });
  const absl::Status none = absl::NotFoundError(
      Say("$0 has no job $1 in its queue: it has ended, or was never there", cluster, id).Render());
  // "Invalid job id specified", of one that Slurm has forgotten.
  if (absl::StrContains(status.message(), "Invalid job id")) return none;
  if (!status.ok()) return status;
  if (!found.has_value()) return none;
  if (absl::StartsWith(found->reason, "Partition")) {
    status = ReadPartitionOf(cluster, *found);
    if (!status.ok()) {
      spdlog::warn("partition {}: {}", found->partition, std::string(status.message()));
    }
  }
  return *std::move(found);
}

absl::StatusOr<std::map<AccountUser, TresMinutes>> SlurmCommands::ReadWaiting(
    const std::string& cluster) {
  std::map<AccountUser, TresMinutes> waiting;
  const absl::Status status = Ask("squeue",
                                  {absl::StrCat("--clusters=", cluster), "--all", "--noheader",
                                   "--states=PENDING", absl::StrCat("--Format=", kQueueFields)},
                                  [&waiting](absl::string_view line) -> absl::Status {
                                    if (absl::StartsWith(line, "CLUSTER: "))
                                      return absl::OkStatus();
                                    const absl::StatusOr<QueueRow> row = ParseQueueRow(line);
                                    // One that is not understood stops nothing.
                                    if (row.ok()) AddWaiting(row->job, waiting);
                                    return absl::OkStatus();
                                  });
  if (!status.ok()) return status;
  return waiting;
}

// What the job's partition lets a job have, of what holds this one. A job may name several.
absl::Status SlurmCommands::ReadPartitionOf(const std::string& cluster, QueuedJob& job) const {
  if (!CheckId("partition", absl::AsciiStrToLower(job.partition)).ok()) return absl::OkStatus();
  return Ask(
      "scontrol",
      {absl::StrCat("--clusters=", cluster), "--oneliner", "show", "partition", job.partition},
      [&job](absl::string_view line) -> absl::Status {
        const absl::StatusOr<ScontrolPartition> partition = ParseScontrolPartition(line);
        if (!partition.ok()) return partition.status();
        if (job.reason == "PartitionTimeLimit") {
          job.partition_time_limit_seconds = partition->time_limit_seconds;
        } else if (job.reason == "PartitionNodeLimit") {
          job.partition_nodes_max = partition->nodes_max;
        }
        return absl::OkStatus();
      });
}

absl::Status SlurmCommands::Make(const std::vector<std::string>& lines) {
  is_after_changes_ = true;
  std::vector<std::string> said;
  absl::Status first;
  for (size_t from = 0; from < lines.size(); from += kLinesAtOnce) {
    Command command = CommandOf("sacctmgr", {"--immediate"});
    if (!options_.apply.empty()) command.arguments = options_.apply;
    const size_t to = std::min(lines.size(), from + kLinesAtOnce);
    command.input = absl::StrJoin(lines.begin() + static_cast<int64_t>(from),
                                  lines.begin() + static_cast<int64_t>(to), "\n") +
                    "\n";
    const absl::StatusOr<CommandEnd> end =
        RunCommandByLine(command, [&said](const OutputLine& line) {
          // It repeats what it was told behind its prompt.
          const bool is_told = absl::StartsWith(line.text, "sacctmgr: ");
          if (!is_told && IsComplaint(line.text)) {
            said.emplace_back(absl::StripAsciiWhitespace(line.text));
          }
          return absl::OkStatus();
        });
    if (!end.ok()) return end.status();
    first.Update(ExitStatus(command, *end));
  }
  if (first.ok() && said.empty()) return absl::OkStatus();
  // The exit status is that of the last failure, whatever it was; the words are worth more.
  const std::string words =
      absl::StrCat(absl::StrJoin(said, "; "), said.empty() || first.ok() ? "" : "; ",
                   std::string(first.message()));
  return absl::UnavailableError(OneLine(words, kSaidBytesMax));
}

}  // namespace mesolys::agent
