#ifndef MESOLYS_TESTS_FAKES_FAKE_ENFORCER_H_
#define MESOLYS_TESTS_FAKES_FAKE_ENFORCER_H_

// A site that holds what it is told, unless a test makes it stubborn. One thread.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/ports/enforcer.h"
#include "proto/values/names.h"

namespace mesolys::agent {

class FakeEnforcer : public StateEnforcer {
 public:
  SiteState held;
  // What it is for.
  std::set<ResourceKind> kinds = {ResourceKind::kCpu, ResourceKind::kGpu, ResourceKind::kSupport};
  // When not OK, what every ReadBack answers.
  absl::Status unreadable;
  // Actions on these subjects fail.
  std::set<std::string> refused;
  // Actions on these subjects are answered with OK and change nothing.
  std::set<std::string> ignored;
  // What is said of a job, by its id.
  std::map<int64_t, v1::JobSituation> jobs;
  // Everything that was taken.
  std::vector<Action> taken;

  bool IsFor(absl::string_view resource) const override { return kinds.contains(KindOf(resource)); }

  absl::StatusOr<SiteState> ReadBack() override {
    if (!unreadable.ok()) return unreadable;
    return held;
  }

  absl::StatusOr<v1::JobSituation> Inspect(const v1::WantedJob& wanted) override {
    const auto job = jobs.find(wanted.job_id());
    if (job == jobs.end()) return absl::NotFoundError("no such job");
    return job->second;
  }

  std::vector<absl::Status> Take(const std::vector<Action>& actions) override {
    std::vector<absl::Status> statuses;
    for (const Action& action : actions) {
      taken.push_back(action);
      if (refused.contains(action.subject)) {
        statuses.push_back(absl::InternalError("slurmdbd is down"));
        continue;
      }
      if (!ignored.contains(action.subject)) Apply(action, held);
      statuses.push_back(absl::OkStatus());
    }
    return statuses;
  }
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_FAKES_FAKE_ENFORCER_H_
