#include "agent/checks/site_check.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/checks/host_facts.h"

namespace mesolys {
namespace {

Finding CheckScheduler(const std::string& target, const absl::Status& reached) {
  const std::string subject = absl::StrCat("scheduler ", target);
  if (reached.ok()) return Pass(subject, "takes our certificate, and shows its own");
  return Fail(subject, std::string(reached.message()),
              "target of [scheduler] in agent.toml, or the firewall between, or the scheduler");
}

}  // namespace

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
  tell({CheckStateDir(config.state_dir)});
  const Verdict certificates = tell(CheckCertificates(config.tls, config.site, now));
  if (config.slurm.has_value()) {
    const bool has_apply =
        config.enforcement.has_value() && !config.enforcement->commands.apply.empty();
    tell(SlurmCheck(config.slurm->sacct, config.means, user, ports.run, !has_apply).All(now));
    if (has_apply) tell({CheckApply(config.enforcement->commands, ports.run)});
  } else {
    tell({CheckReadable("file of job records", config.replay->file)});
  }
  // Last, for a scheduler that is away takes its time, and clocks are compared with `now`. Without
  // certificates that can be used there is no way to it.
  if (certificates != Verdict::kFail) tell({CheckScheduler(config.target, ports.reach())});
  out << "mesolys-agent check: " << counts[Verdict::kPass] << " passed, " << counts[Verdict::kWarn]
      << " warned, " << counts[Verdict::kFail] << " failed" << std::endl;
  if (counts[Verdict::kFail] > 0) return Verdict::kFail;
  return counts[Verdict::kWarn] > 0 ? Verdict::kWarn : Verdict::kPass;
}

}  // namespace mesolys
