#include "client/session/scheduler.h"

#include <grpc/support/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "client/language/language.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "mesolys/v1/identity.pb.h"
#include "proto/runtime/channel.h"
#include "proto/runtime/thread_runtime.h"

namespace mesolys::client {
namespace {

using google::protobuf::Message;

// On the clock that nobody sets.
gpr_timespec GprTime(Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
      deadline - std::chrono::steady_clock::now());
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_micros(left.count(), GPR_TIMESPAN));
}

class GrpcScheduler : public Scheduler {
 public:
  GrpcScheduler(const Settings& settings, std::shared_ptr<grpc::Channel> channel)
      : settings_(settings), channel_(std::move(channel)) {}

  absl::Status Connect(Deadline deadline) override {
    while (true) {
      const grpc_connectivity_state state = channel_->GetState(/*try_to_connect=*/true);
      if (state == GRPC_CHANNEL_READY) return absl::OkStatus();
      if (state == GRPC_CHANNEL_TRANSIENT_FAILURE) {
        absl::Status why = WhyNot(deadline);
        if (!why.ok()) return why;
        continue;
      }
      if (!channel_->WaitForStateChange(state, GprTime(deadline))) {
        return TooLate();
      }
    }
  }

  absl::Status Call(const Message& request, Message& response, Deadline deadline) override {
    grpc::ClientContext context;
    context.set_deadline(GprTime(deadline));
    absl::Status status = mesolys::Call(channel_, context, request, response);
    if (!absl::IsUnimplemented(status)) return status;
    return absl::UnimplementedError(
        Tr("the scheduler at $0 does not know this call: it is of another version than this "
           "`mesolys`, which is $1; install the version of the scheduler",
           settings_.scheduler, MESOLYS_VERSION));
  }

  void Pause(Deadline deadline) override {
    const absl::Duration left = absl::FromChrono(deadline - std::chrono::steady_clock::now());
    mesolys::Pause(std::min(left, absl::Milliseconds(200)));
  }

 private:
  absl::Status TooLate() const {
    return absl::UnavailableError(Tr("no connection to $0 in time", settings_.scheduler));
  }

  // A channel tells that it could not connect, and only a call is told why: one that reads, and
  // that is not sent as long as there is no connection. OK when there is one after all.
  absl::Status WhyNot(Deadline deadline) {
    const v1::GetWhoAmIRequest request;
    v1::WhoAmI response;
    const absl::Status status = Call(request, response, deadline);
    if (absl::IsDeadlineExceeded(status)) return TooLate();
    if (!absl::IsUnavailable(status)) return absl::OkStatus();
    const std::string text(status.message());
    const std::string lower = absl::AsciiStrToLower(text);
    const auto says = [&lower](absl::string_view part) { return absl::StrContains(lower, part); };
    // gRPC repeats the words of the C library, which are in the user's language.
    const auto says_error = [&says](int error) {
      return says(absl::AsciiStrToLower(std::strerror(error)));
    };
    const std::string& target = settings_.scheduler;
    if (says("connection refused") || says_error(ECONNREFUSED)) {
      return absl::UnavailableError(Tr("nobody listens at $0", target));
    }
    if (says("dns") || says("resolution")) {
      return absl::UnavailableError(Tr("the host of $0 is not known: $1", target, text));
    }
    if (says("handshake") || says("ssl") || says("tls") || says("certificate") ||
        says("socket closed") || says("connection reset") || says_error(ECONNRESET)) {
      return absl::UnavailableError(Tr("$0 refused the TLS connection: check $1 and $2 ($3)",
                                       target, settings_.tls.certificate, settings_.tls.ca, text));
    }
    return absl::UnavailableError(Tr("no connection to $0: $1", target, text));
  }

  const Settings settings_;
  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Scheduler>> OpenScheduler(const Settings& settings) {
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel =
      ConnectTo(settings.scheduler, settings.tls);
  if (!channel.ok()) return absl::UnauthenticatedError(channel.status().message());
  return std::make_unique<GrpcScheduler>(settings, *std::move(channel));
}

}  // namespace mesolys::client
