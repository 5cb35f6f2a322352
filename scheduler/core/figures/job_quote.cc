#include "scheduler/core/figures/job_quote.h"

#include <algorithm>

#include "proto/values/charging.h"
#include "proto/values/reason.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/balance.h"

namespace mesolys {
namespace {

// The product with a time limit is an amount.
constexpr int64_t kUnitsMax = int64_t{1} << 22;
constexpr int64_t kSecondsMax = int64_t{10} * 366 * 86'400;

absl::Status Check(const Ledger& ledger, const JobWish& wish) {
  if (!wish.site.empty() && !ledger.catalogue().sites.contains(wish.site)) return NoSite(wish.site);
  int64_t units = wish.cores;
  bool is_sane = wish.cores >= 0 && wish.cores <= kUnitsMax;
  for (const auto& [model, count] : wish.gpu_counts) {
    is_sane = is_sane && count >= 0 && count <= kUnitsMax - units;
    if (is_sane) units += count;
  }
  if (!is_sane || units == 0) {
    return Refuse(Reason::kInvalidArgument,
                  Say("a job takes at least one core or GPU, and at most $0", kUnitsMax));
  }
  if (wish.time_limit_seconds <= 0 || wish.time_limit_seconds > kSecondsMax) {
    return Refuse(Reason::kInvalidArgument,
                  Say("a job has a time limit of at least one second, and at most ten years"));
  }
  return absl::OkStatus();
}

UsageRecord RecordOf(const JobWish& wish, const Site& site) {
  UsageRecord record;
  record.gpu_counts = wish.gpu_counts;
  record.core_count = wish.cores;
  if (wish.cores > 0) return record;
  int64_t gpus = 0;
  for (const auto& [model, count] : wish.gpu_counts) gpus += count;
  const int64_t cores = EstimateMulDiv(gpus, site.cores_per_gpu, 1);
  record.core_count = std::clamp<int64_t>(cores, 1, kUnitsMax);
  return record;
}

bool MaySpend(const Ledger& ledger, const ProjectEntry& project, const std::string& resource,
              const std::string& site, absl::Time now) {
  return std::any_of(project.grants.begin(), project.grants.end(), [&](int64_t number) {
    const GrantEntry& entry = *ledger.FindGrant(number);
    const Period period = entry.PeriodAt(site);
    return entry.grant.resource == resource && entry.grant.ceilings.contains(site) &&
           period.start <= now && now < period.end;
  });
}

}  // namespace

absl::StatusOr<std::vector<JobQuoteLine>> QuoteJob(const Ledger& ledger,
                                                   const ProjectEntry& project, const JobWish& wish,
                                                   absl::Time now) {
  if (absl::Status status = Check(ledger, wish); !status.ok()) return status;
  std::vector<JobQuoteLine> quote;
  for (const auto& [id, site] : ledger.catalogue().sites) {
    if (!wish.site.empty() && wish.site != id) continue;
    std::map<std::string, Amount> prices;
    for (const HeldUnits& held : HeldBy(RecordOf(wish, site), site.Charges())) {
      prices[held.resource] += AmountOf(held, wish.time_limit_seconds);
    }
    const bool may_spend = std::any_of(
        prices.begin(), prices.end(),
        [&, &at = id](const auto& each) { return MaySpend(ledger, project, each.first, at, now); });
    if (!may_spend && wish.site.empty()) continue;
    for (const auto& [resource, price] : prices) {
      quote.push_back({id, resource, price,
                       Normalise(price, ledger.catalogue().RateOf(resource, now)),
                       RemainingAt(ledger, project, resource, id, now).left});
    }
  }
  return quote;
}

}  // namespace mesolys
