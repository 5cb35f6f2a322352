#ifndef MESOLYS_TESTS_FAKES_FAKE_SCHEDULER_LINK_H_
#define MESOLYS_TESTS_FAKES_FAKE_SCHEDULER_LINK_H_

// A scheduler as an agent sees it: it settles records by job, remembers the requests that it
// answered, wants a desired state; and it can be away, lose answers and reject records. One thread.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "agent/link/scheduler_link.h"

namespace mesolys::agent {

class FakeSchedulerLink : public SchedulerLink {
 public:
  using JobKey = std::tuple<std::string, int64_t, int64_t>;  // cluster, job id, submit time

  // The next calls fail with these, in order, and do nothing.
  std::deque<absl::Status> failures;
  // So many of the next reports are settled, and their answers lost.
  int lost_answer_count = 0;
  // Every call fails.
  bool is_away = false;
  // A reason to reject a record; empty to settle it.
  std::function<std::string(const v1::UsageRecord&)> reject;
  // What Synchronize answers.
  v1::DesiredState desired_state;
  v1::LedgerHead head;
  v1::WantedComparison comparison;
  std::vector<v1::WantedJob> asked_jobs;
  bool restarts_next_page = false;  // the next page told is answered by "from the beginning"

  // What it was told.
  std::map<JobKey, v1::UsageRecord> jobs;  // the newest record of each
  int64_t settled_count = 0;               // records settled, also again
  std::vector<v1::ReportUsageRequest> reports;
  std::vector<v1::SynchronizeRequest> questions;
  std::vector<v1::TellUsageRequest> told;
  std::vector<absl::Duration> patiences;  // of the questions
  bool is_cancelled = false;

  absl::StatusOr<v1::ReportUsageResponse> ReportUsage(const v1::ReportUsageRequest& request,
                                                      absl::Duration) override {
    reports.push_back(request);
    if (absl::Status status = NextFailure(); !status.ok()) return status;
    const std::string body = request.SerializeAsString();
    const auto [known, is_first] = bodies_.emplace(request.request_id(), body);
    if (!is_first && known->second != body) {
      return absl::AlreadyExistsError("the same request id with other records");
    }
    v1::ReportUsageResponse response = Settle(request);
    if (lost_answer_count > 0) {
      --lost_answer_count;
      return absl::UnavailableError("the connection broke");
    }
    return response;
  }

  absl::StatusOr<v1::SynchronizeResponse> Synchronize(const v1::SynchronizeRequest& request,
                                                      absl::Duration patience) override {
    questions.push_back(request);
    patiences.push_back(patience);
    if (absl::Status status = NextFailure(); !status.ok()) return status;
    v1::SynchronizeResponse response;
    *response.mutable_desired_state() = desired_state;
    *response.mutable_head() = head;
    if (comparison.number() != 0) *response.mutable_comparison() = comparison;
    response.mutable_jobs()->Assign(asked_jobs.begin(), asked_jobs.end());
    return response;
  }

  absl::StatusOr<v1::TellUsageResponse> TellUsage(const v1::TellUsageRequest& request,
                                                  absl::Duration) override {
    told.push_back(request);
    if (absl::Status status = NextFailure(); !status.ok()) return status;
    v1::TellUsageResponse response;
    response.set_is_over(request.is_last() || !request.problem().empty() ||
                         request.comparison() != comparison.number());
    response.set_next_page(restarts_next_page ? 0 : request.page() + 1);
    restarts_next_page = false;
    return response;
  }

  void Cancel() override { is_cancelled = true; }

 private:
  absl::Status NextFailure() {
    if (is_cancelled) return absl::CancelledError("cancelled");
    if (is_away) return absl::UnavailableError("connection refused");
    if (failures.empty()) return absl::OkStatus();
    absl::Status failure = failures.front();
    failures.pop_front();
    return failure;
  }

  v1::ReportUsageResponse Settle(const v1::ReportUsageRequest& request) {
    v1::ReportUsageResponse response;
    for (int index = 0; index < request.records_size(); ++index) {
      const v1::UsageRecord& record = request.records(index);
      const std::string reason = reject ? reject(record) : "";
      if (!reason.empty()) {
        v1::RejectedRecord& rejected = *response.add_rejected();
        rejected.set_index(index);
        rejected.mutable_refusal()->set_reason(reason);
        rejected.mutable_refusal()->set_message("not this one");
        continue;
      }
      ++settled_count;
      v1::UsageRecord& held =
          jobs[{record.cluster(), record.job_id(), record.submit_time().seconds()}];
      if (held.observe_time().seconds() >= record.observe_time().seconds()) continue;
      held = record;
      response.set_changed_count(response.changed_count() + 1);
    }
    return response;
  }

  std::map<std::string, std::string> bodies_;  // by request id
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_FAKES_FAKE_SCHEDULER_LINK_H_
