#include "agent/command/site_check.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/checks/host_facts.h"
#include "agent/link/grpc_scheduler_link.h"
#include "agent/slurm/check/qos_facts.h"
#include "agent/slurm/slurm_commands.h"
#include "proto/runtime/channel.h"
#include "proto/runtime/clock.h"

namespace mesolys::agent {
namespace {

AgentUser CurrentUser() {
  const passwd* entry = ::getpwuid(::geteuid());
  return {entry == nullptr ? absl::StrCat(::geteuid()) : std::string(entry->pw_name),
          ::geteuid() == 0};
}

Finding CheckScheduler(const std::string& target, const absl::Status& reached) {
  const std::string subject = absl::StrCat("scheduler ", target);
  if (reached.ok()) return Pass(subject, "takes our certificate, and shows its own");
  return Fail(subject, std::string(reached.message()),
              "target of [scheduler] in agent.toml, or the firewall between, or the scheduler");
}

// With nothing to change: what it needs is there, and it may.
Finding CheckApply(const SlurmCommandOptions& commands, const SlurmCheck::Run& run) {
  Command command;
  command.arguments = commands.apply;
  command.environment = {absl::StrCat("SLURM_CONF=", commands.slurm_conf)};
  const absl::StatusOr<CommandOutput> output = run(command);
  const absl::Status status = output.ok() ? ExitStatus(command, output->end) : output.status();
  const std::string subject = "apply of [enforcer]";
  if (status.ok()) return Pass(subject, absl::StrCat("takes changes: ", ToText(command)));
  return Fail(subject, std::string(status.message()),
              "deploy/agent/sudoers says what has to be there");
}

std::vector<Finding> CheckRules(const SlurmEnforcement& enforcement,
                                const SitePorts::ReadAssociations& read) {
  const SlurmRules& rules = enforcement.options.rules;
  std::set<std::string> names(rules.qos.begin(), rules.qos.end());
  for (const std::string& name : {rules.eco_qos, rules.bonus_qos}) {
    if (!name.empty()) names.insert(name);
  }
  std::vector<Finding> findings;
  for (const std::string& cluster : enforcement.options.clusters) {
    const absl::StatusOr<ClusterAssociations> held = read(cluster);
    if (!held.ok()) {
      findings.push_back(
          Fail(absl::StrCat(cluster, ": associations"), std::string(held.status().message()),
               "start slurmdbd, or commands = its folder, under [enforcer] in agent.toml"));
      continue;
    }
    std::vector<Finding> of_qos = CheckQos(cluster, names, *held);
    findings.insert(findings.end(), std::make_move_iterator(of_qos.begin()),
                    std::make_move_iterator(of_qos.end()));
  }
  return findings;
}

// What jobs are judged by at submission is written there.
Finding CheckSubmissionFolder(const std::string& folder) {
  const std::string subject = "folder of [submission]";
  if (::access(folder.c_str(), W_OK | X_OK) == 0) {
    return Pass(subject, absl::StrCat("can write to ", folder));
  }
  return Warn(subject,
              absl::StrCat("cannot write to ", folder, ": ", std::strerror(errno),
                           ": every job passes unjudged"),
              "a folder of the agent's that slurmctld reads; its unit makes /run/mesolys-agent");
}

}  // namespace

Verdict CheckSite(const AgentConfig& config, const AgentUser& user, absl::Time now,
                  const SitePorts& ports, std::ostream& out) {
  std::map<Verdict, int> counts;
  const auto tell = [&](const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
      out << ToText(finding) << std::flush;
      ++counts[finding.verdict];
    }
    return Worst(findings);
  };
  const auto skip = [&out](absl::string_view what) { out << "skip  " << what << std::endl; };
  tell({CheckStateDir(config.state_dir)});
  const Verdict certificates = tell(CheckCertificates(config.tls, config.site, now));
  if (config.slurm.has_value()) {
    const bool has_apply =
        config.enforcement.has_value() && !config.enforcement->commands.apply.empty();
    tell(SlurmCheck(config.slurm->sacct, config.squeue, config.means, user, ports.run, !has_apply)
             .All(now));
    // Without its configuration no command of Slurm has an answer.
    const std::string& slurm_conf = config.slurm->sacct.slurm_conf;
    const bool is_there = CheckReadable("slurm_conf", slurm_conf).verdict != Verdict::kFail;
    if (!is_there) skip("Slurm's commands: not asked, for none answers without slurm_conf");
    if (is_there && has_apply) tell({CheckApply(config.enforcement->commands, ports.run)});
    if (is_there && config.enforcement.has_value()) {
      tell(CheckRules(*config.enforcement, ports.read));
    }
    if (config.submission.has_value()) tell({CheckSubmissionFolder(config.submission->folder)});
  } else {
    tell({CheckReadable("file of job records", config.replay->file)});
  }
  // Last, for a scheduler that is away takes its time, and clocks are compared with `now`. Without
  // certificates that can be used there is no way to it.
  if (certificates != Verdict::kFail) {
    tell({CheckScheduler(config.target, ports.reach())});
  } else {
    skip("scheduler: not asked, for with these certificates there is no way to it");
  }
  out << "mesolys-agent check: " << counts[Verdict::kPass] << " passed, " << counts[Verdict::kWarn]
      << " warned, " << counts[Verdict::kFail] << " failed" << std::endl;
  if (counts[Verdict::kFail] > 0) return Verdict::kFail;
  return counts[Verdict::kWarn] > 0 ? Verdict::kWarn : Verdict::kPass;
}

ExitCode CheckSite(const AgentConfig& config, std::ostream& out) {
  const auto reach = [&config]() -> absl::Status {
    absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = ConnectTo(config.target, config.tls);
    if (!channel.ok()) return channel.status();
    return GrpcSchedulerLink(*std::move(channel)).Connect(absl::Seconds(10));
  };
  const auto read = [&config](const std::string& cluster) {
    return SlurmCommands(config.enforcement->commands).Read(cluster, {});
  };
  switch (CheckSite(config, CurrentUser(), SystemClock().Now(), {RunCommand, reach, read}, out)) {
    case Verdict::kPass:
      return ExitCode::kDone;
    case Verdict::kWarn:
      return ExitCode::kWarned;
    case Verdict::kFail:
      return ExitCode::kFailed;
  }
  return ExitCode::kFailed;
}

}  // namespace mesolys::agent
