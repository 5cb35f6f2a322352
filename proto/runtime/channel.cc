#include "proto/runtime/channel.h"

#include <cstdlib>
#include <optional>

#include "grpc/grpc.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/support/channel_arguments.h"
#include "proto/runtime/methods.h"
#include "proto/runtime/status.h"
#include "proto/runtime/tls.h"

namespace mesolys {

absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectTo(const std::string& target,
                                                         const TlsFiles& files) {
  absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials = ClientTls(files);
  if (!credentials.ok()) return credentials.status();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  // gRPC also gives up one attempt to connect after this time; its own 20 s outlast the outage.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  // gRPC shares connections between channels of a process; a new channel must mean a new handshake.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // No proxy of the environment stands between us and the scheduler.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(target, *credentials, arguments);
}

absl::Status Call(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                  const google::protobuf::Message& request, google::protobuf::Message& response) {
  using Message = google::protobuf::Message;
  const std::optional<Method> method = FindMethod(*request.GetDescriptor());
  if (!method.has_value() || method->response != response.GetDescriptor()) std::abort();
  response.Clear();
  // A queue of the call's own: with a callback, gRPC would start threads for a client's one call.
  grpc::CompletionQueue queue;
  const auto call = grpc::TemplatedGenericStub<Message, Message>(channel).PrepareUnaryCall(
      &context, method->path, request, &queue);
  call->StartCall();
  grpc::Status status;
  call->Finish(&response, &status, /*tag=*/nullptr);
  void* tag = nullptr;
  bool is_sent = false;
  queue.Shutdown();  // once it has told of the answer
  while (queue.Next(&tag, &is_sent)) {
  }
  return FromGrpcStatus(status);
}

}  // namespace mesolys
