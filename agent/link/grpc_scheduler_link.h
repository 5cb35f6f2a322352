#ifndef MESOLYS_AGENT_LINK_GRPC_SCHEDULER_LINK_H_
#define MESOLYS_AGENT_LINK_GRPC_SCHEDULER_LINK_H_

// SchedulerLink over a channel (not an in-process one: that has no state of connection). Where
// there is no connection a call waits for one first, up to 11 s and no longer than its patience.
// Any thread.

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/link/scheduler_link.h"
#include "grpcpp/channel.h"

namespace mesolys::agent {

class GrpcSchedulerLink : public SchedulerLink {
 public:
  explicit GrpcSchedulerLink(std::shared_ptr<grpc::Channel> channel);
  ~GrpcSchedulerLink() override;

  // UNAVAILABLE when there is no connection after `patience`. Sends nothing.
  absl::Status Connect(absl::Duration patience);

  absl::StatusOr<v1::ReportUsageResponse> ReportUsage(const v1::ReportUsageRequest& request,
                                                      absl::Duration patience) override;
  absl::StatusOr<v1::SynchronizeResponse> Synchronize(const v1::SynchronizeRequest& request,
                                                      absl::Duration patience) override;
  absl::StatusOr<v1::TellUsageResponse> TellUsage(const v1::TellUsageRequest& request,
                                                  absl::Duration patience) override;
  void Cancel() override;

 private:
  class Calls;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Calls> calls_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LINK_GRPC_SCHEDULER_LINK_H_
