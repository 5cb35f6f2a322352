#include "agent/in_force.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "proto/values/amount_text.h"

namespace mesolys {
namespace {

// Why a grant could not be put in force, by grant.
using Failures = std::map<std::string, std::string>;

v1::Enforcement Judge(const std::string& name, const GrantCeiling& wanted,
                      const absl::StatusOr<SiteState>& held, const std::string& account,
                      const Failures& failures) {
  v1::Enforcement judged;
  judged.set_grant(name);
  if (!held.ok()) {
    judged.set_state(v1::Ceiling::FAILED);
    judged.set_text(std::string(held.status().message()));
    return judged;
  }
  const auto present = held->accounts.find(account);
  const GrantCeiling* found = nullptr;
  if (present != held->accounts.end()) {
    const auto grant = present->second.grants.find(name);
    if (grant != present->second.grants.end()) found = &grant->second;
  }
  if (found != nullptr && *found == wanted) {
    judged.set_state(v1::Ceiling::ENFORCED);
    return judged;
  }
  if (const auto failure = failures.find(name); failure != failures.end()) {
    judged.set_state(v1::Ceiling::FAILED);
    judged.set_text(failure->second);
    return judged;
  }
  judged.set_state(v1::Ceiling::DRIFTED);
  if (found == nullptr) {
    judged.set_text("the site does not hold it");
  } else if (found->ceiling != wanted.ceiling || found->resource != wanted.resource) {
    judged.set_text(absl::StrCat("the site holds ", found->ceiling.count(), " of ",
                                 wanted.ceiling.count(), " ", BaseUnit(wanted.resource)));
  } else {
    judged.set_text(absl::StrCat("the site closes it at ", absl::FormatTime(found->period.end),
                                 ", not at ", absl::FormatTime(wanted.period.end)));
  }
  return judged;
}

std::vector<v1::Enforcement> JudgeAll(const SiteState& desired,
                                      const absl::StatusOr<SiteState>& held, absl::Time now,
                                      const Failures& failures) {
  std::vector<v1::Enforcement> enforcements;
  for (const auto& [account, wanted] : desired.accounts) {
    for (const auto& [name, grant] : wanted.grants) {
      if (IsEnded(grant, now)) continue;
      enforcements.push_back(Judge(name, grant, held, account, failures));
    }
  }
  return enforcements;
}

}  // namespace

absl::Status CheckRemovals(const Plan& plan, const RemovalLimit& limit) {
  const int64_t allowed = limit.is_doubtful ? 0 : std::max(limit.count, plan.held_count / 2);
  if (plan.removal_count <= allowed) return absl::OkStatus();
  if (limit.is_doubtful) {
    return absl::FailedPreconditionError(
        absl::StrCat("a desired state of no higher generation would remove ", plan.removal_count,
                     " of the ", plan.held_count, " grants, logins and links held; kept all"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("the desired state would remove ", plan.removal_count, " of the ",
                   plan.held_count, " grants, logins and links held; kept all. At most ", allowed,
                   " go in one step: if this is meant, raise max_removals in [enforcer]"));
}

InForce PutInForce(const SiteState& desired, const RemovalLimit& limit, absl::Time now,
                   Enforcer& enforcer) {
  InForce result;
  absl::StatusOr<SiteState> held = enforcer.ReadBack();
  Failures failures;
  if (held.ok()) {
    const Plan plan = Reconcile(*held, desired, now);
    result.status = CheckRemovals(plan, limit);
    if (result.status.ok() && !plan.actions.empty()) {
      const std::vector<absl::Status> taken = enforcer.Take(plan.actions);
      result.change_count = static_cast<int64_t>(plan.actions.size());
      for (size_t at = 0; at < taken.size() && at < plan.actions.size(); ++at) {
        if (taken[at].ok()) continue;
        result.status.Update(taken[at]);
        failures[plan.actions[at].subject] = std::string(taken[at].message());
      }
      held = enforcer.ReadBack();
      if (held.ok() && result.status.ok() && !Reconcile(*held, desired, now).actions.empty()) {
        result.status = absl::InternalError("what the site reads back is not what was set");
      }
    }
  }
  result.status.Update(held.status());
  result.enforcements = JudgeAll(desired, held, now, failures);
  return result;
}

}  // namespace mesolys
