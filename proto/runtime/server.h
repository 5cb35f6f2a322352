#ifndef MESOLYS_PROTO_RUNTIME_SERVER_H_
#define MESOLYS_PROTO_RUNTIME_SERVER_H_

// A gRPC server with our limits: 4 MiB messages, 100 streams a connection, no shared port,
// reflection and health.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/impl/service_type.h"
#include "grpcpp/server.h"
#include "grpcpp/support/server_interceptor.h"
#include "proto/runtime/tls_files.h"

namespace mesolys {

struct RunningServer {
  // Answers calls of methods that no service has; the server goes first.
  std::unique_ptr<grpc::CallbackGenericService> unknown;
  std::unique_ptr<grpc::Server> server;
  int port = 0;  // the one bound, where `listen` asked for port 0
};

// `listen` is "host:port". UNAVAILABLE when the port is in use or the address cannot be bound;
// FAILED_PRECONDITION from the TLS files. The services outlive the server. `interceptors` see every
// call. A call of a method that we do not have is answered UNIMPLEMENTED, with words about
// versions.
using ServerInterceptors =
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>;
absl::StatusOr<RunningServer> StartServer(const std::string& listen, const TlsFiles& files,
                                          const std::vector<grpc::Service*>& services,
                                          ServerInterceptors interceptors = {});

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_SERVER_H_
