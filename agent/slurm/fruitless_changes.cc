#include "agent/slurm/fruitless_changes.h"

#include <utility>

namespace mesolys::agent {
namespace {

using ChangeKind = AssociationChange::Kind;

// Not what takes something away, or brings an older account's jobs below the limits of its project.
bool MayRest(const AssociationChange& change) {
  return change.kind >= ChangeKind::kMoveDefault && change.kind != ChangeKind::kMoveAccount;
}

}  // namespace

bool FruitlessChanges::IsGivenUp(const std::string& cluster, const AssociationChange& change,
                                 absl::Time now) const {
  const auto tried = tries_.find({cluster, Describe(change)});
  return tried != tries_.end() && now < tried->second.rests_until;
}

void FruitlessChanges::EndTurn(const std::string& cluster,
                               const std::vector<AssociationChange>& left, absl::Time now) {
  std::map<std::pair<std::string, std::string>, Tries> tries;
  for (const AssociationChange& change : left) {
    if (!MayRest(change)) continue;
    std::pair<std::string, std::string> what = {cluster, Describe(change)};
    Tries tried;
    if (const auto before = tries_.find(what); before != tries_.end()) tried = before->second;
    // What rests was not tried in this turn.
    if (tried.rests_until <= now && ++tried.turns >= kTurnsMax) tried.rests_until = now + kRest;
    tries.emplace(std::move(what), tried);
  }
  std::erase_if(tries_, [&cluster](const auto& each) { return each.first.first == cluster; });
  tries_.merge(tries);
}

}  // namespace mesolys::agent
