#include "agent/ports/in_force.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "proto/values/amount_text.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

// Why something could not be put in force, by account and what it was.
using Failures = std::map<std::pair<std::string, std::string>, std::string>;

void Judge(v1::Ceiling::State state, const std::string& text, v1::Enforcement& judged) {
  judged.set_state(state);
  judged.set_text(text);
}

// In what a ceiling that is held differs from the one that is wanted.
std::string TextOfDifference(const GrantCeiling& found, const GrantCeiling& wanted) {
  if (found.ceiling != wanted.ceiling || found.resource != wanted.resource) {
    return Say("the site holds $0 of $1 $2", found.ceiling.count(), wanted.ceiling.count(),
               BaseUnit(wanted.resource))
        .Render();
  }
  if (found.bonus != wanted.bonus) {
    return Say("the site holds $0 of $1 $2 of bonus", found.bonus.count(), wanted.bonus.count(),
               BaseUnit(wanted.resource))
        .Render();
  }
  return Say("the site closes it at $0, not at $1", absl::FormatTime(found.period.end),
             absl::FormatTime(wanted.period.end))
      .Render();
}

// Judges one grant by what was read back of its account.
v1::Enforcement JudgeGrant(const std::string& account, const std::string& name,
                           const GrantCeiling& wanted, bool is_ended, const SiteAccount& desired,
                           const SiteAccount& held, const Failures& failures) {
  v1::Enforcement judged;
  judged.set_grant(name);
  const auto found = held.grants.find(name);
  const bool is_held = found != held.grants.end();
  if (is_held) judged.set_ceiling_base_units(found->second.ceiling.count());
  const bool is_right = is_ended ? !is_held : is_held && found->second == wanted;
  const Access access = desired.AccessTo(wanted.resource);
  if (is_right && held.AccessTo(wanted.resource) == access) {
    Judge(v1::Ceiling::ENFORCED, "", judged);
  } else if (const auto failure = failures.find({account, is_right ? wanted.resource : name});
             failure != failures.end()) {
    Judge(v1::Ceiling::FAILED, failure->second, judged);
  } else if (is_right) {
    Judge(v1::Ceiling::DRIFTED,
          Say("$0 is $1 at the site, not $2", wanted.resource,
              AccessText(held.AccessTo(wanted.resource)), AccessText(access))
              .Render(),
          judged);
  } else if (is_ended) {
    Judge(v1::Ceiling::DRIFTED, SayLater("the site still holds it"), judged);
  } else if (!is_held) {
    Judge(v1::Ceiling::DRIFTED, SayLater("the site does not hold it"), judged);
  } else {
    Judge(v1::Ceiling::DRIFTED, TextOfDifference(found->second, wanted), judged);
  }
  return judged;
}

std::vector<v1::Enforcement> JudgeAll(const SiteState& desired,
                                      const absl::StatusOr<SiteState>& held, absl::Time now,
                                      const Failures& failures) {
  const SiteAccount nothing;
  std::vector<v1::Enforcement> enforcements;
  for (const auto& [account, wanted] : desired.accounts) {
    for (const auto& [name, grant] : wanted.grants) {
      if (!held.ok()) {
        v1::Enforcement& judged = enforcements.emplace_back();
        judged.set_grant(name);
        Judge(v1::Ceiling::FAILED, std::string(held.status().message()), judged);
        continue;
      }
      const auto present = held->accounts.find(account);
      enforcements.push_back(JudgeGrant(account, name, grant, IsEnded(grant, now), wanted,
                                        present == held->accounts.end() ? nothing : present->second,
                                        failures));
    }
  }
  return enforcements;
}

}  // namespace

absl::Status CheckRemovals(const Removals& removals, const RemovalLimit& limit) {
  const int64_t allowed = limit.is_doubtful ? 0 : std::max(limit.count, removals.held_count / 2);
  if (removals.count <= allowed) return absl::OkStatus();
  if (limit.is_doubtful) {
    return absl::FailedPreconditionError(Say("a desired state of no higher generation would remove "
                                             "$0 of the $1 grants, logins and links held; kept all",
                                             removals.count, removals.held_count)
                                             .Render());
  }
  return absl::FailedPreconditionError(
      Say("the desired state would remove $0 of the $1 grants, logins and links held; kept all. At "
          "most $2 go in one step: if this is meant, raise max_removals in [enforcer]",
          removals.count, removals.held_count, allowed)
          .Render());
}

absl::Status StateEnforcer::Allow(const SiteState* /*last*/, const SiteState& wanted,
                                  const RemovalLimit& limit, absl::Time now) {
  const absl::StatusOr<SiteState> held = ReadBack();
  if (!held.ok()) return held.status();
  const Plan plan = Reconcile(*held, wanted, now);
  return CheckRemovals({plan.removal_count, plan.held_count}, limit);
}

InForce StateEnforcer::PutInForce(const SiteState& wanted, const absl::StatusOr<SiteUse>& use,
                                  const RemovalLimit& limit, absl::Time now) {
  InForce result;
  absl::StatusOr<SiteState> held = ReadBack();
  SiteState desired = wanted;
  Failures failures;
  if (held.ok()) {
    if (use.ok()) {
      SetAccess(*use, now, desired);
    } else {
      KeepAccess(*held, desired);
    }
    const Plan plan = Reconcile(*held, desired, now);
    result.status = CheckRemovals({plan.removal_count, plan.held_count}, limit);
    result.is_judged = result.status.ok();
    if (result.status.ok() && !plan.actions.empty()) {
      const std::vector<absl::Status> taken = Take(plan.actions);
      result.change_count = static_cast<int64_t>(plan.actions.size());
      for (size_t at = 0; at < taken.size() && at < plan.actions.size(); ++at) {
        if (taken[at].ok()) continue;
        result.status.Update(taken[at]);
        failures[{plan.actions[at].account, plan.actions[at].subject}] =
            std::string(taken[at].message());
      }
      held = ReadBack();
      if (held.ok() && result.status.ok() && !Reconcile(*held, desired, now).actions.empty()) {
        result.status =
            absl::InternalError(SayLater("what the site reads back is not what was set"));
      }
    }
  }
  result.is_judged = result.is_judged && held.ok() && use.ok();
  result.status.Update(held.status());
  result.status.Update(use.status());
  result.enforcements = JudgeAll(desired, held, now, failures);
  return result;
}

}  // namespace mesolys::agent
