#include "tests/fakes/simulated_site.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/runtime/convert.h"

namespace mesolys::agent {
namespace {

constexpr int kTriesPerStep = 2;
constexpr int64_t kLimitHoursMax = 40;

int64_t CountOf(const UsageRecord& record, const std::string& resource) {
  if (resource == "cpu") return record.core_count;
  const auto it = record.gpu_counts.find("a100");
  return it == record.gpu_counts.end() ? 0 : it->second;
}

// The seconds that a job has run at `now`, and those that it may still run.
int64_t Elapsed(const UsageRecord& record, absl::Time now) {
  return absl::ToInt64Seconds(std::min(now, record.end_time) - record.start_time);
}
int64_t Ahead(const UsageRecord& record, absl::Time now) {
  return now >= record.end_time ? 0 : record.time_limit_seconds - Elapsed(record, now);
}

// What is known of a job before or after its end.
UsageRecord SeenAt(UsageRecord record, absl::Time now) {
  if (now < record.end_time) {
    record.state = JobState::kRunning;
    record.end_time = now;
  }
  record.observe_time = now;
  return record;
}

template <typename Seconds>
void AddTo(SimulatedSite::Amounts& sums, const UsageRecord& record, Seconds seconds) {
  for (const char* resource : {"cpu", "gpu-a100"}) {
    sums[{record.account, resource}] += CountOf(record, resource) * seconds;
  }
}

}  // namespace

void SimulatedSite::Advance(absl::Time now) {
  for (Job& job : jobs_) {
    if (job.ended || now <= job.record.start_time) continue;
    job.ended = now >= job.record.end_time;
    Tell(SeenAt(job.record, now));
  }
  for (int i = 0; i < kTriesPerStep && !closed_; ++i) {
    if (Maybe(50)) StartOne(now);
  }
}

void SimulatedSite::StartOne(absl::Time now) {
  if (state_.accounts.empty()) return;
  auto account = state_.accounts.begin();
  std::advance(account, Between(0, static_cast<int64_t>(state_.accounts.size()) - 1));
  UsageRecord record;
  record.key = {name_, job_count() + 1, now};
  record.account = account->first;
  record.user = "ada";
  record.partition = "all";
  record.qos = "normal";
  record.state = JobState::kCompleted;
  record.start_time = now;
  record.time_limit_seconds = Between(1, kLimitHoursMax) * 3600;
  record.end_time = now + absl::Seconds(Between(60, record.time_limit_seconds));
  record.core_count = Between(1, 64);
  if (Maybe(40)) record.gpu_counts["a100"] = Between(1, 4);
  record.memory_bytes = int64_t{1} << 30;
  record.node_count = 1;
  const Amounts ceilings = Ceilings(now);
  const Amounts spent = Spent(now);
  const Amounts committed = Committed(now);
  for (const char* resource : {"cpu", "gpu-a100"}) {
    const std::pair<std::string, std::string> pool(record.account, resource);
    const auto in = [&](const Amounts& sums) {
      const auto it = sums.find(pool);
      return it == sums.end() ? 0 : it->second;
    };
    const int64_t wanted = CountOf(record, resource) * record.time_limit_seconds;
    if (wanted > 0 && in(spent) + in(committed) + wanted > in(ceilings)) return;
  }
  Tell(SeenAt(record, now));
  jobs_.push_back({std::move(record)});
}

std::vector<v1::UsageRecord> SimulatedSite::Accounting(absl::Time now) const {
  std::vector<v1::UsageRecord> records;
  records.reserve(jobs_.size());
  for (const Job& job : jobs_) records.push_back(ToProto(SeenAt(job.record, now)));
  return records;
}

SimulatedSite::Amounts SimulatedSite::Ceilings(absl::Time now) const {
  Amounts sums;
  for (const auto& [project, account] : state_.accounts) {
    for (const auto& [name, grant] : account.grants) {
      if (grant.period.start <= now && now < grant.period.end) {
        sums[{project, grant.resource}] += grant.ceiling.count();
      }
    }
  }
  return sums;
}

SimulatedSite::Amounts SimulatedSite::Spent(absl::Time now) const {
  Amounts sums;
  for (const Job& job : jobs_) AddTo(sums, job.record, Elapsed(job.record, now));
  return sums;
}

SimulatedSite::Amounts SimulatedSite::Committed(absl::Time now) const {
  Amounts sums;
  for (const Job& job : jobs_) AddTo(sums, job.record, Ahead(job.record, now));
  return sums;
}

int64_t SimulatedSite::running_count() const {
  return std::count_if(jobs_.begin(), jobs_.end(), [](const Job& job) { return !job.ended; });
}

void SimulatedSite::Tell(const UsageRecord& record) { told_.push_back(record); }

absl::StatusOr<Collected> SimulatedSite::Collect(const std::string& cursor, int64_t records_max,
                                                 absl::Time) {
  size_t next = 0;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &next)) std::abort();
  Collected collected;
  for (; next < told_.size() && records_max > 0; ++next, --records_max) {
    collected.records.push_back(ToProto(told_[next]));
  }
  collected.cursor = absl::StrCat(next);
  collected.has_more = next < told_.size();
  return collected;
}

std::vector<absl::Status> SimulatedSite::Take(const std::vector<Action>& actions) {
  for (const Action& action : actions) Apply(action, state_);
  return std::vector<absl::Status>(actions.size());
}

}  // namespace mesolys::agent
