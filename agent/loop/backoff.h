#ifndef MESOLYS_AGENT_LOOP_BACKOFF_H_
#define MESOLYS_AGENT_LOOP_BACKOFF_H_

// How long to wait after the n-th failure in a row: uniformly between 0 and min(30 s, 0.2 s * 2^n)
// ("full jitter"), so that the agents of many sites do not come back together. One thread.

#include <cstdint>
#include <random>

#include "absl/time/time.h"

namespace mesolys::agent {

class Backoff {
 public:
  static constexpr absl::Duration kFirst = absl::Milliseconds(200);
  static constexpr absl::Duration kMax = absl::Seconds(30);

  explicit Backoff(uint64_t seed) : random_(seed) {}

  // Counts a failure and tells how long to wait after it.
  absl::Duration Next();

  // After a success.
  void Reset() { failures_ = 0; }

 private:
  std::mt19937_64 random_;
  int failures_ = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_BACKOFF_H_
