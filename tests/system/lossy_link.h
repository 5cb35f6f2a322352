#ifndef MESOLYS_TESTS_SYSTEM_LOSSY_LINK_H_
#define MESOLYS_TESTS_SYSTEM_LOSSY_LINK_H_

// A link that loses every third answer to a report, after the scheduler has done what it was asked.
// One thread.

#include "agent/link/scheduler_link.h"

namespace mesolys::agent {

class LossyLink : public SchedulerLink {
 public:
  explicit LossyLink(SchedulerLink& link) : link_(link) {}

  absl::StatusOr<v1::ReportUsageResponse> ReportUsage(const v1::ReportUsageRequest& request,
                                                      absl::Duration patience) override {
    absl::StatusOr<v1::ReportUsageResponse> answer = link_.ReportUsage(request, patience);
    if (++call_count_ % 3 != 0 || !answer.ok()) return answer;
    ++lost_count;
    return absl::UnavailableError("the answer was lost");
  }
  absl::StatusOr<v1::SynchronizeResponse> Synchronize(const v1::SynchronizeRequest& request,
                                                      absl::Duration patience) override {
    return link_.Synchronize(request, patience);
  }
  absl::StatusOr<v1::TellUsageResponse> TellUsage(const v1::TellUsageRequest& request,
                                                  absl::Duration patience) override {
    return link_.TellUsage(request, patience);
  }
  void Cancel() override { link_.Cancel(); }

  int lost_count = 0;

 private:
  SchedulerLink& link_;
  int call_count_ = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_SYSTEM_LOSSY_LINK_H_
