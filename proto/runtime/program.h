#ifndef MESOLYS_PROTO_RUNTIME_PROGRAM_H_
#define MESOLYS_PROTO_RUNTIME_PROGRAM_H_

// What the shells of programs share. Of main's thread.

#include <signal.h>

#include <functional>
#include <string>

namespace mesolys {

// SIGINT and SIGTERM, blocked in this thread and in all that it starts from now on, those of gRPC
// too, and taken here: so ending is ordinary code.
class StopSignals {
 public:
  StopSignals();

  // Until one comes.
  void Wait() const;

 private:
  sigset_t signals_;
};

// Debian's Abseil looks for deadlocks in release builds as well: it costs time, and it aborts on
// orders that never deadlock.
void TrustLockOrder();

// Whether the locale that these variables of the environment name shows UTF-8; `variable` answers
// nothing for one that is not set.
bool ShowsUtf8(const std::function<std::string(const char* name)>& variable);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_PROGRAM_H_
