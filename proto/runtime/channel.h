#ifndef MESOLYS_PROTO_RUNTIME_CHANNEL_H_
#define MESOLYS_PROTO_RUNTIME_CHANNEL_H_

// A channel to the scheduler with our limits (4 MiB messages, reconnection after 0.2 s to 5 s).

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "proto/runtime/tls_files.h"

namespace mesolys {

// Of a message, at both ends.
inline constexpr int kMessageBytesMax = 4 << 20;

// `target` is "host:port". Connects lazily; FAILED_PRECONDITION from the TLS files.
absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectTo(const std::string& target,
                                                         const TlsFiles& files);

// The one method that takes such a request (proto/runtime/methods); `response` is of its type,
// another one is a bug of ours. Waits for the answer, or for the deadline of the context. The
// errors are the other end's, refusals included.
absl::Status Call(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                  const google::protobuf::Message& request, google::protobuf::Message& response);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_CHANNEL_H_
