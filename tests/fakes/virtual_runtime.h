#ifndef MESOLYS_TESTS_FAKES_VIRTUAL_RUNTIME_H_
#define MESOLYS_TESTS_FAKES_VIRTUAL_RUNTIME_H_

// A runtime whose time passes only while everybody waits, and whose order is that of a seed: the
// same seed gives the same run. Each loop has a real thread, for its turns may wait inside, but one
// of them goes on at a time, until its turn is over or waits; the test's own thread is one of them.
// Only these may call it.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "proto/runtime/clock.h"
#include "proto/runtime/runtime.h"

namespace mesolys {

class VirtualRuntime : public Runtime, public Clock {
 public:
  VirtualRuntime(uint64_t seed, absl::Time begin);
  // Its loops have ended before.
  ~VirtualRuntime() override;

  std::unique_ptr<Loop> Start(absl::Duration delay, Turn turn) override;
  absl::Duration Elapsed() const override;
  absl::Time Now() const override;

  // Lets the others go on until `holds`, which is asked after each of their turns and must call
  // nobody, or until so much time has passed; whether it holds. For the test and within turns.
  bool WaitUntil(const std::function<bool()>& holds, absl::Duration patience);

  // Of when and in what order everybody went on so far.
  uint64_t TraceHash() const;

 private:
  class VirtualLoop;

  // Somebody who goes on when `is_ready`, or at `due`.
  struct Party {
    int64_t number = 0;
    std::function<bool()> is_ready;
    absl::Duration due;
    bool goes_on = false;  // one of all
    std::condition_variable told{};
  };

  // Makes `party`, who goes on, wait, and another one, or itself again, go on.
  void Yield(std::unique_lock<std::mutex>& lock, Party& party);
  void PassOn();
  Party* PickReady();

  const absl::Time begin_;
  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  absl::Duration elapsed_;
  int64_t last_number_ = 0;
  std::vector<Party*> parties_;
  Party test_;
  Party* current_ = nullptr;  // who goes on
  uint64_t trace_ = 14695981039346656037U;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_VIRTUAL_RUNTIME_H_
