#include "scheduler/core/figures/site_choice.h"

#include <algorithm>
#include <optional>
#include <set>

#include "proto/values/apportion.h"
#include "proto/values/names.h"

namespace mesolys {
namespace {

Amount Find(const std::map<std::string, Amount>& amounts, const std::string& site) {
  const auto it = amounts.find(site);
  return it == amounts.end() ? Amount() : it->second;
}

// Core-seconds that one GPU-second brings along at a site.
int64_t CoresPerGpu(const Catalogue& catalogue, const std::string& site, const LineChoice& line) {
  const Site& place = catalogue.sites.at(site);
  return line.brings_cores && place.gpu_jobs_pay_cpu ? place.cores_per_gpu : 0;
}

// The sites of `available`, the roomiest first, then by name.
std::vector<std::string> Roomiest(const std::map<std::string, Amount>& available) {
  std::vector<std::string> sites;
  sites.reserve(available.size());
  for (const auto& [site, amount] : available) sites.push_back(site);
  std::stable_sort(sites.begin(), sites.end(), [&](const std::string& a, const std::string& b) {
    return available.at(a) > available.at(b);
  });
  return sites;
}

bool Carries(const Catalogue& catalogue, const std::map<std::string, Amount>& cores,
             const std::vector<LineChoice>& lines, const std::string& site) {
  Amount cores_left = Find(cores, site);
  for (const LineChoice& line : lines) {
    if (Find(line.available, site) < line.wanted) return false;
    const int64_t per_gpu = CoresPerGpu(catalogue, site, line);
    if (per_gpu == 0) continue;
    if (line.wanted.count() > cores_left.count() / per_gpu) return false;
    cores_left -= Amount(line.wanted.count() * per_gpu);
  }
  return true;
}

std::optional<std::string> OneSite(const Catalogue& catalogue,
                                   const std::map<std::string, Amount>& cores,
                                   const std::vector<LineChoice>& lines) {
  if (lines.empty()) return std::nullopt;
  for (const std::string& site : Roomiest(lines.front().available)) {
    if (Carries(catalogue, cores, lines, site)) return site;
  }
  return std::nullopt;
}

void Spread(const Catalogue& catalogue, const std::set<std::string>& compute_sites,
            std::map<std::string, Amount>& cores_left, LineChoice& line) {
  // Whoever splits space has said where its data will be.
  const bool follows_compute = IsStock(line.resource) && !line.is_split && !compute_sites.empty();
  // The most that each site is to give.
  const std::map<std::string, Amount> most =
      line.is_split ? ShareOut(line.wanted, line.available) : line.available;
  Amount missing = line.wanted;
  for (const std::string& site : Roomiest(line.available)) {
    if (follows_compute && !compute_sites.contains(site)) continue;
    Amount here = std::min(missing, most.at(site));
    if (const int64_t per_gpu = CoresPerGpu(catalogue, site, line); per_gpu > 0) {
      Amount& cores = cores_left[site];
      here = std::min(here, Amount(cores.count() / per_gpu));
      cores -= Amount(here.count() * per_gpu);
    }
    if (here == Amount()) continue;
    line.granted[site] = here;
    missing -= here;
  }
}

}  // namespace

Amount LineChoice::Granted() const {
  Amount sum;
  for (const auto& [site, amount] : granted) sum += amount;
  return sum;
}

std::map<std::string, Amount> ShareOut(Amount amount,
                                       const std::map<std::string, Amount>& weights) {
  std::vector<int64_t> counts;
  counts.reserve(weights.size());
  for (const auto& [site, weight] : weights) counts.push_back(weight.count());
  const std::vector<int64_t> parts = Apportion(amount.count(), counts);
  std::map<std::string, Amount> shares;
  size_t i = 0;
  for (const auto& [site, weight] : weights) shares[site] = Amount(parts[i++]);
  return shares;
}

std::vector<std::string> FollowedBy(const LineChoice& line) {
  const ResourceKind kind = KindOf(line.resource);
  const bool is_compute = kind == ResourceKind::kCpu || kind == ResourceKind::kGpu;
  if (!line.any_of || !is_compute || line.available.size() < 2) return {};
  std::vector<std::string> sites;
  for (const auto& [site, amount] : line.available) sites.push_back(site);
  return sites;
}

std::vector<std::string> FollowedByCores(const Catalogue& catalogue,
                                         const std::vector<LineChoice>& lines) {
  std::set<std::string> sites;
  for (const LineChoice& line : lines) {
    for (const std::string& site : FollowedBy(line)) {
      const bool has_cores = catalogue.Offers(catalogue.sites.at(site), "cpu");
      if (has_cores && CoresPerGpu(catalogue, site, line) > 0) sites.insert(site);
    }
  }
  if (sites.size() < 2) return {};
  return {sites.begin(), sites.end()};
}

std::map<std::string, Amount> ChooseSites(const Catalogue& catalogue,
                                          const std::map<std::string, Amount>& cores,
                                          std::vector<LineChoice>& lines) {
  const bool has_split =
      std::any_of(lines.begin(), lines.end(), [](const LineChoice& line) { return line.is_split; });
  const std::optional<std::string> carrier =
      has_split ? std::nullopt : OneSite(catalogue, cores, lines);
  if (carrier.has_value()) {
    for (LineChoice& line : lines) {
      if (line.wanted > Amount()) line.granted[*carrier] = line.wanted;
    }
  } else {
    std::map<std::string, Amount> cores_left = cores;
    std::set<std::string> compute_sites;
    for (LineChoice& line : lines) {
      Spread(catalogue, compute_sites, cores_left, line);
      const ResourceKind kind = KindOf(line.resource);
      if (kind != ResourceKind::kCpu && kind != ResourceKind::kGpu) continue;
      for (const auto& [place, amount] : line.granted) compute_sites.insert(place);
    }
  }
  std::map<std::string, Amount> brought;
  for (const LineChoice& line : lines) {
    for (const auto& [site, amount] : line.granted) {
      const int64_t per_gpu = CoresPerGpu(catalogue, site, line);
      if (per_gpu > 0) brought[site] += Amount(amount.count() * per_gpu);
    }
  }
  return brought;
}

}  // namespace mesolys
