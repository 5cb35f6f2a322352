#include "scheduler/metrics/site_metrics.h"

#include <map>
#include <optional>
#include <utility>

#include "proto/metrics/families.h"
#include "scheduler/service/means_view.h"

namespace mesolys {
namespace {

using prometheus::MetricFamily;

void AddStates(MetricFamily& family, const Labels& labels, const v1::MeansCount& count) {
  const std::pair<const char*, int64_t> states[] = {{"available", count.available_count()},
                                                    {"down", count.down_count()},
                                                    {"drained", count.drained_count()},
                                                    {"maintenance", count.maintenance_count()},
                                                    {"reserved", count.reserved_count()}};
  for (const auto& [state, number] : states) {
    Labels all = labels;
    all.push_back({"state", state});
    Add(family, std::move(all), static_cast<double>(number));
  }
}

}  // namespace

std::vector<MetricFamily> SiteMetrics::Collect() const {
  std::vector<MetricFamily> out;
  AddAgents(out);
  AddMeans(out);
  return out;
}

void SiteMetrics::AddAgents(std::vector<MetricFamily>& out) const {
  std::vector<std::string> sites;
  engine_.Read([&](const Ledger& ledger) {
    for (const auto& [id, site] : ledger.catalogue().sites) sites.push_back(id);
  });
  MetricFamily seen = Gauge("site_last_seen_timestamp_seconds",
                            "When the site's agent last called; 0 for not since the start.");
  MetricFamily records =
      Gauge("site_spool_records", "Records that the site's agent keeps until they are taken.");
  MetricFamily age =
      Gauge("site_spool_age_seconds", "How long the oldest record of the spool has waited.");
  MetricFamily skew = Gauge("site_clock_skew_seconds", "The agent's clock, less this one.");
  MetricFamily quarantined = Counter(
      "site_quarantined_total", "Lines and records that the site's agent has set aside, ever.");
  MetricFamily drift = Counter(
      "site_drift_total", "Limits that somebody else had changed, since the site's agent started.");
  MetricFamily problem = Gauge("site_problem", "1 while something hinders the site's agent.");
  for (const std::string& site : sites) {
    const std::optional<v1::AgentStatus> status = sessions_.StatusOf(site);
    const Labels labels = {{"site", site}};
    Add(seen, labels,
        status.has_value() ? static_cast<double>(status->last_seen_time().seconds()) : 0);
    if (!status.has_value()) continue;
    Add(records, labels, static_cast<double>(status->spool_record_count()));
    Add(age, labels, static_cast<double>(status->spool_age().seconds()));
    Add(skew, labels,
        static_cast<double>(status->clock_skew().seconds()) + status->clock_skew().nanos() / 1e9);
    Add(quarantined, labels, static_cast<double>(status->quarantined_count()));
    Add(drift, labels, static_cast<double>(status->drift_count()));
    Add(problem, labels, status->problem().empty() ? 0 : 1);
  }
  for (MetricFamily* family : {&seen, &records, &age, &skew, &quarantined, &drift, &problem}) {
    out.push_back(std::move(*family));
  }
}

void SiteMetrics::AddMeans(std::vector<MetricFamily>& out) const {
  std::map<std::string, v1::SiteMeans> means;
  const absl::Time now = engine_.Now();
  engine_.Read([&](const Ledger& ledger) {
    for (const auto& [id, site] : ledger.catalogue().sites) {
      const std::optional<v1::SiteMeans> said = sessions_.MeansOf(id);
      if (said.has_value()) means[id] = MeansView(ledger, id, *said, now);
    }
  });
  MetricFamily units =
      Gauge("site_capacity_units", "Cores or GPUs that the site really has, each in one state.");
  MetricFamily nodes =
      Gauge("site_capacity_nodes", "Nodes of the site with the resource, each in one state.");
  MetricFamily promised =
      Gauge("site_capacity_promised_units",
            "Cores or GPUs that the catalogue promises now, its availability included.");
  MetricFamily shortfall = Gauge("site_capacity_shortfall_units",
                                 "Promised, less available; anything but 0 is an alarm.");
  MetricFamily read = Gauge("site_capacity_read_timestamp_seconds",
                            "When the site's agent read it last, by its clock.");
  for (const auto& [site, each] : means) {
    Add(read, {{"site", site}}, static_cast<double>(each.observe_time().seconds()));
    for (const v1::ResourceMeans& resource : each.resources()) {
      const Labels labels = {{"site", site}, {"resource", resource.resource()}};
      AddStates(units, labels, resource.units());
      AddStates(nodes, labels, resource.nodes());
      Add(promised, labels, static_cast<double>(resource.promised_count()));
      Add(shortfall, labels, static_cast<double>(ShortfallOf(resource)));
    }
  }
  for (MetricFamily* family : {&units, &nodes, &promised, &shortfall, &read}) {
    out.push_back(std::move(*family));
  }
}

}  // namespace mesolys
