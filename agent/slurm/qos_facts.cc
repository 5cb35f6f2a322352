#include "agent/slurm/qos_facts.h"

#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace mesolys::agent {
namespace {

Finding CheckFactor(const std::string& name, const std::string& text) {
  std::string subject = absl::StrCat("QOS ", name);
  double factor = 0;
  if (absl::SimpleAtod(text, &factor) && factor == 1) return Pass(std::move(subject), "is known");
  return Warn(
      std::move(subject),
      absl::StrCat("its UsageFactor is ", text, ": Slurm counts its jobs as ", text,
                   " of what the ledger charges, so between two looks of the agent a limit lets "
                   "too much or too little begin"),
      absl::StrCat("sacctmgr -i modify qos ", name, " set UsageFactor=1"));
}

}  // namespace

std::vector<Finding> CheckQos(const std::set<std::string>& names, absl::string_view text) {
  std::map<std::string, std::string> factors;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> fields = absl::StrSplit(line, '|');
    if (fields.size() == 2) factors.emplace(fields[0], fields[1]);
  }
  std::vector<Finding> findings;
  for (const std::string& name : names) {
    const auto found = factors.find(name);
    if (found != factors.end()) {
      findings.push_back(CheckFactor(name, found->second));
      continue;
    }
    findings.push_back(
        Fail(absl::StrCat("QOS ", name), "is not known to Slurm: no account can be given it",
             absl::StrCat("sacctmgr -i add qos ", name, ", or correct [enforcer] in agent.toml")));
  }
  return findings;
}

}  // namespace mesolys::agent
