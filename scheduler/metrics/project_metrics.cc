#include "scheduler/metrics/project_metrics.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/metrics/families.h"
#include "proto/values/names.h"
#include "scheduler/metrics/figures.h"

namespace mesolys {
namespace {

using prometheus::MetricFamily;
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

}  // namespace

std::vector<MetricFamily> ProjectMetrics::Collect() const {
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

}  // namespace mesolys
