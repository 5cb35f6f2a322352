#ifndef MESOLYS_SCHEDULER_SERVICE_REPLY_H_
#define MESOLYS_SCHEDULER_SERVICE_REPLY_H_

// How a handler answers at once, or hands a command to the engine. gRPC's threads.

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "grpcpp/support/server_callback.h"
#include "proto/runtime/status.h"
#include "proto/runtime/tls.h"
#include "scheduler/engine/engine.h"
#include "scheduler/engine/work_queue.h"
#include "scheduler/service/access_table.h"

namespace mesolys {

inline grpc::ServerUnaryReactor* Reply(grpc::CallbackServerContext* context,
                                       const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

// The same off gRPC's thread, of a `read` that may wait for the store. The messages of the call
// live until it is answered.
template <typename Read>
grpc::ServerUnaryReactor* ReplyLater(grpc::CallbackServerContext* context, WorkQueue& queries,
                                     Read read) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  queries.Add([reactor, read = std::move(read)] { reactor->Finish(ToGrpcStatus(read())); });
  return reactor;
}

// Whether a caller may call `method` for `target`.
inline absl::Status Allowed(const std::string& identity, const Engine& engine,
                            absl::string_view method, const AccessTarget& target) {
  const absl::Time now = engine.Now();
  return engine.Read(
      [&](const Ledger& ledger) { return Authorize(ledger, identity, method, target, now); });
}

// The caller's identity, if they may.
inline absl::StatusOr<std::string> Allowed(const grpc::CallbackServerContext& context,
                                           const Engine& engine, absl::string_view method,
                                           const AccessTarget& target) {
  absl::StatusOr<std::string> identity = PeerIdentity(context);
  if (!identity.ok()) return identity;
  absl::Status allowed = Allowed(*identity, engine, method, target);
  if (!allowed.ok()) return allowed;
  return identity;
}

// The committer finishes the call: `fill(answer)` writes the response from the events.
template <typename Request, typename Fill>
grpc::ServerUnaryReactor* Hand(grpc::CallbackServerContext* context, Engine& engine,
                               std::string identity, const Request& in, Command command,
                               bool validate_only, Fill fill) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  engine.Submit({std::move(identity), in.request_id(), std::move(command), validate_only,
                 [reactor, fill = std::move(fill)](absl::StatusOr<Answer> answer) {
                   if (answer.ok()) fill(*answer);
                   reactor->Finish(ToGrpcStatus(answer.status()));
                 }});
  return reactor;
}

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_REPLY_H_
