#include "scheduler/call/call_figures.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace mesolys {
namespace {

using division::AwardStatus;
using division::Claim;
using division::Division;
using division::NameSet;
using division::Pool;
using division::Problem;
using division::Wide;

// Claims of one pair of sets.
struct Pair {
  std::vector<uint32_t> pools;
  Figure figure;
};

std::vector<bool> Allowed(const NameSet& set, size_t names) {
  std::vector<bool> allowed(names, set.empty());
  for (const uint32_t name : set) allowed[name] = true;
  return allowed;
}

// "all" of them, a run of more than two by its ends, else each.
std::string NameOf(const std::set<std::string>& names, const std::vector<std::string>& all,
                   absl::string_view plural) {
  if (names.size() == all.size()) return absl::StrCat("all ", plural);
  const auto first = std::find(all.begin(), all.end(), *names.begin());
  const bool is_run = names.size() > 2 && std::equal(names.begin(), names.end(), first);
  if (is_run) return absl::StrCat(*names.begin(), " to ", *names.rbegin());
  return absl::StrJoin(names, ", ");
}

class Figures {
 public:
  Figures(const std::string& resource, const Problem& problem, const Division& division)
      : problem_(problem), division_(division) {
    figures_.whole.name = resource;
  }

  ResourceFigures Count() {
    CountPools();
    CountClaims();
    for (const Placement& placement : division_.placements) {
      const Pool& pool = problem_.pools[placement.pool];
      const Claim& claim = problem_.claims[placement.claim];
      const double cost =
          static_cast<double>(placement.amount) * division::CostOf(problem_, claim.cost_set, pool);
      for (Figure* const figure : {&figures_.whole, &sites_[problem_.sites[pool.site]],
                                   &periods_[problem_.periods[pool.period]],
                                   &pairs_[{claim.site_set, claim.period_set}].figure}) {
        figure->awarded += placement.amount;
        figure->cost += cost;
      }
    }
    Sort();
    return std::move(figures_);
  }

 private:
  using Placement = division::Placement;

  void CountPools() {
    for (const Pool& pool : problem_.pools) {
      Figure& site = sites_[problem_.sites[pool.site]];
      Figure& period = periods_[problem_.periods[pool.period]];
      site.name = problem_.sites[pool.site];
      period.name = problem_.periods[pool.period];
      for (Figure* const figure : {&site, &period, &figures_.whole}) {
        figure->capacity += pool.capacity;
      }
    }
  }

  void CountClaims() {
    for (size_t i = 0; i < problem_.claims.size(); ++i) {
      const Claim& claim = problem_.claims[i];
      const auto [it, fresh] = pairs_.try_emplace({claim.site_set, claim.period_set});
      if (fresh) it->second.pools = PoolsOf(claim);
      const bool cut = division_.awards[i].amount < claim.amount;
      for (Figure* const figure : {&figures_.whole, &it->second.figure}) {
        figure->asked += claim.amount;
        ++figure->claims;
        figure->cut += cut ? 1 : 0;
      }
      if (division_.awards[i].status == AwardStatus::kDropped) ++figures_.dropped;
    }
    // All claims of a pair may be at the same sites and periods.
    for (const auto& [sets, pair] : pairs_) {
      std::set<Figure*> touched;
      for (const uint32_t i : pair.pools) {
        touched.insert(&sites_[problem_.sites[problem_.pools[i].site]]);
        touched.insert(&periods_[problem_.periods[problem_.pools[i].period]]);
      }
      for (Figure* const figure : touched) {
        figure->asked += pair.figure.asked;
        figure->claims += pair.figure.claims;
        figure->cut += pair.figure.cut;
      }
    }
  }

  std::vector<uint32_t> PoolsOf(const Claim& claim) const {
    const std::vector<bool> sites =
        Allowed(problem_.site_sets[claim.site_set], problem_.sites.size());
    const std::vector<bool> periods =
        Allowed(problem_.period_sets[claim.period_set], problem_.periods.size());
    std::vector<uint32_t> pools;
    for (uint32_t i = 0; i < problem_.pools.size(); ++i) {
      if (sites[problem_.pools[i].site] && periods[problem_.pools[i].period]) pools.push_back(i);
    }
    return pools;
  }

  void Sort() {
    std::vector<std::string> all_sites;
    std::vector<std::string> all_periods;
    for (auto& [name, figure] : sites_) {
      all_sites.push_back(name);
      figures_.sites.push_back(figure);
    }
    for (auto& [name, figure] : periods_) {
      all_periods.push_back(name);
      figures_.periods.push_back(figure);
    }
    // Pairs that allow the same pools are one group.
    std::map<std::vector<uint32_t>, Figure> groups;
    for (const auto& [sets, pair] : pairs_) {
      Figure& group = groups[pair.pools];
      group.asked += pair.figure.asked;
      group.awarded += pair.figure.awarded;
      group.cost += pair.figure.cost;
      group.claims += pair.figure.claims;
      group.cut += pair.figure.cut;
    }
    for (auto& [pools, group] : groups) {
      std::set<std::string> sites;
      std::set<std::string> periods;
      for (const uint32_t i : pools) {
        group.capacity += problem_.pools[i].capacity;
        sites.insert(problem_.sites[problem_.pools[i].site]);
        periods.insert(problem_.periods[problem_.pools[i].period]);
      }
      group.name = pools.empty() ? "nowhere"
                                 : absl::StrCat(NameOf(sites, all_sites, "sites"), "; ",
                                                NameOf(periods, all_periods, "periods"));
      figures_.groups.push_back(group);
    }
    std::sort(figures_.groups.begin(), figures_.groups.end(), [](const Figure& a, const Figure& b) {
      const Wide left = a.asked - a.awarded;
      const Wide right = b.asked - b.awarded;
      return left != right ? left > right : a.name < b.name;
    });
  }

  const Problem& problem_;
  const Division& division_;
  ResourceFigures figures_;
  std::map<std::string, Figure> sites_;
  std::map<std::string, Figure> periods_;
  std::map<std::pair<uint32_t, uint32_t>, Pair> pairs_;
};

}  // namespace

std::vector<ResourceFigures> FiguresOf(const CallDivision& divided) {
  std::vector<ResourceFigures> figures;
  for (size_t i = 0; i < divided.divisions.size(); ++i) {
    figures.push_back(
        Figures(divided.call.resources[i], divided.call.problems[i], divided.divisions[i]).Count());
  }
  return figures;
}

std::string Grouped(Wide amount) {
  std::ostringstream digits;
  digits << amount;
  std::string text = digits.str();
  constexpr absl::string_view kNarrowSpace = "\u202f";
  for (size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, kNarrowSpace.data(), kNarrowSpace.size());
  }
  return text;
}

std::string Percent(Wide part, Wide whole) {
  if (whole == 0) return "-";
  return absl::StrFormat("%.1f %%", static_cast<double>(part) / static_cast<double>(whole) * 100);
}

}  // namespace mesolys
