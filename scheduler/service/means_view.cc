#include "scheduler/service/means_view.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/strip.h"
#include "proto/values/gpu_part.h"
#include "proto/values/names.h"

namespace mesolys {
namespace {

constexpr int kResourcesMax = 32;
// Of one site in one state: no sum of them in parts of GPUs overflows.
constexpr int64_t kCountMax = int64_t{1} << 36;
constexpr char kUntyped[] = "gpu";

bool IsSane(const v1::MeansCount& count) {
  for (const int64_t each : {count.available_count(), count.down_count(), count.drained_count(),
                             count.maintenance_count(), count.reserved_count()}) {
    if (each < 0 || each > kCountMax) return false;
  }
  return true;
}

bool IsFlow(const std::string& resource) {
  const ResourceKind kind = KindOf(resource);
  return kind == ResourceKind::kCpu || kind == ResourceKind::kGpu;
}

void Add(const v1::MeansCount& more, int64_t times, v1::MeansCount& sum) {
  sum.set_available_count(sum.available_count() + more.available_count() * times);
  sum.set_down_count(sum.down_count() + more.down_count() * times);
  sum.set_drained_count(sum.drained_count() + more.drained_count() * times);
  sum.set_maintenance_count(sum.maintenance_count() + more.maintenance_count() * times);
  sum.set_reserved_count(sum.reserved_count() + more.reserved_count() * times);
}

// Rounded down: parts that make no whole GPU can be promised to nobody.
void Divide(int64_t by, v1::MeansCount& count) {
  count.set_available_count(count.available_count() / by);
  count.set_down_count(count.down_count() / by);
  count.set_drained_count(count.drained_count() / by);
  count.set_maintenance_count(count.maintenance_count() / by);
  count.set_reserved_count(count.reserved_count() / by);
}

// What one unit of what the site calls a resource is.
GpuPart PartAt(const Site& site, const std::string& resource) {
  if (resource == kUntyped && site.gpu_model.empty()) return {resource, 1, 1};
  if (resource == kUntyped) return PartOf("", site.gpu_names, site.gpu_model, {});
  absl::string_view name = resource;
  if (!absl::ConsumePrefix(&name, "gpu-")) return {resource, 1, 1};
  return PartOf(std::string(name), site.gpu_names, site.gpu_model, {});
}

// Nothing is promised within planned maintenance.
bool IsInMaintenance(const Ledger& ledger, const std::string& site, absl::Time now) {
  return std::any_of(
      ledger.windows().begin(), ledger.windows().end(), [&](const SiteWindow& window) {
        return window.kind == SiteWindow::Kind::kMaintenance && window.site == site &&
               window.period.start <= now && now < window.period.end;
      });
}

}  // namespace

v1::SiteMeans SaneMeans(const v1::SiteMeans& said) {
  std::map<std::string, v1::ResourceMeans> sane;
  for (const v1::ResourceMeans& each : said.resources()) {
    const std::string& resource = each.resource();
    if (resource != kUntyped && !(CheckResource(resource).ok() && IsFlow(resource))) continue;
    if (!IsSane(each.nodes()) || !IsSane(each.units())) continue;
    v1::ResourceMeans& kept = sane.emplace(resource, each).first->second;
    kept.clear_promised_count();
    if (sane.size() == kResourcesMax) break;
  }
  v1::SiteMeans out;
  *out.mutable_observe_time() = said.observe_time();
  for (auto& [resource, each] : sane) *out.add_resources() = std::move(each);
  return out;
}

SiteSize SizeOf(const v1::SiteMeans& said) {
  SiteSize size;
  for (const v1::ResourceMeans& each : said.resources()) {
    const v1::MeansCount& all = each.units();
    const int64_t units = all.available_count() + all.down_count() + all.drained_count() +
                          all.maintenance_count() + all.reserved_count();
    (KindOf(each.resource()) == ResourceKind::kCpu ? size.cores : size.gpus) += units;
  }
  return size;
}

v1::SiteMeans MeansView(const Ledger& ledger, const std::string& site, const v1::SiteMeans& said,
                        absl::Time now) {
  const Catalogue& catalogue = ledger.catalogue();
  const Site& place = catalogue.sites.at(site);
  // In the one fraction in which every share of the site is whole.
  int64_t whole = 1;
  for (const auto& [name, part] : place.gpu_names) whole = std::lcm(whole, part.whole);
  std::map<std::string, v1::ResourceMeans> means;
  for (const v1::ResourceMeans& each : said.resources()) {
    const GpuPart part = PartAt(place, each.resource());
    v1::ResourceMeans& sum = means[part.resource];
    Add(each.nodes(), 1, *sum.mutable_nodes());
    Add(each.units(), part.parts * (whole / part.whole), *sum.mutable_units());
  }
  for (auto& [resource, each] : means) Divide(whole, *each.mutable_units());
  const bool promises = !IsInMaintenance(ledger, site, now);
  for (const Capacity& capacity : place.capacities) {
    if (!IsFlow(capacity.resource)) continue;
    // What the second that begins now can give is as many units.
    const Amount amount =
        catalogue.CapacityOf(place, capacity.resource, {now, now + absl::Seconds(1)});
    means[capacity.resource].set_promised_count(promises ? amount.count() : 0);
  }
  v1::SiteMeans out;
  *out.mutable_observe_time() = said.observe_time();
  for (auto& [resource, each] : means) {
    each.set_resource(resource);
    *out.add_resources() = std::move(each);
  }
  return out;
}

int64_t ShortfallOf(const v1::ResourceMeans& means) {
  return std::max<int64_t>(0, means.promised_count() - means.units().available_count());
}

}  // namespace mesolys
