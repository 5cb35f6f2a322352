#include "agent/slurm/check/qos_facts.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/slurm/associations/hierarchy.h"

namespace mesolys::agent {
namespace {

// By QOS, the partitions whose jobs it holds.
std::map<std::string, std::vector<std::string>> PartitionsOf(
    const ClusterAssociations::Controller& controller) {
  std::map<std::string, std::vector<std::string>> partitions;
  for (const PartitionAccess& partition : controller.partitions) {
    if (!partition.qos.empty()) partitions[partition.qos].push_back(partition.name);
  }
  return partitions;
}

// Those that accounts of ours may use; where there is none yet, those that a new one comes to.
std::set<std::string> UsableOf(const ClusterAssociations& held) {
  std::set<std::string> usable;
  bool is_any = false;
  for (const auto& [name, account] : held.accounts) {
    if (account.owner != kOwner) continue;
    is_any = true;
    usable.insert(account.limits.qos.begin(), account.limits.qos.end());
    for (const auto& [user, limits] : account.users) {
      usable.insert(limits.qos.begin(), limits.qos.end());
    }
  }
  const auto root = held.accounts.find(kRootAccount);
  if (!is_any && root != held.accounts.end()) usable = root->second.limits.qos;
  return usable;
}

Finding CheckLimits(std::string subject, const std::string& name, const Qos& qos) {
  if (const std::string unsetting = UnsettingText(qos); !unsetting.empty()) {
    return Fail(std::move(subject), "has limits, which Slurm takes before those of accounts",
                absl::StrCat("sacctmgr -i modify qos where name=", name, " set ", unsetting));
  }
  if (qos.usage_factor == kWholeUsage) {
    return Pass(std::move(subject), "leaves limits to the accounts");
  }
  const std::string remedy =
      absl::StrCat("sacctmgr -i modify qos where name=", name, " set UsageFactor=1");
  if (qos.usage_factor < kWholeUsage) {
    return Fail(std::move(subject),
                "its UsageFactor is below 1: Slurm counts less than the ledger charges, so a limit "
                "lets too much begin",
                remedy);
  }
  return Warn(std::move(subject),
              "its UsageFactor is above 1: Slurm counts more than the ledger charges, so a limit "
              "lets too little begin",
              remedy);
}

}  // namespace

std::vector<Finding> CheckQos(const std::string& cluster, const std::set<std::string>& names,
                              const ClusterAssociations& held) {
  if (!held.controller.has_value()) return {};
  const ClusterAssociations::Controller& controller = *held.controller;
  std::vector<Finding> findings;
  for (const std::string& name : names) {
    if (controller.qos.contains(name)) continue;
    findings.push_back(Fail(
        absl::StrCat(cluster, ": QOS ", name), "is not known to Slurm: no account can be given it",
        absl::StrCat("sacctmgr -i add qos ", name, ", or correct [enforcer] in agent.toml")));
  }
  const std::map<std::string, std::vector<std::string>> partitions = PartitionsOf(controller);
  std::set<std::string> looked_at = names.empty() ? UsableOf(held) : names;
  for (const auto& [name, of] : partitions) looked_at.insert(name);
  for (const std::string& name : looked_at) {
    const auto qos = controller.qos.find(name);
    if (qos == controller.qos.end()) continue;
    const auto of = partitions.find(name);
    findings.push_back(CheckLimits(
        of == partitions.end()
            ? absl::StrCat(cluster, ": QOS ", name)
            : absl::StrCat(cluster, ": QOS ", name, " of ", absl::StrJoin(of->second, ", ")),
        name, qos->second));
  }
  return findings;
}

}  // namespace mesolys::agent
