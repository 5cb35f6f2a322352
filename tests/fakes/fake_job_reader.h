#ifndef MESOLYS_TESTS_FAKES_FAKE_JOB_READER_H_
#define MESOLYS_TESTS_FAKES_FAKE_JOB_READER_H_

// A site that can be asked about single jobs, made by a test: what its accounting has, and what the
// controller of its cluster c1. One thread.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "agent/ports/job_reader.h"
#include "proto/runtime/convert.h"

namespace mesolys::agent {

class FakeJobReader : public JobReader {
 public:
  // What accounting has; told as it is.
  std::vector<UsageRecord> records;
  // When not OK, what every Find answers.
  absl::Status failure;
  // Nothing when the controller cannot be asked.
  std::optional<HeldJobs> held = HeldJobs();
  absl::Duration interval = absl::Minutes(5);

  // What it was asked.
  std::vector<std::vector<JobKey>> asked;
  int held_count = 0;

  void Hold(const JobKey& job) { held->submit_times[job.job_id] = job.submit_time; }
  void Lose(const JobKey& job) { held->submit_times.erase(job.job_id); }

  bool IsFor(const std::string& cluster) const override { return cluster == "c1"; }

  absl::StatusOr<std::vector<v1::UsageRecord>> Find(const std::string&,
                                                    const std::vector<JobKey>& jobs,
                                                    absl::Time) override {
    asked.push_back(jobs);
    if (!failure.ok()) return failure;
    std::vector<v1::UsageRecord> found;
    for (const UsageRecord& record : records) {
      const bool is_asked = std::any_of(jobs.begin(), jobs.end(), [&](const JobKey& job) {
        return job.job_id == record.key.job_id;
      });
      if (is_asked) found.push_back(ToProto(record));
    }
    return found;
  }

  absl::StatusOr<HeldJobs> Held(const std::string&) override {
    ++held_count;
    if (!held.has_value()) return absl::UnavailableError("no controller");
    return *held;
  }

  absl::Duration told_interval() const override { return interval; }
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_FAKES_FAKE_JOB_READER_H_
