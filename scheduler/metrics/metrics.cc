#include "scheduler/metrics/metrics.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "prometheus/collectable.h"
#include "prometheus/registry.h"
#include "proto/metrics/families.h"
#include "proto/values/names.h"
#include "scheduler/engine/engine.h"
#include "scheduler/metrics/figures.h"
#include "scheduler/metrics/ledger_metrics.h"
#include "scheduler/service/means_view.h"
#include "scheduler/service/site_sessions.h"

namespace mesolys {
namespace {

using prometheus::MetricFamily;

// The program itself and the machine under it.
class ProcessMetrics : public prometheus::Collectable {
 public:
  explicit ProcessMetrics(MetricsOptions options) : options_(std::move(options)) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> out;
    out.push_back(Gauge("build_info", "The version that runs; always 1.",
                        {{"version", options_.version}}, 1));
    AddMachine("", {}, options_.certificate, options_.folder, out);
    return out;
  }

 private:
  const MetricsOptions options_;
};

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

// What the scheduler remembers of each site's agent, and what the sites really have. Any thread.
class SiteMetrics : public prometheus::Collectable {
 public:
  // Both outlive it.
  SiteMetrics(const Engine& engine, const SiteSessions& sessions)
      : engine_(engine), sessions_(sessions) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> out;
    AddAgents(out);
    AddMeans(out);
    return out;
  }

 private:
  void AddAgents(std::vector<MetricFamily>& out) const {
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
    MetricFamily drift =
        Counter("site_drift_total",
                "Limits that somebody else had changed, since the site's agent started.");
    MetricFamily runaways =
        Gauge("site_runaway_jobs",
              "Jobs that run by the site's accounting, and that its controllers have no more.");
    MetricFamily beyond_limit =
        Gauge("site_jobs_beyond_limit",
              "Jobs that the site's controllers have still, long after their time limits.");
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
      Add(runaways, labels, static_cast<double>(status->runaway_count()));
      Add(beyond_limit, labels, static_cast<double>(status->beyond_limit_count()));
      Add(problem, labels, status->problem().empty() ? 0 : 1);
    }
    for (MetricFamily* family :
         {&seen, &records, &age, &skew, &quarantined, &drift, &runaways, &beyond_limit, &problem}) {
      out.push_back(std::move(*family));
    }
  }

  // For the sites whose agents say it.
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

  const Engine& engine_;
  const SiteSessions& sessions_;
};

// By project, then resource.
using FiguresByProject = std::map<std::string, std::map<std::string, ProjectFigures>>;

void AddFigure(const FiguresByProject& projects, const std::string& name, const std::string& help,
               Amount ProjectFigures::*field, std::vector<MetricFamily>& out) {
  MetricFamily seconds =
      Gauge(absl::StrCat("project_", name, "_seconds"), absl::StrCat(help, " Base seconds."));
  MetricFamily bytes =
      Gauge(absl::StrCat("project_", name, "_bytes"), absl::StrCat(help, " Bytes."));
  for (const auto& [project, resources] : projects) {
    for (const auto& [resource, figures] : resources) {
      Add(IsStock(resource) ? bytes : seconds, {{"project", project}, {"resource", resource}},
          static_cast<double>((figures.*field).count()));
    }
  }
  out.push_back(std::move(seconds));
  out.push_back(std::move(bytes));
}

// Figures by project: as many series as there are projects, so they have a path of their own and
// are served where somebody wants them. They name no person. Any thread.
class ProjectMetrics : public prometheus::Collectable {
 public:
  // The engine outlives it.
  explicit ProjectMetrics(const Engine& engine) : engine_(engine) {}

  std::vector<MetricFamily> Collect() const override {
    MetricFamily info = Gauge("project_info", "A project that is not archived; always 1.");
    FiguresByProject projects;
    const absl::Time now = engine_.Now();
    engine_.Read([&](const Ledger& ledger) {
      for (const auto& [id, entry] : ledger.projects()) {
        if (entry.archived) continue;
        Add(info,
            {{"project", id},
             {"programme", entry.project.programme},
             {"institution", entry.project.institution}},
            1);
        projects[id] = FiguresOf(ledger, entry, now);
      }
    });
    std::vector<MetricFamily> out;
    out.push_back(std::move(info));
    AddFigure(projects, "granted", "Of the project's grants that are valid now, what was granted.",
              &ProjectFigures::granted, out);
    AddFigure(projects, "used", "Of its valid grants, what jobs used, net of refunds.",
              &ProjectFigures::used, out);
    AddFigure(projects, "committed", "Of its valid grants, what running jobs may still take.",
              &ProjectFigures::committed, out);
    AddFigure(projects, "left", "What its sites may still start, over all its grants.",
              &ProjectFigures::left, out);
    AddFigure(projects, "uncovered", "What its jobs used where no grant covered it, ever.",
              &ProjectFigures::uncovered, out);
    return out;
  }

 private:
  const Engine& engine_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> ServeMetrics(const MetricsOptions& options,
                                                            const Engine& engine,
                                                            const SiteSessions& sessions,
                                                            const Instruments& instruments) {
  std::vector<MetricsPage> pages;
  pages.push_back(
      {"/metrics",
       {std::make_shared<ProcessMetrics>(options), std::make_shared<LedgerMetrics>(engine),
        std::make_shared<SiteMetrics>(engine, sessions), instruments.collectable()}});
  // Where it is not wanted an empty page, else the HTTP server would show the one above it.
  std::shared_ptr<prometheus::Collectable> projects = std::make_shared<prometheus::Registry>();
  if (options.of_projects) projects = std::make_shared<ProjectMetrics>(engine);
  pages.push_back({"/metrics/projects", {std::move(projects)}});
  return MetricsServer::Serve(options.listen, "127.0.0.1:9464", std::move(pages));
}

}  // namespace mesolys
