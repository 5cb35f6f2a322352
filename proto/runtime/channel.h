#ifndef MESOLYS_PROTO_RUNTIME_CHANNEL_H_
#define MESOLYS_PROTO_RUNTIME_CHANNEL_H_

// A channel to the scheduler with our limits (4 MiB messages, reconnection after 0.2 s to 5 s).

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "proto/runtime/tls_files.h"

namespace mesolys {

// Of a message, at both ends.
inline constexpr int kMessageBytesMax = 4 << 20;

// `target` is "host:port". Connects lazily; FAILED_PRECONDITION from the TLS files.
absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectTo(const std::string& target,
                                                         const TlsFiles& files);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_CHANNEL_H_
