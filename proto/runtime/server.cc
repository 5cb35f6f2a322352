#include "proto/runtime/server.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grpc/grpc.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server_builder.h"
#include "proto/runtime/channel.h"
#include "proto/runtime/tls.h"
#include "proto/values/sentence.h"

namespace mesolys {
namespace {

constexpr int kStreamsPerConnectionMax = 100;
constexpr int kHandshakeMillisecondsMax = 10'000;
constexpr int kPingMillisecondsMin = 10'000;
constexpr size_t kMethodBytesMax = 100;

struct Address {
  std::string host;
  std::string port;
};

std::optional<Address> ParseAddress(absl::string_view listen) {
  const size_t colon = listen.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return std::nullopt;
  absl::string_view host = listen.substr(0, colon);
  const absl::string_view port = listen.substr(colon + 1);
  int number = 0;
  if (!absl::SimpleAtoi(port, &number) || number < 0 || number > 65535) return std::nullopt;
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::nullopt;
  return Address{std::string(host), absl::StrCat(number)};
}

// What the system says when it is asked to bind one address; 0 when it does.
int BindError(const addrinfo& address) {
  const int file = socket(address.ai_family, address.ai_socktype, address.ai_protocol);
  if (file < 0) return errno;
  const int one =
      1;  // as gRPC does, or the remains of a closed server would look like a running one
  setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  const int error = bind(file, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  close(file);
  return error;
}

// gRPC says only that it could not listen; the same attempt by hand tells why.
std::string WhyUnbound(const Address& address) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found)) {
    return absl::StrCat("cannot listen on ", address.host, ": ", gai_strerror(error),
                        "; give an address of this machine, for example 127.0.0.1");
  }
  int error = 0;
  for (const addrinfo* next = found; next != nullptr && error == 0; next = next->ai_next) {
    error = BindError(*next);
  }
  freeaddrinfo(found);
  switch (error) {
    case EADDRINUSE:
      return absl::StrCat("port ", address.port, " on ", address.host,
                          " is in use: stop the other program or choose another port");
    case EADDRNOTAVAIL:
      return absl::StrCat(address.host, " is not an address of this machine: choose one that is");
    case EACCES:
      return absl::StrCat("port ", address.port, " on ", address.host,
                          " is not allowed to this user: choose a port from 1024 on");
    default:
      return absl::StrCat("cannot listen on port ", address.port, " of ", address.host, ": ",
                          error == 0 ? "gRPC did not start" : std::strerror(error));
  }
}

// Both are switches of the whole process.
void ServeReflectionAndHealth() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

void SetLimits(grpc::ServerBuilder& builder) {
  // Else the kernel would let a second scheduler listen here too, and share the connections out.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.SetMaxSendMessageSize(kMessageBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
  // Nobody holds a connection without having shown a certificate.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMillisecondsMax);
  // A client may make sure of a quiet connection; by default that would be taken for an attack.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kPingMillisecondsMin);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
}

// A program of another version calls what this one does not have, or no longer.
class UnknownMethods final : public grpc::CallbackGenericService {
  class Refusing final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Refusing(const std::string& method) {
      Finish({grpc::StatusCode::UNIMPLEMENTED,
              Say("there is no $0: the program that calls is of another version than this server; "
                  "install the same version of both",
                  method.substr(0, kMethodBytesMax))
                  .Render()});
    }
    void OnDone() override { delete this; }
  };

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new Refusing(context->method());
  }
};

}  // namespace

absl::StatusOr<RunningServer> StartServer(const std::string& listen, const TlsFiles& files,
                                          const std::vector<grpc::Service*>& services,
                                          ServerInterceptors interceptors) {
  const std::optional<Address> address = ParseAddress(listen);
  if (!address.has_value()) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on \"", listen, "\": host:port is wanted, for example 127.0.0.1:7443"));
  }
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> credentials = ServerTls(files);
  if (!credentials.ok()) return credentials.status();

  ServeReflectionAndHealth();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  RunningServer running;
  builder.AddListeningPort(listen, *credentials, &running.port);
  for (grpc::Service* service : services) builder.RegisterService(service);
  running.unknown = std::make_unique<UnknownMethods>();
  builder.RegisterCallbackGenericService(running.unknown.get());
  if (!interceptors.empty()) {
    builder.experimental().SetInterceptorCreators(std::move(interceptors));
  }
  running.server = builder.BuildAndStart();
  if (running.server == nullptr || running.port <= 0) {
    return absl::UnavailableError(WhyUnbound(*address));
  }
  return running;
}

}  // namespace mesolys
