#ifndef MESOLYS_TESTS_SIMULATION_DIRECT_LINK_H_
#define MESOLYS_TESTS_SIMULATION_DIRECT_LINK_H_

// The way of an agent to the services of a scheduler in the same process and in virtual time. Each
// call takes a moment, some answers are lost, and somebody may cut it. For turns of the runtime.

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "agent/link/scheduler_link.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/service/agent_service.h"
#include "tests/fakes/test_seed.h"
#include "tests/fakes/virtual_runtime.h"

namespace mesolys::agent {

class DirectLink : public SchedulerLink {
 public:
  DirectLink(AgentCalls& calls, VirtualRuntime& runtime, const std::string& site, uint64_t seed)
      : calls_(calls), runtime_(runtime), identity_(SiteIdentity(site)), random_(seed) {}

  absl::StatusOr<v1::ReportUsageResponse> ReportUsage(const v1::ReportUsageRequest& request,
                                                      absl::Duration patience) override {
    return Ask<v1::ReportUsageResponse>(request, patience, [this](auto& call, auto done) {
      calls_.Report(identity_, call.request, call.response, std::move(done));
      return 0;
    });
  }
  absl::StatusOr<v1::SynchronizeResponse> Synchronize(const v1::SynchronizeRequest& request,
                                                      absl::Duration patience) override {
    return Ask<v1::SynchronizeResponse>(request, patience, [this](auto& call, auto done) {
      return calls_.Synchronize(identity_, call.request, call.response, std::move(done));
    });
  }
  absl::StatusOr<v1::TellUsageResponse> TellUsage(const v1::TellUsageRequest& request,
                                                  absl::Duration patience) override {
    return Ask<v1::TellUsageResponse>(request, patience, [this](auto& call, auto done) {
      calls_.Tell(identity_, call.request, call.response, std::move(done));
      return 0;
    });
  }
  void Cancel() override { is_cancelled_ = true; }

  bool is_cut = false;
  int64_t lost_count = 0;

 private:
  static constexpr int64_t kMillisecondsMax = 50;
  static constexpr int64_t kAnswersPerLoss = 200;

  // Lives until both sides are done with it.
  template <typename Request, typename Response>
  struct Call {
    Request request;
    Response response{};
    std::optional<absl::Status> status{};
  };

  template <typename Response, typename Request, typename Begin>
  absl::StatusOr<Response> Ask(const Request& request, absl::Duration patience, Begin begin) {
    runtime_.WaitUntil([this] { return IsBroken(); },
                       absl::Milliseconds(1 + Pick(random_, kMillisecondsMax - 1)));
    if (IsBroken()) return Broken();
    auto call = std::make_shared<Call<Request, Response>>(Call<Request, Response>{request});
    const int64_t number =
        begin(*call, [call](const absl::Status& status) { call->status = status; });
    runtime_.WaitUntil([&] { return call->status.has_value() || IsBroken(); }, patience);
    if (IsBroken() || !call->status.has_value()) {
      if (number != 0) calls_.Cancel(number);
      return IsBroken() ? Broken() : absl::DeadlineExceededError("no answer in time");
    }
    if (Pick(random_, kAnswersPerLoss - 1) == 0) {
      ++lost_count;
      return absl::UnavailableError("the answer was lost");
    }
    if (!call->status->ok()) return *call->status;
    return std::move(call->response);
  }

  bool IsBroken() const { return is_cut || is_cancelled_; }
  absl::Status Broken() const {
    return is_cancelled_ ? absl::CancelledError("the agent ends")
                         : absl::UnavailableError("cut off");
  }

  AgentCalls& calls_;
  VirtualRuntime& runtime_;
  const std::string identity_;
  std::mt19937_64 random_;
  bool is_cancelled_ = false;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_SIMULATION_DIRECT_LINK_H_
