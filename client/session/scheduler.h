#ifndef MESOLYS_CLIENT_SESSION_SCHEDULER_H_
#define MESOLYS_CLIENT_SESSION_SCHEDULER_H_

// The scheduler, as a command sees it (port), and over gRPC. One thread.

#include <chrono>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/session/settings.h"
#include "google/protobuf/message.h"

namespace mesolys::client {

using Deadline = std::chrono::steady_clock::time_point;

class Scheduler {
 public:
  virtual ~Scheduler() = default;

  // Returns when a call would be sent at once. UNAVAILABLE says why there is no connection, as soon
  // as that is certain: nobody listens, TLS refused, nothing came by the deadline.
  virtual absl::Status Connect(Deadline deadline) = 0;

  // The one RPC that takes such a request; `response` is of its type. The
  // scheduler's own error, with its refusal if it gave one.
  virtual absl::Status Call(const google::protobuf::Message& request,
                            google::protobuf::Message& response, Deadline deadline) = 0;

  // Waits for a moment in which another try may go better, at most until the deadline.
  virtual void Pause(Deadline deadline) = 0;
};

// UNAUTHENTICATED when the files of our own certificate cannot be used.
absl::StatusOr<std::unique_ptr<Scheduler>> OpenScheduler(const Settings& settings);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SESSION_SCHEDULER_H_
