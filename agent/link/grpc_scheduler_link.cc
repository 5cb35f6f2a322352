#include "agent/link/grpc_scheduler_link.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "grpcpp/client_context.h"
#include "proto/runtime/channel.h"
#include "proto/runtime/mutex.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

// Longer than the channel may wait before it tries to connect again, and than an attempt may take.
constexpr absl::Duration kConnectPatience = absl::Seconds(11);
// How soon a Cancel is noticed meanwhile.
constexpr absl::Duration kConnectSlice = absl::Milliseconds(100);

std::chrono::system_clock::time_point In(absl::Duration duration) {
  return std::chrono::system_clock::now() + absl::ToChronoMicroseconds(duration);
}

}  // namespace

// The calls under way that a Cancel has to end.
class GrpcSchedulerLink::Calls {
 public:
  explicit Calls(std::shared_ptr<grpc::Channel> channel) : channel_(std::move(channel)) {}

  template <typename Response>
  absl::StatusOr<Response> Call(const google::protobuf::Message& request, absl::Duration patience) {
    AwaitConnection(std::min(patience, kConnectPatience));
    grpc::ClientContext context;
    context.set_deadline(In(patience));
    {
      MutexLock lock(mutex_);
      if (is_cancelled_) return absl::CancelledError("the agent ends");
      contexts_.insert(&context);
    }
    Response response;
    const absl::Status status = mesolys::Call(channel_, context, request, response);
    {
      MutexLock lock(mutex_);
      contexts_.erase(&context);
    }
    if (status.ok()) return response;
    if (!absl::IsUnimplemented(status)) return status;
    return absl::UnimplementedError(SayLater(
        "the scheduler does not know this call: it is of another version than this agent; install "
        "the same version of both"));
  }

  void Cancel() {
    MutexLock lock(mutex_);
    is_cancelled_ = true;
    for (grpc::ClientContext* context : contexts_) context->TryCancel();
  }

 private:
  bool IsCancelled() {
    MutexLock lock(mutex_);
    return is_cancelled_;
  }

  // gRPC moves a connection on while somebody waits for it, and otherwise looks at it every 5 s: a
  // TLS handshake with a scheduler that has come back then never ends in time. The call itself
  // would not wait, it fails at once while there is no connection; it is made all the same, for it
  // knows the reason.
  void AwaitConnection(absl::Duration patience) {
    for (absl::Duration waited; waited < patience && !IsCancelled(); waited += kConnectSlice) {
      if (channel_->WaitForConnected(In(kConnectSlice))) return;
    }
  }

  const std::shared_ptr<grpc::Channel> channel_;
  Mutex mutex_;
  bool is_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<grpc::ClientContext*> contexts_ ABSL_GUARDED_BY(mutex_);
};

GrpcSchedulerLink::GrpcSchedulerLink(std::shared_ptr<grpc::Channel> channel)
    : channel_(std::move(channel)), calls_(std::make_unique<Calls>(channel_)) {}

GrpcSchedulerLink::~GrpcSchedulerLink() = default;

absl::Status GrpcSchedulerLink::Connect(absl::Duration patience) {
  if (channel_->WaitForConnected(In(patience))) return absl::OkStatus();
  return absl::UnavailableError(
      Say("no connection to the scheduler within $0", absl::FormatDuration(patience)).Render());
}

absl::StatusOr<v1::ReportUsageResponse> GrpcSchedulerLink::ReportUsage(
    const v1::ReportUsageRequest& request, absl::Duration patience) {
  return calls_->Call<v1::ReportUsageResponse>(request, patience);
}

absl::StatusOr<v1::SynchronizeResponse> GrpcSchedulerLink::Synchronize(
    const v1::SynchronizeRequest& request, absl::Duration patience) {
  return calls_->Call<v1::SynchronizeResponse>(request, patience);
}

absl::StatusOr<v1::TellUsageResponse> GrpcSchedulerLink::TellUsage(
    const v1::TellUsageRequest& request, absl::Duration patience) {
  return calls_->Call<v1::TellUsageResponse>(request, patience);
}

void GrpcSchedulerLink::Cancel() { calls_->Cancel(); }

}  // namespace mesolys::agent
