#include "scheduler/core/facts/catalogue.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "absl/strings/str_cat.h"
#include "proto/values/names.h"
#include "proto/values/quantity.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

constexpr int64_t kStockMax = int64_t{1} << 60;  // bytes: an exabyte
constexpr int64_t kUnitsMax = 1'000'000'000;     // cores, GPUs or persons of one site
constexpr int64_t kNodeMemoryMin = 1'000'000'000;
constexpr int64_t kRateMax = 100 * kMillion;

absl::Status Wrong(const Sentence& message) {
  return Refuse(Reason::kInvalidArgument, Say("catalogue: $0", message));
}

absl::Status CheckIds(const Catalogue& catalogue) {
  const auto check_keys = [](absl::string_view what, const auto& map) {
    for (const auto& [id, value] : map) {
      if (absl::Status status = CheckId(what, id); !status.ok()) return status;
    }
    return absl::OkStatus();
  };
  if (absl::Status s = check_keys("institution", catalogue.institutions); !s.ok()) return s;
  if (absl::Status s = check_keys("programme", catalogue.programmes); !s.ok()) return s;
  if (absl::Status s = check_keys("data class", catalogue.data_classes); !s.ok()) return s;
  return check_keys("site", catalogue.sites);
}

absl::Status CheckGpus(const Catalogue& catalogue, const std::string& id, const Site& site) {
  if (!site.gpu_model.empty() && !catalogue.Offers(site, absl::StrCat("gpu-", site.gpu_model))) {
    return Wrong(Say("site $0 takes an untyped GPU for a $1 but has no capacity of gpu-$1", id,
                     site.gpu_model));
  }
  if (absl::Status status = CheckGpuNames(site.gpu_names); !status.ok()) {
    return Wrong(Say("gpu_names of site $0: $1", id, std::string(status.message())));
  }
  for (const auto& [name, part] : site.gpu_names) {
    if (!catalogue.Offers(site, part.resource)) {
      return Wrong(Say("site $0 takes a GPU called $1 for $2 $3 but has no capacity of that", id,
                       name, GpuShareText(part), part.resource));
    }
    const std::string itself = absl::StrCat("gpu-", name);
    if (catalogue.Offers(site, itself) && part != GpuPart{itself, 1, 1}) {
      return Wrong(
          Say("site $0 has capacity of $1 and takes a GPU of that name for $2 $3: it is "
              "one or the other",
              id, itself, GpuShareText(part), part.resource));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSite(const Catalogue& catalogue, const std::string& id, const Site& site,
                       std::set<std::string>& clusters) {
  if (site.clusters.empty()) return Wrong(Say("site $0 has no cluster", id));
  for (const std::string& cluster : site.clusters) {
    if (absl::Status status = CheckId("cluster", cluster); !status.ok()) return status;
    if (!clusters.insert(cluster).second) {
      return Wrong(Say("cluster $0 is named twice; a cluster has one site", cluster));
    }
  }
  for (const Capacity& capacity : site.capacities) {
    if (absl::Status status = CheckResource(capacity.resource); !status.ok()) return status;
    const int64_t most = IsStock(capacity.resource) ? kStockMax : kUnitsMax;
    if (capacity.units < 0 || capacity.units > most) {
      return Wrong(
          Say("site $0 has $1 $2; right is 0 to $3", id, capacity.units, capacity.resource, most));
    }
    if (capacity.availability.count() < 0 || capacity.availability.count() > kMillion) {
      return Wrong(
          Say("the availability of $0 at site $1 is not within 0 and 1", capacity.resource, id));
    }
  }
  const NodeShape& node = site.node_share;
  if (node.cores < 0 || node.cores > kUnitsMax || node.memory_bytes < 0 ||
      node.memory_bytes > kStockMax || node.gpus < 0 || node.gpus > kUnitsMax) {
    return Wrong(Say("the node of site $0 is not one: cores, memory and GPUs are 0 or more", id));
  }
  // A share of a node of a few bytes would be worth more cores than there are numbers.
  if (node.memory_bytes > 0 && node.memory_bytes < kNodeMemoryMin) {
    return Wrong(Say("the node of site $0 has $1 bytes of memory; right is $2 or more", id,
                     node.memory_bytes, kNodeMemoryMin));
  }
  if (node.cores == 0 && (node.memory_bytes > 0 || node.gpus > 0)) {
    return Wrong(Say("the node of site $0 has no cores to take a share of", id));
  }
  return CheckGpus(catalogue, id, site);
}

// Who has no user's certificate has no name either: an empty one would give its roles to every
// site.
absl::Status CheckRoles(const Catalogue& catalogue) {
  for (const auto& [user, roles] : catalogue.roles) {
    if (absl::Status status = CheckLogin("user", user); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckMonths(const Catalogue& catalogue) {
  if (catalogue.month_starts.size() < 2) return Wrong(Say("it covers no month"));
  for (size_t i = 1; i < catalogue.month_starts.size(); ++i) {
    if (catalogue.month_starts[i] <= catalogue.month_starts[i - 1]) {
      return Wrong(Say("its months do not follow one another"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<std::string> Catalogue::SiteOfCluster(absl::string_view cluster) const {
  for (const auto& [id, site] : sites) {
    if (std::find(site.clusters.begin(), site.clusters.end(), cluster) != site.clusters.end()) {
      return id;
    }
  }
  return std::nullopt;
}

Month Catalogue::MonthAt(absl::Time time) const {
  const auto after = std::upper_bound(month_starts.begin(), month_starts.end(), time);
  const int64_t index = after - month_starts.begin() - 1;
  const int64_t last = static_cast<int64_t>(month_starts.size()) - 2;
  return first_month.Plus(static_cast<int>(std::clamp<int64_t>(index, 0, last)));
}

Period Catalogue::PeriodOf(Month month) const {
  const int index = month.number() - first_month.number();
  if (index < 0 || static_cast<size_t>(index) + 1 >= month_starts.size()) return {};
  return {month_starts[static_cast<size_t>(index)], month_starts[static_cast<size_t>(index) + 1]};
}

Period Catalogue::Horizon() const { return {month_starts.front(), month_starts.back()}; }

bool Catalogue::Offers(const Site& site, absl::string_view resource) const {
  return std::any_of(site.capacities.begin(), site.capacities.end(), [&](const Capacity& capacity) {
    return capacity.resource == resource && capacity.units > 0;
  });
}

bool Catalogue::Knows(absl::string_view site, absl::string_view resource) const {
  if (KindOf(resource) != ResourceKind::kGpu) return true;
  const auto place = sites.find(std::string(site));
  if (place == sites.end() || Offers(place->second, resource)) return true;
  return std::any_of(rates.begin(), rates.end(),
                     [&](const NormalisationRate& rate) { return rate.resource == resource; });
}

bool Catalogue::IsCertified(absl::string_view site, absl::string_view data_class) const {
  const std::vector<std::string>& had = sites.at(std::string(site)).certifications;
  const std::vector<std::string>& needed = data_classes.at(std::string(data_class)).certifications;
  return std::all_of(needed.begin(), needed.end(), [&](const std::string& each) {
    return std::find(had.begin(), had.end(), each) != had.end();
  });
}

Amount Catalogue::CapacityOf(const Site& site, absl::string_view resource,
                             const Period& period) const {
  const bool stock = IsStock(resource);
  Amount flow;
  std::optional<int64_t> least;
  absl::Time covered_from = period.start;
  for (size_t i = 0; i < site.capacities.size(); ++i) {
    const Capacity& line = site.capacities[i];
    if (line.resource != resource) continue;
    const bool followed =
        i + 1 < site.capacities.size() && site.capacities[i + 1].resource == resource;
    const absl::Time until = followed ? site.capacities[i + 1].from : absl::InfiniteFuture();
    const Period valid = Intersection({line.from, until}, period);
    if (valid.end <= valid.start) continue;
    if (valid.start > covered_from) least = 0;  // nothing before the first line
    covered_from = valid.end;
    if (stock) {
      least = std::min(least.value_or(line.units), line.units);
    } else {
      flow += Amount(MulDiv(line.units * valid.Seconds(), line.availability.count(), kMillion));
    }
  }
  return stock ? Amount(least.value_or(0)) : flow;
}

PartsPerMillion Catalogue::RateOf(absl::string_view resource, absl::Time time) const {
  PartsPerMillion rate;
  for (const NormalisationRate& line : rates) {
    if (line.resource == resource && line.from <= time) rate = line.rate;
  }
  return rate;
}

bool Catalogue::HasRole(absl::string_view user, absl::string_view role) const {
  const auto it = roles.find(std::string(user));
  return it != roles.end() &&
         std::find(it->second.begin(), it->second.end(), role) != it->second.end();
}

absl::Status CheckCatalogue(const Catalogue& catalogue) {
  if (absl::Status status = CheckMonths(catalogue); !status.ok()) return status;
  if (absl::Status status = CheckIds(catalogue); !status.ok()) return status;
  if (absl::Status status = CheckRoles(catalogue); !status.ok()) return status;
  if (catalogue.sites.empty()) return Wrong(Say("it has no site"));
  std::set<std::string> clusters;
  std::set<std::string> certifications;
  for (const auto& [id, site] : catalogue.sites) {
    if (absl::Status status = CheckSite(catalogue, id, site, clusters); !status.ok()) return status;
    certifications.insert(site.certifications.begin(), site.certifications.end());
  }
  for (const auto& [id, data_class] : catalogue.data_classes) {
    for (const std::string& needed : data_class.certifications) {
      if (!certifications.contains(needed)) {
        return Wrong(
            Say("data class $0 needs the certification $1, which no site has", id, needed));
      }
    }
  }
  if (!catalogue.data_classes.contains(catalogue.default_data_class)) {
    return Wrong(Say("the default data class \"$0\" is not among the data classes",
                     catalogue.default_data_class));
  }
  for (size_t i = 1; i < catalogue.rates.size(); ++i) {
    const NormalisationRate& rate = catalogue.rates[i];
    if (rate.resource == catalogue.rates[i - 1].resource &&
        rate.from == catalogue.rates[i - 1].from) {
      return Wrong(Say("there are two rates of $0 from the same day on", rate.resource));
    }
  }
  for (const auto& [id, programme] : catalogue.programmes) {
    if (programme.team_max > 0 && programme.team_min > programme.team_max) {
      return Wrong(Say("a team of programme $0 has $1 to $2 researchers: no team has", id,
                       programme.team_min, programme.team_max));
    }
    if (programme.weight.count() <= 0 || programme.weight > kWeightMax) {
      return Wrong(Say("the weight of programme $0 is not above 0 and within 1000", id));
    }
  }
  for (const auto& [id, factor] : catalogue.institution_factors) {
    if (!catalogue.institutions.contains(id)) {
      return Wrong(
          Say("there is a factor of institution $0, which is not among the institutions", id));
    }
    if (factor.count() <= 0 || factor > kWeightMax) {
      return Wrong(Say("the factor of institution $0 is not above 0 and within 1000", id));
    }
  }
  for (const NormalisationRate& rate : catalogue.rates) {
    if (absl::Status status = CheckResource(rate.resource); !status.ok()) return status;
    if (rate.rate.count() < 0 || rate.rate.count() > kRateMax) {
      return Wrong(Say("the rate of $0 is not within 0 and 100", rate.resource));
    }
  }
  return absl::OkStatus();
}

NormalisedSeconds Normalise(Amount amount, PartsPerMillion rate) {
  const Wide up = (static_cast<Wide>(amount.count()) * rate.count() + kMillion - 1) / kMillion;
  if (up > INT64_MAX) std::abort();  // amounts and rates are bounded where they come in
  return NormalisedSeconds(static_cast<int64_t>(up));
}

Amount Catalogue::CapacityIn(absl::string_view site, absl::string_view resource,
                             Month month) const {
  const auto it = sites.find(std::string(site));
  return it == sites.end() ? Amount() : CapacityOf(it->second, resource, PeriodOf(month));
}

}  // namespace mesolys
