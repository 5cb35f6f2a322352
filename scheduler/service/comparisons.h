#ifndef MESOLYS_SCHEDULER_SERVICE_COMPARISONS_H_
#define MESOLYS_SCHEDULER_SERVICE_COMPARISONS_H_

// The accounting of sites against the ledger: what somebody asked for, page by page as the agent
// tells it, and what was found. In memory, for a comparison changes nothing: after a restart of the
// scheduler it is asked for again. One at a time and site; the last ones are kept for a while. Any
// thread, but for Tell.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mesolys/v1/agent.pb.h"
#include "mesolys/v1/comparison.pb.h"
#include "proto/runtime/mutex.h"
#include "scheduler/core/figures/comparison.h"
#include "scheduler/engine/engine.h"
#include "scheduler/engine/listener.h"
#include "scheduler/service/page.h"

namespace mesolys {

class Comparisons {
 public:
  // So many differences are listed; those beyond are counted.
  static constexpr size_t kListedMax = 200'000;

  explicit Comparisons(const Engine& engine) : engine_(engine) {}

  // `changed` is called when one begins, until another one, or none, is set. It must be short.
  void OnChange(std::function<void()> changed);

  // Answers the one of that span that is under way, if there is one; ends one of another span.
  v1::UsageComparison Start(const std::string& site, const Period& period);

  // What the agent of the site shall tell; nothing when nobody waits.
  std::optional<v1::WantedComparison> WantedOf(const std::string& site) const;

  // A page of the site's, whose form is checked already. Reads the store: never call it from a gRPC
  // callback, nor from two threads.
  absl::StatusOr<v1::TellUsageResponse> Tell(const std::string& site,
                                             const v1::TellUsageRequest& page);

  // NOT_FOUND for one that is not known, or not any more.
  absl::StatusOr<v1::UsageComparison> Show(const std::string& site, int64_t number) const;
  absl::Status List(const std::string& site, int64_t number, bool unexplained, const Page& page,
                    v1::ListUsageDifferencesResponse& out) const;

 private:
  struct Sum {
    int64_t count = 0;
    Amount amount;
  };
  struct Total {
    ComparedAmounts amounts;
    std::map<DifferenceCause, Sum> causes;
  };
  struct Account {
    ComparedAmounts amounts;
    int64_t job_count = 0;
    int64_t new_job_count = 0;
  };
  struct Comparison {
    int64_t number = 0;
    std::string site;
    ComparedSpan span;
    v1::UsageComparison::State state = v1::UsageComparison::RUNNING;
    std::string problem;
    int64_t next_page = 0;
    std::optional<absl::Time> told_until;
    int64_t job_count = 0;
    int64_t new_job_count = 0;
    int64_t unreadable_count = 0;
    int64_t difference_count = 0;
    int64_t unexplained_count = 0;
    std::map<std::string, Total> totals;                                            // by resource
    std::map<std::tuple<std::string, std::string, std::string>, Account> accounts;  // and account
    std::vector<UsageDifference> differences;
    absl::flat_hash_set<JobKey> told;
  };
  using Kept = std::deque<std::shared_ptr<Comparison>>;

  // What Tell found out about one job, to be added under the lock.
  struct Finding {
    UsageRecord record;
    bool is_told = false;
    ComparedJob job;
  };

  static void Begin(Comparison& comparison);
  static void Add(Finding finding, Comparison& comparison);
  static void End(Comparison& comparison);
  static v1::UsageComparison View(const Comparison& comparison);
  std::shared_ptr<Comparison> Find(const std::string& site, int64_t number) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The page's jobs against the ledger; counts what is no record of the site.
  absl::StatusOr<std::vector<Finding>> Compare(const std::string& site, const ComparedSpan& span,
                                               const v1::TellUsageRequest& page,
                                               int64_t& unreadable_count) const;
  // The jobs of the ledger that the site did not tell of.
  absl::StatusOr<std::vector<Finding>> CompareRest(const std::string& site,
                                                   const ComparedSpan& span,
                                                   const absl::flat_hash_set<JobKey>& told) const;

  const Engine& engine_;
  Listener<> changed_;
  mutable Mutex mutex_;
  std::map<std::string, Kept> kept_ ABSL_GUARDED_BY(mutex_);  // by site, the newest last
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_COMPARISONS_H_
