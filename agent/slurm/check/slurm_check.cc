#include "agent/slurm/check/slurm_check.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/checks/host_facts.h"
#include "agent/process/line_reader.h"
#include "agent/slurm/check/node_facts.h"
#include "agent/slurm/check/runaway_facts.h"
#include "agent/slurm/check/slurm_facts.h"
#include "agent/slurm/check/submission_facts.h"

namespace mesolys::agent {
namespace {

constexpr char kMunge[] = "/usr/bin/munge";
constexpr absl::Duration kCommandDeadline = absl::Seconds(30);
constexpr int64_t kOutputBytesMax = int64_t{64} << 20;

// What slurm.conf says of how its programs know each other; scontrol cannot be asked without it.
struct Authentication {
  std::string type = "auth/munge";
  std::string munge_socket;  // empty for the usual one
};

Authentication ReadAuthentication(const std::string& slurm_conf) {
  Authentication found;
  absl::StatusOr<LineReader> file = LineReader::Open(slurm_conf);
  if (!file.ok()) return found;
  TextLine line;
  for (absl::StatusOr<bool> more = file->Next(line); more.ok() && *more; more = file->Next(line)) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line.text, absl::MaxSplits('=', 1));
    const std::string name = absl::AsciiStrToLower(absl::StripAsciiWhitespace(parts.first));
    const absl::string_view value = absl::StripAsciiWhitespace(parts.second);
    if (name == "authtype") found.type = std::string(value);
    if (name != "authinfo") continue;
    for (absl::string_view word : absl::StrSplit(value, ',')) {
      if (absl::ConsumePrefix(&word, "socket=")) found.munge_socket = std::string(word);
    }
  }
  return found;
}

}  // namespace

std::string SlurmCheck::Beside(const std::string& program) const {
  return (std::filesystem::path(sacct_.program).parent_path() / program).string();
}

absl::StatusOr<std::string> SlurmCheck::Output(std::vector<std::string> arguments) const {
  Command command;
  command.arguments = std::move(arguments);
  command.environment = {absl::StrCat("SLURM_CONF=", sacct_.slurm_conf), "SLURM_TIME_FORMAT=%s"};
  command.deadline = std::min(sacct_.deadline, kCommandDeadline);
  command.output_bytes_max = kOutputBytesMax;
  absl::StatusOr<CommandOutput> output = run_(command);
  if (!output.ok()) return output.status();
  if (absl::Status status = ExitStatus(command, output->end); !status.ok()) return status;
  return std::move(output->output);
}

std::vector<Finding> SlurmCheck::All(absl::Time now) {
  findings_.clear();
  is_private_ = false;
  running_.reset();
  findings_.push_back(CheckReadable("slurm_conf", sacct_.slurm_conf));
  if (findings_.back().verdict == Verdict::kFail) return std::move(findings_);
  CheckMunge();
  CheckAccounting(now);
  for (const std::string& cluster : means_.clusters) CheckCluster(cluster, now);
  CheckPrivileges();
  return std::move(findings_);
}

void SlurmCheck::CheckMunge() {
  const Authentication found = ReadAuthentication(sacct_.slurm_conf);
  if (found.type != "auth/munge") {
    findings_.push_back(Pass("munge", absl::StrCat("not used: AuthType is ", found.type)));
    return;
  }
  std::vector<std::string> arguments = {kMunge, "--no-input"};
  if (!found.munge_socket.empty()) {
    arguments.push_back(absl::StrCat("--socket=", found.munge_socket));
  }
  const absl::StatusOr<std::string> output = Output(std::move(arguments));
  findings_.push_back(output.ok()
                          ? Pass("munge", "gives credentials")
                          : Fail("munge", std::string(output.status().message()),
                                 "systemctl enable --now munge, with the site's munge.key"));
}

void SlurmCheck::CheckAccounting(absl::Time now) {
  const absl::StatusOr<std::string> clusters =
      Output({Beside("sacctmgr"), "--noheader", "--parsable2", "show", "cluster",
              "format=Cluster,ControlHost"});
  if (!clusters.ok()) {
    findings_.push_back(Fail("slurmdbd", std::string(clusters.status().message()),
                             "start slurmdbd; jobs run on and are accounted for when it is back"));
    return;
  }
  std::vector<Finding> known = CheckClusters(means_.clusters, *clusters);
  findings_.insert(findings_.end(), std::make_move_iterator(known.begin()),
                   std::make_move_iterator(known.end()));
  const Command command = SacctProgram(sacct_).CommandFor(now - absl::Minutes(1), now);
  absl::StatusOr<CommandOutput> rows = run_(command);
  const absl::Status status = rows.ok() ? ExitStatus(command, rows->end) : rows.status();
  findings_.push_back(status.ok() ? Pass("sacct", "tells the jobs of the last minute")
                                  : Fail("sacct", std::string(status.message()),
                                         "sacct = its path, under [collector] in agent.toml"));
  if (status.ok()) running_ = RunningOf(rows->output, now);
}

void SlurmCheck::CheckCluster(const std::string& cluster, absl::Time now) {
  const std::string of = absl::StrCat("--clusters=", cluster);
  const absl::StatusOr<std::string> ping = Output({means_.scontrol.program, of, "ping"});
  findings_.push_back(ping.ok() ? CheckPing(cluster, *ping)
                                : Fail(absl::StrCat(cluster, ": slurmctld"),
                                       std::string(ping.status().message()),
                                       "start slurmctld; its log says why it has ended"));
  if (findings_.back().verdict == Verdict::kFail) return;
  CheckConfig(cluster);
  CheckQueue(cluster, now);
  const absl::StatusOr<std::string> diagnosis = Output({Beside("sdiag"), "-M", cluster});
  if (!diagnosis.ok()) {
    findings_.push_back(Warn(absl::StrCat(cluster, ": sdiag"),
                             std::string(diagnosis.status().message()),
                             "install slurm-client of the version of slurmctld"));
    return;
  }
  std::vector<Finding> diagnosed = CheckDiagnosis(cluster, *diagnosis, now);
  findings_.insert(findings_.end(), std::make_move_iterator(diagnosed.begin()),
                   std::make_move_iterator(diagnosed.end()));
}

void SlurmCheck::CheckQueue(const std::string& cluster, absl::Time now) {
  if (!running_.has_value()) return;
  const Command command = SqueueProgram(squeue_).CommandFor(cluster);
  const absl::StatusOr<CommandOutput> queue = run_(command);
  const absl::Status status = queue.ok() ? ExitStatus(command, queue->end) : queue.status();
  const absl::StatusOr<HeldJobs> held = status.ok() ? HeldOf(queue->output) : status;
  findings_.push_back(CheckRunaways(cluster, *running_, held, now));
}

void SlurmCheck::CheckConfig(const std::string& cluster) {
  const std::string of = absl::StrCat("--clusters=", cluster);
  const absl::StatusOr<std::string> text = Output({means_.scontrol.program, of, "show", "config"});
  absl::StatusOr<SlurmConfig> config = text.ok() ? ParseSlurmConfig(*text) : text.status();
  if (!config.ok()) {
    findings_.push_back(Fail(absl::StrCat(cluster, ": configuration"),
                             std::string(config.status().message()),
                             "scontrol = its path, under [collector] in agent.toml"));
    return;
  }
  is_private_ = is_private_ || HidesJobs(*config);
  const absl::StatusOr<std::string> nodes =
      Output({means_.scontrol.program, of, "--all", "--oneliner", "show", "node"});
  if (!nodes.ok()) {
    findings_.push_back(Fail(absl::StrCat(cluster, ": nodes"),
                             std::string(nodes.status().message()),
                             "scontrol = its path, under [collector] in agent.toml"));
  }
  const NodeFacts facts = ReadNodes(nodes.value_or(""));
  for (const std::vector<Finding>& judged :
       {CheckSlurmConfig(cluster, *config, facts.gpu_models, sacct_.slurm_conf),
        CheckNodes(cluster, facts, CountedTres(*config), sacct_.slurm_conf)}) {
    findings_.insert(findings_.end(), judged.begin(), judged.end());
  }
  findings_.push_back(
      CheckSubmission(cluster, *config, facts.gpu_models.size(), sacct_.slurm_conf));
}

void SlurmCheck::CheckPrivileges() {
  const absl::StatusOr<std::string> level =
      Output({Beside("sacctmgr"), "--noheader", "--parsable2", "show", "user", user_.name,
              "format=User,AdminLevel"});
  // Without slurmdbd there is one finding already.
  if (!level.ok()) return;
  findings_.push_back(
      CheckAdminLevel(user_.name, user_.is_root, {is_private_, sets_limits_}, *level));
}

}  // namespace mesolys::agent
