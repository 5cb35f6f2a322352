#include "proto/values/apportion.h"

#include <cstddef>
#include <cstdlib>

#include "proto/values/quantity.h"

namespace mesolys {

std::vector<int64_t> Apportion(int64_t amount, const std::vector<int64_t>& weights) {
  Wide sum = 0;
  for (const int64_t weight : weights) {
    if (weight < 0) std::abort();
    sum += weight;
  }
  if (amount < 0 || (amount > 0 && sum == 0)) std::abort();
  std::vector<int64_t> parts(weights.size());
  if (amount == 0) return parts;
  int64_t left = amount;
  for (size_t i = 0; i < weights.size(); ++i) {
    parts[i] = static_cast<int64_t>(static_cast<Wide>(amount) * weights[i] / sum);
    left -= parts[i];
  }
  // Each share was rounded down by less than a unit, so fewer are left than there are weights.
  for (size_t i = 0; left > 0; ++i) {
    if (weights[i] == 0) continue;
    ++parts[i];
    --left;
  }
  return parts;
}

}  // namespace mesolys
