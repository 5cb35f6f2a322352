#include "scheduler/metrics/ledger_metrics.h"

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/metrics/families.h"
#include "proto/values/names.h"
#include "scheduler/core/ledger/invariants.h"

namespace mesolys {
namespace {

using prometheus::MetricFamily;

constexpr absl::Duration kAge = absl::Minutes(1);

// One family for the flows, in seconds, and one for the stocks, in bytes.
template <typename Figure>
void AddPools(const Pools& pools, const std::string& name, const std::string& help, Figure figure,
              std::vector<MetricFamily>& out) {
  MetricFamily seconds =
      Gauge(absl::StrCat(name, "_seconds"),
            absl::StrCat(help, " Core-, GPU- or person-seconds, by site and resource."));
  MetricFamily bytes = Gauge(absl::StrCat(name, "_bytes"),
                             absl::StrCat(help, " Bytes of storage, by site and tier."));
  for (const auto& [resource, sites] : pools) {
    MetricFamily& family = IsStock(resource) ? bytes : seconds;
    for (const auto& [site, figures] : sites) {
      Add(family, {{"site", site}, {"resource", resource}},
          static_cast<double>(std::invoke(figure, figures).count()));
    }
  }
  out.push_back(std::move(seconds));
  out.push_back(std::move(bytes));
}

void AddReserve(const Pools& pools, std::vector<MetricFamily>& out) {
  MetricFamily released =
      Gauge("reserve_seconds", "What this calendar year has released so far to dynamic access.");
  MetricFamily drawn =
      Gauge("reserve_drawn_seconds", "Of what was released to dynamic access, what was given.");
  for (const auto& [resource, sites] : pools) {
    if (IsStock(resource)) continue;
    for (const auto& [site, figures] : sites) {
      const Labels labels = {{"site", site}, {"resource", resource}};
      Add(released, labels, static_cast<double>(figures.reserve.count()));
      Add(drawn, labels, static_cast<double>(figures.reserve_drawn.count()));
    }
  }
  out.push_back(std::move(released));
  out.push_back(std::move(drawn));
}

void AddCounts(const Figures& counts, std::vector<MetricFamily>& out) {
  MetricFamily projects = Gauge("projects", "Projects that are not archived, by programme.");
  for (const auto& [programme, count] : counts.projects) {
    Add(projects, {{"programme", programme}}, static_cast<double>(count));
  }
  MetricFamily requests = Gauge("requests", "Requests ever made, by what has become of them.");
  for (const auto& [key, count] : counts.requests) {
    Add(requests, {{"programme", key.first}, {"state", key.second}}, static_cast<double>(count));
  }
  MetricFamily grants = Gauge("grants", "Grants ever issued, by how they stand.");
  for (const auto& [key, count] : counts.grants) {
    Add(grants, {{"resource", key.first}, {"state", key.second}}, static_cast<double>(count));
  }
  for (MetricFamily* family : {&projects, &requests, &grants}) out.push_back(std::move(*family));
}

}  // namespace

std::vector<MetricFamily> LedgerMetrics::Collect() const {
  MutexLock lock(mutex_);
  const absl::Time now = engine_.Now();
  AddUp(now);
  CheckRules(now);
  std::vector<MetricFamily> out;
  out.push_back(Gauge("ledger_revision", "The newest row of the log.", {},
                      static_cast<double>(sums_.revision)));
  out.push_back(Gauge("ledger_head_timestamp_seconds", "When the newest row was decided.", {},
                      absl::ToDoubleSeconds(sums_.head_time - absl::UnixEpoch())));
  out.push_back(Gauge("ledger_invariant_violations",
                      "Broken rules of the ledger; anything but 0 is an alarm.", {},
                      static_cast<double>(check_.violation_count)));
  const Pools& pools = sums_.figures.pools;
  AddPools(pools, "capacity", "What there is in this month.", &PoolFigures::capacity, out);
  AddPools(pools, "granted", "Of this month's capacity, what is promised to grants.",
           &PoolFigures::granted, out);
  AddPools(pools, "free", "Of this month's capacity, what is promised to nobody.",
           &PoolFigures::Free, out);
  AddPools(pools, "leased", "Ceilings of grants that have not ended.", &PoolFigures::leased, out);
  AddPools(pools, "overbooked",
           "Promised for this month and later, before a catalogue cut the capacity below it.",
           &PoolFigures::overbooked, out);
  AddPools(pools, "used", "What jobs used so far, net of refunds.", &PoolFigures::used, out);
  AddReserve(pools, out);
  AddCounts(sums_.figures, out);
  return out;
}

void LedgerMetrics::AddUp(absl::Time now) const {
  engine_.Read([&](const Ledger& ledger) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (ledger.revision() == sums_.revision && now < sums_.time + kAge) return;
    grants_.Update(ledger, now);
    sums_ = {ledger.revision(), ledger.time(), now, FiguresOf(ledger, grants_, now)};
  });
}

void LedgerMetrics::CheckRules(absl::Time now) const {
  if (now < check_.time + kAge) return;
  engine_.Read([&](const Ledger& ledger) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (ledger.revision() != check_.revision) {
      check_.violation_count = BrokenInvariants(ledger).size();
    }
    check_.revision = ledger.revision();
    check_.time = now;
  });
}

}  // namespace mesolys
