#include "scheduler/service/metrics.h"

#include <exception>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "prometheus/collectable.h"
#include "prometheus/exposer.h"
#include "prometheus/metric_family.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "scheduler/core/invariants.h"
#include "scheduler/service/figures.h"
#include "scheduler/service/means_view.h"

namespace mesolys {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

constexpr size_t kThreads = 2;

MetricFamily Gauge(const std::string& name, const std::string& help) {
  return {absl::StrCat("mesolys_", name), help, prometheus::MetricType::Gauge, {}};
}

void Add(MetricFamily& family, std::vector<ClientMetric::Label> labels, double value) {
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.gauge.value = value;
}

MetricFamily Single(const std::string& name, const std::string& help, double value) {
  MetricFamily family = Gauge(name, help);
  Add(family, {}, value);
  return family;
}

void AddStates(MetricFamily& family, const std::vector<ClientMetric::Label>& labels,
               const v1::MeansCount& count) {
  const std::pair<const char*, int64_t> states[] = {{"available", count.available_count()},
                                                    {"down", count.down_count()},
                                                    {"drained", count.drained_count()},
                                                    {"maintenance", count.maintenance_count()},
                                                    {"reserved", count.reserved_count()}};
  for (const auto& [state, number] : states) {
    std::vector<ClientMetric::Label> all = labels;
    all.push_back({"state", state});
    Add(family, std::move(all), static_cast<double>(number));
  }
}

// One family for the flows, in seconds, and one for the stocks, in bytes.
void AddPools(const Pools& pools, const std::string& name, const std::string& help,
              Amount PoolFigures::*field, std::vector<MetricFamily>& out) {
  MetricFamily seconds =
      Gauge(absl::StrCat(name, "_seconds"),
            absl::StrCat(help, " Core-, GPU- or person-seconds, by site and resource."));
  MetricFamily bytes = Gauge(absl::StrCat(name, "_bytes"),
                             absl::StrCat(help, " Bytes of storage, by site and tier."));
  for (const auto& [resource, sites] : pools) {
    MetricFamily& family = IsStock(resource) ? bytes : seconds;
    for (const auto& [site, figures] : sites) {
      Add(family, {{"site", site}, {"resource", resource}},
          static_cast<double>((figures.*field).count()));
    }
  }
  out.push_back(std::move(seconds));
  out.push_back(std::move(bytes));
}

class Figures : public prometheus::Collectable {
 public:
  Figures(const Engine& engine, const SiteSessions& sessions, std::string version)
      : engine_(engine), sessions_(sessions), version_(std::move(version)) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> out;
    MetricFamily build = Gauge("build_info", "The version that runs; always 1.");
    Add(build, {{"version", version_}}, 1);
    out.push_back(std::move(build));
    AddLedger(out);
    AddSites(out);
    AddMeans(out);
    return out;
  }

 private:
  void AddLedger(std::vector<MetricFamily>& out) const {
    const absl::Time now = engine_.Now();
    int64_t revision = 0;
    absl::Time time;
    Pools pools;
    engine_.Read([&](const Ledger& ledger) {
      revision = ledger.revision();
      time = ledger.time();
      pools = PoolsOf(ledger, now);
    });
    out.push_back(
        Single("ledger_revision", "The newest row of the log.", static_cast<double>(revision)));
    out.push_back(Single("ledger_head_timestamp_seconds", "When the newest row was decided.",
                         absl::ToDoubleSeconds(time - absl::UnixEpoch())));
    out.push_back(Single("ledger_invariant_violations",
                         "Broken rules of the ledger; anything but 0 is an alarm.",
                         static_cast<double>(Violations())));
    AddPools(pools, "capacity", "What there is in this month.", &PoolFigures::capacity, out);
    AddPools(pools, "granted", "Of this month's capacity, what is promised to grants.",
             &PoolFigures::granted, out);
    AddPools(pools, "leased", "Ceilings of grants that have not ended.", &PoolFigures::leased, out);
    AddPools(pools, "overbooked",
             "Promised for this month and later, before a catalogue cut the capacity below it.",
             &PoolFigures::overbooked, out);
    AddPools(pools, "used", "What jobs used so far, net of refunds.", &PoolFigures::used, out);
  }

  // Counted anew only when the ledger has changed.
  size_t Violations() const {
    MutexLock lock(mutex_);
    engine_.Read([&](const Ledger& ledger) {
      if (ledger.revision() == checked_revision_) return;
      checked_revision_ = ledger.revision();
      violations_ = BrokenInvariants(ledger).size();
    });
    return violations_;
  }

  void AddSites(std::vector<MetricFamily>& out) const {
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
    MetricFamily quarantined = {"mesolys_site_quarantined_total",
                                "Lines and records that the site's agent has set aside, ever.",
                                prometheus::MetricType::Counter,
                                {}};
    MetricFamily problem = Gauge("site_problem", "1 while something hinders the site's agent.");
    for (const std::string& site : sites) {
      const std::optional<v1::AgentStatus> status = sessions_.StatusOf(site);
      const std::vector<ClientMetric::Label> labels = {{"site", site}};
      Add(seen, labels,
          status.has_value() ? static_cast<double>(status->last_seen_time().seconds()) : 0);
      if (!status.has_value()) continue;
      Add(records, labels, static_cast<double>(status->spool_record_count()));
      Add(age, labels, static_cast<double>(status->spool_age().seconds()));
      Add(skew, labels,
          static_cast<double>(status->clock_skew().seconds()) + status->clock_skew().nanos() / 1e9);
      ClientMetric& count = quarantined.metric.emplace_back();
      count.label = labels;
      count.counter.value = static_cast<double>(status->quarantined_count());
      Add(problem, labels, status->problem().empty() ? 0 : 1);
    }
    for (MetricFamily* family : {&seen, &records, &age, &skew, &quarantined, &problem}) {
      out.push_back(std::move(*family));
    }
  }

  // What the sites really have, for those whose agents say it.
  void AddMeans(std::vector<MetricFamily>& out) const {
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
        const std::vector<ClientMetric::Label> labels = {{"site", site},
                                                         {"resource", resource.resource()}};
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

  const Engine& engine_;
  const SiteSessions& sessions_;
  const std::string version_;
  mutable Mutex mutex_;  // before the engine's
  mutable int64_t checked_revision_ ABSL_GUARDED_BY(mutex_) = -1;
  mutable size_t violations_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Metrics>> Metrics::Serve(const std::string& listen,
                                                        const Engine& engine,
                                                        const SiteSessions& sessions,
                                                        const std::string& version) {
  try {
    auto figures = std::make_shared<Figures>(engine, sessions, version);
    auto exposer = std::make_unique<prometheus::Exposer>(listen, kThreads);
    exposer->RegisterCollectable(figures);
    return std::unique_ptr<Metrics>(new Metrics(std::move(figures), std::move(exposer)));
  } catch (const std::exception& error) {
    return absl::UnavailableError(
        absl::StrCat("cannot serve metrics on \"", listen, "\": ", error.what(),
                     "; choose a free port of this machine as metrics_listen, for example "
                     "127.0.0.1:9464, or \"\" for none"));
  }
}

Metrics::Metrics(std::shared_ptr<prometheus::Collectable> figures,
                 std::unique_ptr<prometheus::Exposer> exposer)
    : figures_(std::move(figures)), exposer_(std::move(exposer)) {}

Metrics::~Metrics() = default;

int Metrics::port() const { return exposer_->GetListeningPorts().front(); }

}  // namespace mesolys
