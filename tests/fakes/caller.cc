#include "tests/fakes/caller.h"

#include <chrono>
#include <future>
#include <utility>

#include "grpcpp/client_context.h"
#include "mesolys/v1/agent.grpc.pb.h"
#include "proto/runtime/channel.h"
#include "proto/runtime/status.h"

namespace mesolys {

namespace {

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
}

class StartedPoll : public Caller::Poll {
 public:
  StartedPoll(const std::shared_ptr<grpc::Channel>& channel, const v1::SynchronizeRequest& request)
      : stub_(v1::AgentService::NewStub(channel)), request_(request) {
    SetDeadline(context_);
    stub_->async()->Synchronize(
        &context_, &request_, &response_,
        [done = done_](grpc::Status status) { done->set_value(std::move(status)); });
  }

  void Cancel() override { context_.TryCancel(); }

  absl::StatusOr<v1::SynchronizeResponse> Wait() override {
    const grpc::Status status = done_->get_future().get();
    if (!status.ok()) return FromGrpcStatus(status);
    return response_;
  }

 private:
  const std::unique_ptr<v1::AgentService::Stub> stub_;
  const v1::SynchronizeRequest request_;
  grpc::ClientContext context_;
  v1::SynchronizeResponse response_;
  // Shared with the callback, which may still be inside set_value when Wait returns.
  const std::shared_ptr<std::promise<grpc::Status>> done_ =
      std::make_shared<std::promise<grpc::Status>>();
};

}  // namespace

std::unique_ptr<Caller::Poll> Caller::Start(const v1::SynchronizeRequest& request) {
  return std::make_unique<StartedPoll>(channel_, request);
}

absl::Status Caller::Ask(const google::protobuf::Message& request,
                         google::protobuf::Message& answer) {
  grpc::ClientContext context;
  SetDeadline(context);
  return mesolys::Call(channel_, context, request, answer);
}

}  // namespace mesolys
