// SiteService: the sites, as people see them, and what operators say of them.

#include <algorithm>
#include <optional>
#include <set>

#include "mesolys/v1/site.grpc.pb.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/service/handlers.h"
#include "scheduler/service/means_view.h"
#include "scheduler/service/page.h"
#include "scheduler/service/services.h"
#include "scheduler/service/views.h"

namespace mesolys {
namespace {

absl::StatusOr<Command> ToCommand(const v1::DeclareWindowRequest& in) {
  DeclareWindow command;
  SiteWindow& window = command.window;
  absl::StatusOr<std::string> site = ParseSiteName(in.window().site());
  if (!site.ok()) return site.status();
  window.site = *std::move(site);
  absl::StatusOr<Period> period = FromProto(in.window().period());
  if (!period.ok()) return period.status();
  window.period = *period;
  if (in.window().kind() != v1::SiteWindow::INCIDENT &&
      in.window().kind() != v1::SiteWindow::MAINTENANCE) {
    return Refuse(Reason::kInvalidArgument,
                  Say("say what kind of window: an incident or a maintenance"));
  }
  window.kind = static_cast<SiteWindow::Kind>(in.window().kind());
  window.title = in.window().title();
  return command;
}

absl::StatusOr<Command> ToCommand(const v1::WriteOffSiteRequest& in) {
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  return WriteOffSite{*std::move(site), in.reason()};
}

constexpr int kMonthsShown = 12;

void AddCapacities(const Ledger& ledger, const std::string& id, absl::Time now, v1::Site& out) {
  const Catalogue& catalogue = ledger.catalogue();
  const Site& site = catalogue.sites.at(id);
  std::set<std::string> resources;
  for (const Capacity& capacity : site.capacities) resources.insert(capacity.resource);
  const Month first = catalogue.MonthAt(now);
  for (const std::string& resource : resources) {
    for (int ahead = 0; ahead < kMonthsShown; ++ahead) {
      const Month month = first.Plus(ahead);
      const Period period = catalogue.PeriodOf(month);
      if (period.Seconds() == 0) break;
      v1::SiteCapacity& capacity = *out.add_capacities();
      capacity.set_resource(resource);
      capacity.set_month(month.Label());
      capacity.set_capacity_base_units(catalogue.CapacityOf(site, resource, period).count());
      capacity.set_granted_base_units(ledger.Placed(id, resource, month).count());
    }
  }
}

v1::Site SiteView(const Ledger& ledger, const std::string& id, bool with_capacities,
                  absl::Time now) {
  const Site& site = ledger.catalogue().sites.at(id);
  v1::Site out;
  out.set_name(SiteName(id));
  out.set_title(site.title);
  for (const std::string& cluster : site.clusters) out.add_clusters(cluster);
  for (const std::string& certification : site.certifications) {
    out.add_certifications(certification);
  }
  out.set_pue_milli(site.pue_milli);
  if (!with_capacities) return out;
  AddCapacities(ledger, id, now, out);
  for (const auto& [name, part] : site.gpu_names) {
    (*out.mutable_gpu_names())[name] = ToProto(part);
  }
  return out;
}

v1::SiteWindow WindowView(const SiteWindow& window) {
  v1::SiteWindow out;
  out.set_site(SiteName(window.site));
  out.set_kind(static_cast<v1::SiteWindow::Kind>(window.kind));
  *out.mutable_period() = ToProto(window.period);
  out.set_title(window.title);
  out.set_number(window.number);
  return out;
}

v1::WriteOffSiteResponse WriteOffView(const Ledger& ledger, const std::vector<Event>& events,
                                      absl::Time time) {
  v1::WriteOffSiteResponse out;
  for (const Event& event : events) {
    if (const auto* confirmed = std::get_if<CeilingsConfirmed>(&event)) {
      out.set_site(SiteName(confirmed->site));
      for (const HeldCeiling& risk : confirmed->at_risk) {
        v1::AtRisk& shown = *out.add_at_risk();
        shown.set_grant(GrantNameOf(ledger, risk.grant));
        shown.set_resource(ledger.FindGrant(risk.grant)->grant.resource);
        shown.set_amount_base_units(risk.ceiling.count());
      }
    } else if (const auto* changed = std::get_if<GrantChanged>(&event)) {
      *out.add_changes() = ChangeView(ledger, changed->change, time);
    } else if (const auto* issued = std::get_if<GrantIssued>(&event)) {
      *out.add_grants() = NewGrantView(ledger, issued->grant, time);
    }
  }
  return out;
}

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

class SiteService final : public v1::SiteService::CallbackService, Handlers {
 public:
  using Handlers::Handlers;

  Reactor* Get(Context* context, const v1::GetSiteRequest* in, v1::Site* out) override {
    return Look(context, Everything(), *in, *out, ReadSite);
  }
  Reactor* List(Context* context, const v1::ListSitesRequest* in,
                v1::ListSitesResponse* out) override {
    return Look(context, Everything(), *in, *out, ReadSites);
  }

  Reactor* DeclareWindow(Context* context, const v1::DeclareWindowRequest* in,
                         v1::SiteWindow* out) override {
    return Operate(context, *in, ToCommand(*in), [out](const Answer& answer) {
      *out = WindowView(std::get<WindowDeclared>(answer.events.at(0)).window);
    });
  }
  Reactor* WriteOff(Context* context, const v1::WriteOffSiteRequest* in,
                    v1::WriteOffSiteResponse* out) override {
    return Operate(context, *in, ToCommand(*in), [this, out](const Answer& answer) {
      engine_.Read(
          [&](const Ledger& ledger) { *out = WriteOffView(ledger, answer.events, answer.time); });
    });
  }
};

}  // namespace

std::unique_ptr<grpc::Service> NewSiteService(const ServiceNeeds& needs) {
  return std::make_unique<SiteService>(needs);
}

}  // namespace mesolys
