#ifndef MESOLYS_AGENT_LINK_SCHEDULER_LINK_H_
#define MESOLYS_AGENT_LINK_SCHEDULER_LINK_H_

// The way to the scheduler: the calls of AgentService. Errors are those of the scheduler
// (refusals as RefusalOf reads them) and of the network: UNAVAILABLE, DEADLINE_EXCEEDED after
// `patience`, CANCELLED after Cancel. Any thread.

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mesolys/v1/agent.pb.h"

namespace mesolys::agent {

class SchedulerLink {
 public:
  virtual ~SchedulerLink() = default;

  virtual absl::StatusOr<v1::ReportUsageResponse> ReportUsage(const v1::ReportUsageRequest& request,
                                                              absl::Duration patience) = 0;
  virtual absl::StatusOr<v1::SynchronizeResponse> Synchronize(const v1::SynchronizeRequest& request,
                                                              absl::Duration patience) = 0;
  virtual absl::StatusOr<v1::TellUsageResponse> TellUsage(const v1::TellUsageRequest& request,
                                                          absl::Duration patience) = 0;
  // Ends the calls in flight, at once, and refuses all later ones.
  virtual void Cancel() = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LINK_SCHEDULER_LINK_H_
