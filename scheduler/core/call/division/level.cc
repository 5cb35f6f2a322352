#include "scheduler/core/call/division/level.h"

#include <cstdlib>
#include <limits>

namespace mesolys::division {

Level Level::Infinite() {
  Level level;
  level.infinite_ = true;
  return level;
}

Level Level::Of(Wide amount, int64_t weight) {
  if (amount < 0 || weight <= 0) std::abort();
  Level level;
  level.whole_ = amount / weight;
  level.part_ = static_cast<int64_t>(amount % weight);
  level.denominator_ = weight;
  return level;
}

bool Level::Covers(int64_t amount, int64_t weight) const {
  if (infinite_) return true;
  const Wide missing = Wide(amount) - whole_ * weight;
  if (missing <= 0) return true;
  return missing * denominator_ <= Wide(part_) * weight;
}

Fraction Level::Share(int64_t weight) const {
  if (infinite_) std::abort();
  const Wide numerator = Wide(part_) * weight;
  // A division of 128 bits costs ten times as much as the rest: guess by doubles, then put it
  // right.
  int64_t carried = static_cast<int64_t>(
      static_cast<double>(part_) / static_cast<double>(denominator_) * static_cast<double>(weight));
  Wide part = numerator - Wide(carried) * denominator_;
  if (part < -Wide(denominator_) || part >= Wide(denominator_) * 2) {
    carried = static_cast<int64_t>(numerator / denominator_);
    part = numerator % denominator_;
  }
  while (part < 0) {
    part += denominator_;
    --carried;
  }
  while (part >= denominator_) {
    part -= denominator_;
    ++carried;
  }
  return {whole_ * weight + carried, static_cast<int64_t>(part)};
}

double Level::ToDouble() const { return Quotient() * static_cast<double>(kWeightScale); }

double Level::Quotient() const {
  if (infinite_) return std::numeric_limits<double>::infinity();
  return static_cast<double>(whole_) +
         static_cast<double>(part_) / static_cast<double>(denominator_);
}

std::strong_ordering operator<=>(const Level& a, const Level& b) {
  if (a.infinite_ || b.infinite_) return a.infinite_ <=> b.infinite_;
  if (a.whole_ != b.whole_) {
    return a.whole_ < b.whole_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  const Wide left = Wide(a.part_) * b.denominator_;
  const Wide right = Wide(b.part_) * a.denominator_;
  if (left == right) return std::strong_ordering::equal;
  return left < right ? std::strong_ordering::less : std::strong_ordering::greater;
}

}  // namespace mesolys::division
