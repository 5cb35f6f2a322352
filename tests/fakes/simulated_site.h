#ifndef MESOLYS_TESTS_FAKES_SIMULATED_SITE_H_
#define MESOLYS_TESTS_FAKES_SIMULATED_SITE_H_

// A site in virtual time behind the two ports of its agent: jobs of all projects start whenever the
// ceilings in force leave room for their whole time limit, and run whoever is cut off from whom. It
// keeps its own books, by addition alone. One thread.

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "agent/ports/collector.h"
#include "agent/ports/enforcer.h"
#include "proto/values/names.h"
#include "proto/values/usage_record.h"

namespace mesolys::agent {

class SimulatedSite : public Collector, public StateEnforcer {
 public:
  // Its cluster is named as the site is.
  SimulatedSite(std::string name, uint32_t seed) : name_(std::move(name)), random_(seed) {}

  const std::string& id() const { return name_; }

  // Moves the site on to `now`: jobs end, and new ones start.
  void Advance(absl::Time now);
  // No job starts any more.
  void Close() { closed_ = true; }

  // What jobs took up to `now`, and what those that run may still take, by (project, resource).
  using Amounts = std::map<std::pair<std::string, std::string>, int64_t>;
  Amounts Spent(absl::Time now) const;
  Amounts Committed(absl::Time now) const;

  // What its accounting says of all jobs.
  std::vector<v1::UsageRecord> Accounting(absl::Time now) const;

  int64_t job_count() const { return static_cast<int64_t>(jobs_.size()); }
  int64_t running_count() const;
  // The ceilings in force, by (project, resource).
  Amounts Ceilings(absl::Time now) const;

  absl::StatusOr<Collected> Collect(const std::string& cursor, int64_t records_max,
                                    absl::Time now) override;
  void TellRunning() override {}  // it always does
  bool IsFor(absl::string_view resource) const override { return !IsStock(resource); }
  absl::StatusOr<SiteState> ReadBack() override { return state_; }
  std::vector<absl::Status> Take(const std::vector<Action>& actions) override;

 private:
  struct Job {
    UsageRecord record;  // as it will be at its end
    bool ended = false;  // and told
  };

  bool Maybe(int percent) { return Between(1, 100) <= percent; }
  int64_t Between(int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random_);
  }
  void StartOne(absl::Time now);
  void Tell(const UsageRecord& record);

  const std::string name_;
  std::mt19937 random_;
  bool closed_ = false;
  SiteState state_;
  std::vector<Job> jobs_;
  std::vector<UsageRecord> told_;  // what a collector finds, in order
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_FAKES_SIMULATED_SITE_H_
