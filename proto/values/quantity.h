#ifndef MESOLYS_PROTO_VALUES_QUANTITY_H_
#define MESOLYS_PROTO_VALUES_QUANTITY_H_

// Integer quantities that do not mix. The operators abort on overflow: whatever comes from outside
// is first bounded or added with CheckedAdd, so an overflow here is a bug. Pure; any thread.

#include <cstdint>
#include <cstdlib>
#include <optional>

namespace mesolys {

template <typename Tag>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(int64_t count) : count_(count) {}

  constexpr int64_t count() const { return count_; }

  friend constexpr auto operator<=>(Quantity, Quantity) = default;

  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    const std::optional<Quantity> sum = CheckedAdd(a, b);
    if (!sum.has_value()) std::abort();
    return *sum;
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    int64_t difference = 0;
    if (__builtin_sub_overflow(a.count_, b.count_, &difference)) std::abort();
    return Quantity(difference);
  }
  constexpr Quantity operator-() const { return Quantity() - *this; }
  constexpr Quantity& operator+=(Quantity other) { return *this = *this + other; }
  constexpr Quantity& operator-=(Quantity other) { return *this = *this - other; }

  // Nothing when the sum does not fit.
  friend constexpr std::optional<Quantity> CheckedAdd(Quantity a, Quantity b) {
    int64_t sum = 0;
    if (__builtin_add_overflow(a.count_, b.count_, &sum)) return std::nullopt;
    return Quantity(sum);
  }

 private:
  int64_t count_ = 0;
};

// So much of one resource, in its base unit: core-seconds, GPU-seconds, bytes or person-seconds.
// Which resource it is stands beside it; amounts of two resources are never in one sum.
using Amount = Quantity<struct AmountTag>;

// Seconds of the reference GPU: what amounts of different resources are turned into by their rates.
using NormalisedSeconds = Quantity<struct NormalisedSecondsTag>;

// A share, in parts per million.
using PartsPerMillion = Quantity<struct PartsPerMillionTag>;
inline constexpr int64_t kMillion = 1'000'000;

// No single amount from outside is larger: a thousand of them still add up.
inline constexpr Amount kAmountMax{int64_t{1} << 53};

// Holds the product of any two counts.
__extension__ using Wide = __int128;

// a * b / c without overflow in between, rounded down; all three at least 0, c above 0, and the
// result must fit.
constexpr int64_t MulDiv(int64_t a, int64_t b, int64_t c) {
  const Wide result = static_cast<Wide>(a) * b / c;
  if (result > INT64_MAX || result < INT64_MIN) std::abort();
  return static_cast<int64_t>(result);
}

// The same for what is estimated and never counted: the nearest number that there is.
constexpr int64_t EstimateMulDiv(int64_t a, int64_t b, int64_t c) {
  const Wide result = static_cast<Wide>(a) * b / c;
  if (result > INT64_MAX) return INT64_MAX;
  return result < INT64_MIN ? INT64_MIN : static_cast<int64_t>(result);
}

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_QUANTITY_H_
