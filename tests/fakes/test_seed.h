#ifndef MESOLYS_TESTS_FAKES_TEST_SEED_H_
#define MESOLYS_TESTS_FAKES_TEST_SEED_H_

// The seed of a random test: MESOLYS_SEED when it is set, else a new one. Printed, so that a
// failure can be had again.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace mesolys {

inline uint64_t TestSeed() {
  const char* const wanted = std::getenv("MESOLYS_SEED");
  const uint64_t seed = wanted != nullptr ? std::strtoull(wanted, nullptr, 10)
                                          : std::random_device()() % 1'000'000'000;
  std::printf("MESOLYS_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

// From 0 to `most`, both included.
inline int64_t Pick(std::mt19937_64& random, int64_t most) {
  return std::uniform_int_distribution<int64_t>(0, most)(random);
}

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_TEST_SEED_H_
