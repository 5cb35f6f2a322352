#include "client/frame/suggestion.h"

#include <algorithm>
#include <cstddef>

namespace mesolys::client {
namespace {

// The optimal string alignment distance.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Closest(absl::string_view mistyped, const std::vector<std::string>& words) {
  constexpr size_t kBytesMax = 64;  // nobody mistypes more; the distance costs the product
  std::string best;
  size_t best_distance = kBytesMax;
  if (mistyped.size() > kBytesMax) return best;
  for (const std::string& word : words) {
    const size_t distance = Distance(mistyped, word);
    const size_t distance_max = (std::max(mistyped.size(), word.size()) + 2) / 3;
    if (distance <= distance_max && distance < best_distance) {
      best = word;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace mesolys::client
