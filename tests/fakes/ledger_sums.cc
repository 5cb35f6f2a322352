#include "tests/fakes/ledger_sums.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/core/figures/balance.h"

namespace mesolys {
namespace {

void AddKinds(const std::string& place, const Totals& totals, std::vector<std::string>& lines) {
  const std::pair<const char*, Amount> kinds[] = {{"settled", totals.settled},
                                                  {"in-flight", totals.in_flight},
                                                  {"committed", totals.committed},
                                                  {"refund", totals.refund},
                                                  {"opening", totals.opening}};
  for (const auto& [kind, amount] : kinds) {
    if (amount == Amount()) continue;
    lines.push_back(absl::StrCat(place, " ", kind, " ", amount.count(), "\n"));
  }
}

void AddUse(const char* what, const std::map<UseKey, Totals>& uses,
            std::vector<std::string>& lines) {
  for (const auto& [key, totals] : uses) {
    AddKinds(absl::StrCat(what, key.project.empty() ? "" : " ", key.project, " ", key.cluster, ":",
                          key.account, " ", key.resource),
             totals, lines);
  }
}

const char* Word(GrantState state) {
  switch (state) {
    case GrantState::kPending:
      return "pending";
    case GrantState::kActive:
      return "active";
    case GrantState::kExhausted:
      return "exhausted";
    case GrantState::kExpired:
      return "expired";
    case GrantState::kRevoked:
      return "revoked";
    case GrantState::kGrace:
      return "grace";
  }
  return "unknown";
}

}  // namespace

std::string SumsTextOf(const Ledger& ledger) {
  std::vector<std::string> lines;
  for (const GrantEntry& entry : ledger.grants()) {
    const std::string grant =
        absl::StrCat("grant g", entry.grant.number, " ", entry.grant.resource);
    lines.push_back(absl::StrCat(grant, " granted ", entry.grant.amount.count(), "\n"));
    for (const auto& [site, ceiling] : entry.grant.ceilings) {
      lines.push_back(absl::StrCat(grant, " ", site, " granted ", ceiling.count(), "\n"));
    }
    for (const auto& [site, totals] : entry.used) {
      AddKinds(absl::StrCat(grant, " ", site), totals, lines);
    }
  }
  AddUse("uncovered", ledger.uncovered(), lines);
  AddUse("unassigned", ledger.unassigned(), lines);
  std::sort(lines.begin(), lines.end());
  return absl::StrJoin(lines, "");
}

std::string LeftTextOf(const Ledger& ledger, absl::Time now) {
  std::string text = absl::StrCat("at ", absl::FormatTime(now, absl::UTCTimeZone()), "\n");
  for (const GrantEntry& entry : ledger.grants()) {
    const BalanceLine line = BalanceOf(entry, now);
    absl::StrAppend(&text, "grant g", line.grant, " ", line.resource, " ",
                    Word(StateOf(entry, now)), " left ", line.left.count(), " ordered ",
                    line.ordered.count(), " overdraft ", line.overdraft.count(), " expired ",
                    line.expired.count(), "\n");
  }
  for (const auto& [id, project] : ledger.projects()) {
    std::set<std::pair<std::string, std::string>> places;
    for (const int64_t number : project.grants) {
      const Grant& grant = ledger.FindGrant(number)->grant;
      for (const auto& [site, ceiling] : grant.ceilings) places.insert({grant.resource, site});
    }
    for (const auto& [resource, site] : places) {
      const Remaining remaining = RemainingAt(ledger, project, resource, site, now);
      absl::StrAppend(&text, "project ", id, " ", resource, " ", site, " left ",
                      remaining.left.count(), " bonus ", remaining.bonus.count(), "\n");
    }
  }
  for (const auto& [site, unused] : ledger.catalogue().sites) {
    for (const auto& [resource, exposure] : ExposuresOf(ledger, site, now)) {
      absl::StrAppend(&text, "site ", site, " ", resource, " spendable ",
                      exposure.spendable.count(), " awaited ", exposure.awaited.count(), "\n");
    }
  }
  return text;
}

}  // namespace mesolys
