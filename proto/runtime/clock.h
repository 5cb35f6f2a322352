#ifndef MESOLYS_PROTO_RUNTIME_CLOCK_H_
#define MESOLYS_PROTO_RUNTIME_CLOCK_H_

// The clock port. Any thread.

#include "absl/time/time.h"

namespace mesolys {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The only place that asks the operating system for the time of day.
class SystemClock : public Clock {
 public:
  absl::Time Now() const override;
};

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_CLOCK_H_
