// What is said in a scenario of grants: the verbs on one, and grants that are issued by hand.

#include "tests/scheduler/core/scenario.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "scheduler/core/figures/placement.h"

namespace mesolys {

absl::StatusOr<Command> ScenarioRun::GrantVerb(const std::string& verb, Words& words) {
  const std::string name = words.Take();
  int64_t number = 0;
  if (!absl::StartsWith(name, "g") || !absl::SimpleAtoi(name.substr(1), &number)) {
    return Wrong(absl::StrCat("\"", verb, " ", name, "\" is not of the language"));
  }
  const std::string reason = words.After("because").value_or("as decided");
  if (verb == "revoke") return RevokeGrant{number, reason};
  if (verb == "extend") {
    absl::StatusOr<absl::Time> end = Instant(words.After("to").value_or(""));
    if (!end.ok()) return end.status();
    return ExtendGrant{number, *end, reason};
  }
  const GrantEntry* entry = mesocentre_.ledger().FindGrant(number);
  absl::StatusOr<Amount> amount =
      AmountOf(entry == nullptr ? "cpu" : entry->grant.resource, words.Take());
  if (!amount.ok()) return amount.status();
  if (verb == "supplement") {
    SupplementGrant command{number, *amount, {}, reason};
    if (const auto site = words.After("site"); site.has_value()) command.sites = {*site};
    return command;
  }
  if (verb == "release") return ReleaseHours{number, *amount, reason};
  if (verb == "move") {
    return MoveCeiling{number, words.After("from").value_or(""), words.After("to").value_or(""),
                       *amount, reason};
  }
  if (verb == "write-off") return WriteOffOverdraft{number, *amount, reason};
  if (verb == "opening") {
    return PostOpeningBalance{number, words.After("site").value_or(""), *amount, reason};
  }
  const std::string to = words.After("to").value_or(words.After("overdrawn").value_or(""));
  int64_t other = 0;
  const bool is_grant = absl::StartsWith(to, "g") && absl::SimpleAtoi(to.substr(1), &other);
  if (verb == "transfer") {
    TransferHours command{number, *amount, is_grant ? other : 0, to, reason};
    const GrantEntry* receiver = is_grant ? mesocentre_.ledger().FindGrant(other) : nullptr;
    if (receiver != nullptr) command.to_project = receiver->grant.project;
    return command;
  }
  if (verb == "adjust") return AdjustOverdraft{number, other, *amount, reason};
  return Wrong(absl::StrCat("\"", verb, "\" is not of the language"));
}

absl::Status ScenarioRun::IssueByHand(Words& words) {
  words.Take();
  const std::string project = words.Take();
  const std::string resource = words.Take();
  absl::StatusOr<absl::Time> from = Instant(words.After("from").value_or(""));
  absl::StatusOr<absl::Time> to = Instant(words.After("to").value_or(""));
  if (!from.ok()) return from.status();
  if (!to.ok()) return to.status();
  if (mesocentre_.ledger().FindProject(project) == nullptr) return Wrong("no such project");
  std::map<std::string, Amount> ceilings;
  while (!words.empty()) {
    const auto [site, text] = Split(words.Take());
    absl::StatusOr<Amount> amount = AmountOf(resource, text);
    if (!amount.ok()) return amount.status();
    ceilings[site] = *amount;
  }
  if (ceilings.empty()) return Wrong("give SITE=AMOUNT");
  Grant grant = GrantByHand(mesocentre_.ledger(), project, resource, {*from, *to}, ceilings);
  grant.bonus = PartsPerMillion(250'000);
  for (const auto& [site, amount] : grant.ceilings) {
    const Room room(mesocentre_.ledger(), site, resource, grant.period, mesocentre_.now());
    if (room.free() < amount) return Wrong(absl::StrCat(site, " has no room for it"));
    for (Placement& placement : room.Place(amount)) grant.placements.push_back(placement);
  }
  mesocentre_.Issue(std::move(grant));
  return absl::OkStatus();
}

}  // namespace mesolys
