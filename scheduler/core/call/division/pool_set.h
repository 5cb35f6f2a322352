#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_POOL_SET_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_POOL_SET_H_

// Some of the pools of a problem, one bit each: what makes searches cheap where groups may use
// hundreds of pools. Sets that meet are of one size. Pure.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/numeric/bits.h"

namespace mesolys::division {

class PoolSet {
 public:
  PoolSet() = default;
  explicit PoolSet(size_t pools) : words_((pools + 63) / 64) {}

  bool Has(size_t pool) const { return (words_[pool / 64] >> (pool % 64) & 1) != 0; }
  void Add(size_t pool) { words_[pool / 64] |= uint64_t{1} << (pool % 64); }
  void Remove(size_t pool) { words_[pool / 64] &= ~(uint64_t{1} << (pool % 64)); }

  void Add(const PoolSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  void Remove(const PoolSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
  }
  void Keep(const PoolSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  }

  bool empty() const {
    return std::all_of(words_.begin(), words_.end(), [](uint64_t word) { return word == 0; });
  }
  bool Meets(const PoolSet& other) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      if ((words_[i] & other.words_[i]) != 0) return true;
    }
    return false;
  }

  size_t word_count() const { return words_.size(); }
  uint64_t word(size_t i) const { return words_[i]; }

  // Calls `use(pool)` in increasing order.
  template <typename Use>
  void Each(Use use) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t word = words_[i]; word != 0; word &= word - 1) {
        use(i * 64 + static_cast<size_t>(absl::countr_zero(word)));
      }
    }
  }

  friend auto operator<=>(const PoolSet&, const PoolSet&) = default;

 private:
  std::vector<uint64_t> words_;
};

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_POOL_SET_H_
