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
  // Without certificates that can be used there is no way to the scheduler.
  if (tell(CheckCertificates(config.tls, config.site, now)) != Verdict::kFail) {
    tell({CheckScheduler(config.target, ports.reach())});
  }
  if (config.slurm.has_value()) {
    tell(SlurmCheck(config.slurm->sacct, config.means, user, ports.run).All(now));
  } else {
    tell({CheckReadable("file of job records", config.replay->file)});
  }
  out << "mesolys-agent check: " << counts[Verdict::kPass] << " passed, " << counts[Verdict::kWarn]
      << " warned, " << counts[Verdict::kFail] << " failed" << std::endl;
  if (counts[Verdict::kFail] > 0) return Verdict::kFail;
  return counts[Verdict::kWarn] > 0 ? Verdict::kWarn : Verdict::kPass;
}

}  // namespace mesolys
