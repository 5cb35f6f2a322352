#ifndef MESOLYS_PROTO_RUNTIME_THREAD_RUNTIME_H_
#define MESOLYS_PROTO_RUNTIME_THREAD_RUNTIME_H_

// The runtime of the programs: real threads, real time. Any thread.

#include <memory>

#include "absl/time/time.h"
#include "proto/runtime/runtime.h"

namespace mesolys {

class ThreadRuntime : public Runtime {
 public:
  std::unique_ptr<Loop> Start(absl::Duration delay, Turn turn) override;
  absl::Duration Elapsed() const override;
};

// Sleeps: for programs whose one thread waits for the world outside.
void Pause(absl::Duration duration);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_THREAD_RUNTIME_H_
