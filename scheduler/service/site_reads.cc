#include "scheduler/service/site_reads.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/service/import_commands.h"
#include "scheduler/service/means_view.h"
#include "scheduler/service/page.h"
#include "scheduler/service/views.h"

namespace mesolys {
namespace {

constexpr size_t kImportsShown = 10;

// The newest last.
std::vector<const ImportEntry*> LastImports(const Ledger& ledger, const std::string& site) {
  std::vector<const ImportEntry*> last;
  const std::vector<ImportEntry>& all = ledger.imports();
  for (auto it = all.rbegin(); it != all.rend() && last.size() < kImportsShown; ++it) {
    if (it->import.site == site) last.push_back(&*it);
  }
  std::reverse(last.begin(), last.end());
  return last;
}

v1::Site Show(const Reading& reading, const std::string& id, bool with_capacities) {
  v1::Site site = SiteView(reading.ledger, id, with_capacities, reading.now);
  if (std::optional<v1::AgentStatus> agent = reading.sessions.StatusOf(id); agent.has_value()) {
    *site.mutable_agent() = *std::move(agent);
    site.mutable_agent()->set_generation_wanted(reading.ledger.Generation(id));
  }
  if (const std::optional<v1::SiteMeans> means = reading.sessions.MeansOf(id); means.has_value()) {
    *site.mutable_means() = MeansView(reading.ledger, id, *means, reading.now);
  }
  for (const auto& [resource, exposure] : ExposuresOf(reading.ledger, id, reading.now)) {
    v1::SiteExposure& shown = *site.add_exposures();
    shown.set_resource(resource);
    shown.set_spendable_base_units(exposure.spendable.count());
    shown.set_awaited_base_units(exposure.awaited.count());
  }
  for (const SiteWindow& window : reading.ledger.windows()) {
    if (window.site == id) *site.add_windows() = WindowView(window);
  }
  for (const ImportEntry* entry : LastImports(reading.ledger, id)) {
    *site.add_imports() = ImportView(*entry);
  }
  return site;
}

}  // namespace

absl::Status ReadSite(const Reading& reading, const v1::GetSiteRequest& in, v1::Site& out) {
  absl::StatusOr<std::string> id = ParseSiteName(in.name());
  if (!id.ok()) return id.status();
  if (!reading.ledger.catalogue().sites.contains(*id)) {
    return NoSite(*id);
  }
  out = Show(reading, *id, /*with_capacities=*/true);
  return absl::OkStatus();
}

absl::Status ReadSites(const Reading& reading, const v1::ListSitesRequest& in,
                       v1::ListSitesResponse& out) {
  absl::StatusOr<Page> page = ParsePage(in.page_size(), in.page_token());
  if (!page.ok()) return page.status();
  const auto& sites = reading.ledger.catalogue().sites;
  out.set_next_page_token(FillPage(
      sites.upper_bound(page->after), sites.end(), *page,
      [](const auto& each) { return each.first; },
      [&](const auto& each) {
        *out.add_sites() = Show(reading, each.first, /*with_capacities=*/false);
        return true;
      }));
  return absl::OkStatus();
}

}  // namespace mesolys
