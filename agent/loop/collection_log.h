#ifndef MESOLYS_AGENT_LOOP_COLLECTION_LOG_H_
#define MESOLYS_AGENT_LOOP_COLLECTION_LOG_H_

// What came before what, between the two loops of an agent: whether everything that ran has been
// looked at since a limit was set. Moments are numbers, so that no clock decides. Any thread.

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"

namespace mesolys::agent {

class CollectionLog {
 public:
  // A collection is current for so long.
  explicit CollectionLog(absl::Duration current = absl::Minutes(1)) : current_(current) {}

  // A moment after all those that were asked for before.
  int64_t Moment() { return ++last_; }

  // Somebody waits for a complete collection that has not begun yet.
  void Await() { is_awaited_ = true; }
  // Whether somebody has done so since this was last asked.
  bool TakeAwaited() { return is_awaited_.exchange(false); }

  // A collection that began at `begun` has told all there was, and all of it is kept.
  void Complete(int64_t begun) { complete_ = begun; }

  // Whether a complete collection began after `moment`.
  bool IsCollectedSince(int64_t moment) const { return complete_ > moment; }

  // Every new job and every end was told by a collection that ended now.
  void EndAt(absl::Time now) { end_seconds_ = absl::ToUnixSeconds(now); }
  // When the last one did; the epoch for never.
  absl::Time EndTime() const { return absl::FromUnixSeconds(end_seconds_); }
  // Whether one has ended not long ago.
  bool IsCurrent(absl::Time now) const {
    return now < absl::FromUnixSeconds(end_seconds_) + current_;
  }

 private:
  const absl::Duration current_;
  std::atomic<int64_t> last_ = 0;
  std::atomic<int64_t> complete_ = 0;
  std::atomic<bool> is_awaited_ = false;
  std::atomic<int64_t> end_seconds_ = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_COLLECTION_LOG_H_
