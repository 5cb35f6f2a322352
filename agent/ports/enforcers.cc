#include "agent/ports/enforcers.h"

#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

// What each of them has to say, with the code of the first.
void Join(const absl::Status& more, absl::Status& status) {
  if (more.ok() || status.ok()) {
    status.Update(more);
  } else if (!absl::StrContains(status.message(), more.message())) {
    status = absl::Status(status.code(), absl::StrCat(status.message(), "; ", more.message()));
  }
}

}  // namespace

Enforcer* Enforcers::For(absl::string_view resource) const {
  for (Enforcer* const enforcer : enforcers_) {
    if (enforcer->IsFor(resource)) return enforcer;
  }
  return nullptr;
}

bool Enforcers::GivesBonus() const {
  const Enforcer* const of_jobs = For("cpu");
  return of_jobs != nullptr && of_jobs->GivesBonus();
}

SiteState Enforcers::PartOf(const Enforcer* enforcer, const SiteState& state) const {
  SiteState part = state;
  for (auto& [id, account] : part.accounts) {
    std::erase_if(account.grants,
                  [&](const auto& grant) { return For(grant.second.resource) != enforcer; });
    std::erase_if(account.login_ceilings,
                  [&](const auto& ceiling) { return For(ceiling.first.second) != enforcer; });
  }
  return part;
}

absl::Status Enforcers::Allow(const SiteState* last, const SiteState& wanted,
                              const RemovalLimit& limit, absl::Time now) {
  absl::Status unreadable;
  bool is_readable = enforcers_.empty();
  for (Enforcer* const enforcer : enforcers_) {
    SiteState before;
    if (last != nullptr) before = PartOf(enforcer, *last);
    absl::Status allowed =
        enforcer->Allow(last == nullptr ? nullptr : &before, PartOf(enforcer, wanted), limit, now);
    const bool is_refused = limit.is_doubtful || absl::IsFailedPrecondition(allowed);
    if (!allowed.ok() && is_refused) return allowed;
    is_readable = is_readable || allowed.ok();
    Join(allowed, unreadable);
  }
  return is_readable ? absl::OkStatus() : unreadable;
}

InForce Enforcers::PutInForce(const SiteState& wanted, const absl::StatusOr<SiteUse>& use,
                              const RemovalLimit& limit, absl::Time now) {
  InForce all;
  std::map<std::string, v1::Enforcement> told;  // by grant
  for (Enforcer* const enforcer : enforcers_) {
    InForce part = enforcer->PutInForce(PartOf(enforcer, wanted), use, limit, now);
    Join(part.status, all.status);
    all.is_judged = all.is_judged && part.is_judged;
    all.change_count += part.change_count;
    all.drift_count += part.drift_count;
    for (v1::Enforcement& each : part.enforcements) {
      const std::string grant = each.grant();
      told.try_emplace(grant, std::move(each));
    }
  }
  for (const auto& [id, account] : wanted.accounts) {
    for (const auto& [name, grant] : account.grants) {
      if (!IsFor(grant.resource)) {
        v1::Enforcement& unheld = all.enforcements.emplace_back();
        unheld.set_grant(name);
        unheld.set_state(v1::Ceiling::FAILED);
        unheld.set_text(
            Say("the agent of this site sets no quotas of $0", grant.resource).Render());
      } else if (const auto found = told.find(name); found != told.end()) {
        all.enforcements.push_back(std::move(found->second));
      }
    }
  }
  return all;
}

absl::StatusOr<v1::JobSituation> Enforcers::Inspect(const v1::WantedJob& wanted) {
  Enforcer* const enforcer = For("cpu");
  return enforcer == nullptr ? Enforcer::Inspect(wanted) : enforcer->Inspect(wanted);
}

}  // namespace mesolys::agent
