#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_LEVEL_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_LEVEL_H_

// How much each point of weight gets, exactly: a rational number or infinity. Weights are integers
// in millionths of a point. With kAmountMax, kWeightMax and kCountMax no product here leaves 128
// bits: sums of amounts stay below 2^85, sums of weights below 2^62. Pure; any thread.

#include <compare>
#include <cstdint>

#include "absl/numeric/int128.h"

namespace mesolys::division {

using Wide = absl::int128;

inline constexpr int64_t kAmountMax = int64_t{1} << 62;
inline constexpr int64_t kWeightScale = 1'000'000;
inline constexpr int64_t kWeightMax = kWeightScale * 1'000'000;
inline constexpr int64_t kCountMax = int64_t{1} << 22;  // claims, and pools, of one problem

// whole + part / denominator, with 0 <= part < denominator; who holds it knows the denominator.
struct Fraction {
  Wide whole = 0;
  int64_t part = 0;

  friend bool operator==(const Fraction&, const Fraction&) = default;
};

class Level {
 public:
  Level() = default;  // 0
  static Level Infinite();
  // `amount` at least 0, `weight` (a sum of weights) above 0.
  static Level Of(Wide amount, int64_t weight);

  bool infinite() const { return infinite_; }
  int64_t denominator() const { return denominator_; }

  // weight × level ≥ amount.
  bool Covers(int64_t amount, int64_t weight) const;
  // weight × level over denominator(); of a finite level.
  Fraction Share(int64_t weight) const;
  // Per point of weight, for people; +inf for infinity.
  double ToDouble() const;
  // Per millionth of a point, within a few units of the last place.
  double Quotient() const;

  friend std::strong_ordering operator<=>(const Level& a, const Level& b);
  friend bool operator==(const Level& a, const Level& b) { return (a <=> b) == 0; }

 private:
  bool infinite_ = false;
  Wide whole_ = 0;
  int64_t part_ = 0;
  int64_t denominator_ = 1;
};

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_LEVEL_H_
