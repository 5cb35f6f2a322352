#include "scheduler/core/call/division/parts.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

namespace mesolys::division {

PartsDivision::PartsDivision(std::vector<Problem> problems, const std::vector<Bundle>& bundles,
                             Progress* progress)
    : bundles_(bundles),
      problems_(std::move(problems)),
      divisions_(problems_.size()),
      stale_(problems_.size(), true),
      storage_(problems_.size()),
      storage_sets_(problems_.size()),
      progress_(progress) {
  for (const Bundle& bundle : bundles_) {
    int64_t size = 0;
    std::vector<Claim>& asked = asked_.emplace_back();
    for (const BundleLine& line : bundle) {
      asked.push_back(problems_[line.problem].claims[line.claim]);
      size = std::max(size, asked.back().amount);
      storage_[line.problem] = line.is_storage;
    }
    sizes_.push_back(size);
    free_.emplace_back(bundle.size());
  }
}

int64_t PartsDivision::AmountOf(size_t bundle, size_t line, int64_t part) const {
  if (sizes_[bundle] == 0) return 0;
  return static_cast<int64_t>(Wide(part) * asked_[bundle][line].amount / sizes_[bundle]);
}

int64_t PartsDivision::PartFor(size_t bundle, size_t line, int64_t amount) const {
  // Rounded up, and the line still gets no more than that.
  const Wide asked = asked_[bundle][line].amount;
  return static_cast<int64_t>((Wide(amount) * sizes_[bundle] + asked - 1) / asked);
}

bool PartsDivision::Enough(size_t bundle, int64_t part) const {
  for (size_t line = 0; line < asked_[bundle].size(); ++line) {
    if (AmountOf(bundle, line, part) < asked_[bundle][line].minimum) return false;
  }
  return true;
}

void PartsDivision::Solve(const Parts& parts) {
  if (progress_ != nullptr) progress_->Tell("divisions with bundles", ++solved_, 0);
  // First where the other lines are, for storage goes after them.
  for (const bool is_storage : {false, true}) {
    for (size_t bundle = 0; bundle < bundles_.size(); ++bundle) {
      for (size_t i = 0; i < bundles_[bundle].size(); ++i) {
        const BundleLine& line = bundles_[bundle][i];
        if (line.is_storage != is_storage) continue;
        const Claim& asked = asked_[bundle][i];
        const std::optional<uint32_t> sites =
            is_storage ? SitesFor(bundle, line, asked) : std::optional(asked.site_set);
        int64_t amount = 0;
        if (!parts.dropped[bundle] && sites.has_value()) {
          amount = free_[bundle][i] ? asked.amount : AmountOf(bundle, i, parts.part[bundle]);
        }
        Limit(line, asked, amount, sites.value_or(asked.site_set));
      }
    }
    for (size_t i = 0; i < problems_.size(); ++i) {
      if (!stale_[i] || (!is_storage && storage_[i])) continue;
      divisions_[i] = Divide(problems_[i], progress_);
      stale_[i] = false;
    }
  }
}

void PartsDivision::Limit(const BundleLine& line, const Claim& asked, int64_t amount,
                          uint32_t site_set) {
  Claim& claim = problems_[line.problem].claims[line.claim];
  const int64_t minimum = asked.minimum <= amount ? asked.minimum : 0;
  if (claim.amount == amount && claim.minimum == minimum && claim.site_set == site_set) return;
  claim.amount = amount;
  claim.minimum = minimum;
  claim.site_set = site_set;
  stale_[line.problem] = true;
}

// The sites that storage may use of those where the other lines are; nothing if there are none.
std::optional<uint32_t> PartsDivision::SitesFor(size_t bundle, const BundleLine& storage,
                                                const Claim& asked) {
  std::set<uint32_t> sites;
  bool follows = false;
  for (const BundleLine& line : bundles_[bundle]) {
    if (line.is_storage) continue;
    follows = true;
    const std::vector<Placement>& placements = divisions_[line.problem].placements;
    auto it = std::partition_point(
        placements.begin(), placements.end(),
        [&](const Placement& placement) { return placement.claim < line.claim; });
    for (; it != placements.end() && it->claim == line.claim; ++it) {
      sites.insert(problems_[line.problem].pools[it->pool].site);
    }
  }
  if (!follows) return asked.site_set;
  Problem& problem = problems_[storage.problem];
  const NameSet& own = problem.site_sets[asked.site_set];
  NameSet allowed;
  for (const uint32_t site : sites) {
    if (own.empty() || std::find(own.begin(), own.end(), site) != own.end()) {
      allowed.push_back(site);
    }
  }
  if (allowed.empty()) return std::nullopt;
  const auto next = static_cast<uint32_t>(problem.site_sets.size());
  const auto [known, fresh] = storage_sets_[storage.problem].try_emplace(allowed, next);
  if (fresh) problem.site_sets.push_back(std::move(allowed));
  return known->second;
}

bool PartsDivision::Served(const Parts& parts, size_t bundle, size_t line) const {
  return parts.dropped[bundle] ||
         award(bundles_[bundle][line]).amount >= AmountOf(bundle, line, parts.part[bundle]);
}

bool PartsDivision::AllServed(const Parts& parts) const {
  for (size_t bundle = 0; bundle < bundles_.size(); ++bundle) {
    for (size_t line = 0; line < bundles_[bundle].size(); ++line) {
      if (!Served(parts, bundle, line)) return false;
    }
  }
  return true;
}

bool PartsDivision::InProportion(size_t bundle) const {
  for (size_t i = 0; i < bundles_[bundle].size(); ++i) {
    for (size_t j = 0; j < bundles_[bundle].size(); ++j) {
      const Wide most = Wide(award(bundles_[bundle][j]).amount) + 1;
      const Wide asked = asked_[bundle][j].amount;
      if (asked == 0 || asked_[bundle][i].amount == 0) continue;
      if (award(bundles_[bundle][i]).amount * asked >= most * asked_[bundle][i].amount) {
        return false;
      }
    }
  }
  return true;
}

int64_t PartsDivision::Usable(const Parts& parts, size_t bundle) const {
  int64_t part = parts.part[bundle];
  for (size_t line = 0; line < bundles_[bundle].size(); ++line) {
    if (Served(parts, bundle, line)) continue;
    part = std::min(part, PartFor(bundle, line, award(bundles_[bundle][line]).amount));
  }
  return part;
}

TogetherDivision PartsDivision::Take(Parts parts) && {
  return {std::move(problems_), std::move(divisions_), std::move(parts.dropped)};
}

}  // namespace mesolys::division
