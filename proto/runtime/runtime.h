#ifndef MESOLYS_PROTO_RUNTIME_RUNTIME_H_
#define MESOLYS_PROTO_RUNTIME_RUNTIME_H_

// The port to threads and to the time that passes; Clock tells the time of day. What goes on by
// itself (the committer, its answers, upkeep, polls, the loops of an agent) is a loop that takes
// turns, one after the other. What comes next is the answer of a turn, so nothing that was put off
// has ever to be called back; who has news stirs the loop. A turn is ordinary code that may block:
// in virtual time each is put aside where it waits, and one of them goes on at a time. Any thread.

#include <functional>
#include <memory>

#include "absl/time/time.h"

namespace mesolys {

class Loop {
 public:
  // Ends it after the turn under way. Not within a turn of its own.
  virtual ~Loop() = default;

  // Its next turn begins at once, or right after the one under way.
  virtual void Stir() = 0;
};

class Runtime {
 public:
  virtual ~Runtime() = default;

  // Answers after what time the next turn begins if nobody stirs; InfiniteDuration for never.
  using Turn = std::function<absl::Duration()>;

  // The first turn begins after `delay`. A thread of its own.
  virtual std::unique_ptr<Loop> Start(absl::Duration delay, Turn turn) = 0;

  // On a clock that nobody sets, since some beginning.
  virtual absl::Duration Elapsed() const = 0;
};

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_RUNTIME_H_
