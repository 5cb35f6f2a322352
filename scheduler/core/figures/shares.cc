#include "scheduler/core/figures/shares.h"

#include <algorithm>
#include <string>

namespace mesolys {
namespace {

constexpr int64_t kOne = 1'000'000;

int64_t FactorOf(const Catalogue& catalogue, const std::string& institution) {
  const auto found = catalogue.institution_factors.find(institution);
  return found == catalogue.institution_factors.end() ? kOne : found->second.count();
}

}  // namespace

int64_t SharesOf(const Catalogue& catalogue, const Project& project) {
  const auto programme = catalogue.programmes.find(project.programme);
  const int64_t weight =
      programme == catalogue.programmes.end() ? kOne : programme->second.weight.count();
  const int64_t factor = FactorOf(catalogue, project.institution);
  int64_t weight_max = weight;
  for (const auto& [id, each] : catalogue.programmes) {
    weight_max = std::max(weight_max, each.weight.count());
  }
  int64_t factor_max = factor;
  for (const auto& [id, title] : catalogue.institutions) {
    factor_max = std::max(factor_max, FactorOf(catalogue, id));
  }
  // Twice, one up and halved is rounded; no product of a weight and a factor passes 10^18.
  const int64_t doubled = MulDiv(weight * factor, 2 * kSharesOfHeaviest, weight_max * factor_max);
  return std::max<int64_t>(1, (doubled + 1) / 2);
}

bool MayRunEco(const Catalogue& catalogue, const Project& project) {
  const auto programme = catalogue.programmes.find(project.programme);
  return programme != catalogue.programmes.end() && programme->second.eco;
}

}  // namespace mesolys
