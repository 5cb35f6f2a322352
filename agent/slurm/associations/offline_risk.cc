#include "agent/slurm/associations/offline_risk.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "agent/slurm/associations/tres.h"
#include "agent/slurm/associations/wanted_associations.h"
#include "proto/values/gpu_part.h"

namespace mesolys::agent {
namespace {

// What so many units use in a span; kAmountMax where that is more.
Amount Within(int64_t units, absl::Duration span) {
  const double amount = static_cast<double>(units) * absl::ToDoubleSeconds(span);
  if (!(amount < static_cast<double>(kAmountMax.count()))) return kAmountMax;
  return Amount(static_cast<int64_t>(std::ceil(amount)));
}

Amount Forgotten(const OfflineSite& site, const ChargeRule& charges, const std::string& project,
                 const std::string& resource, Amount left, absl::Duration away) {
  if (site.half_life == absl::InfiniteDuration()) return Amount();
  int64_t counted = 0;
  if (const auto account = site.counted.find(project); account != site.counted.end()) {
    for (const auto& [tres, minutes] : account->second) {
      const std::optional<std::string> name = GpuNameOfTres(tres);
      const bool is_typed = name.has_value() && !name->empty();
      const GpuPart part = is_typed ? PartOf(*name, charges.gpu_names, charges.gpu_model, {})
                                    : GpuPart{tres == TresOf(resource) ? resource : "", 1, 1};
      if (part.resource != resource) continue;
      const int64_t sane = std::clamp<int64_t>(minutes, 0, kMinutesMax);
      counted = std::min(counted + MulDiv(sane, part.parts, part.whole), kMinutesMax);
    }
  }
  const double limit = static_cast<double>(counted) * 60 + static_cast<double>(left.count());
  const double part = std::min(
      1.0, std::log(2.0) * absl::ToDoubleSeconds(away) / absl::ToDoubleSeconds(site.half_life));
  return Amount(static_cast<int64_t>(std::ceil(part * limit)));
}

// What is left of the grants of a resource that end while the site is cut off.
Amount LeftAtEnds(const SiteAccount& account, const SiteUse& use, const std::string& resource,
                  absl::Time now, absl::Time until) {
  Amount left;
  for (const auto& [name, grant] : account.grants) {
    const bool ends = grant.resource == resource && grant.period.start < until &&
                      now < grant.period.end && grant.period.end <= until;
    if (!ends) continue;
    const auto spent = use.spent.find(name);
    left += LeftOf(grant.ceiling, spent == use.spent.end() ? Amount() : spent->second.least);
  }
  return left;
}

}  // namespace

std::vector<OfflineRisk> OfflineRisksOf(const SiteState& state, const SiteUse& use,
                                        const OfflineSite& site, absl::Time now,
                                        absl::Duration away) {
  SiteUse spent;
  for (const auto& [grant, each] : use.spent) spent.grants[grant] = each.least;
  std::vector<OfflineRisk> risks;
  for (const AccountStanding& standing : StandingsOf(state, spent, now)) {
    if (TresOf(standing.resource).empty()) continue;
    OfflineRisk& risk = risks.emplace_back();
    risk.project = standing.account;
    risk.resource = standing.resource;
    risk.left = standing.remaining.left;
    const auto held = site.units.find(standing.resource);
    const int64_t units = held == site.units.end() ? 0 : held->second;
    risk.one_tick = std::min(risk.left, Within(units, std::min(site.tick, away)));
    risk.ended =
        LeftAtEnds(state.accounts.at(standing.account), use, standing.resource, now, now + away);
    risk.across_ends = std::min(risk.ended, Within(units, site.job_max));
    risk.forgotten =
        Forgotten(site, state.charges, standing.account, standing.resource, risk.left, away);
  }
  return risks;
}

}  // namespace mesolys::agent
