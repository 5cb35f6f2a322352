#ifndef MESOLYS_TESTS_SCHEDULER_CORE_MESOCENTRE_H_
#define MESOLYS_TESTS_SCHEDULER_CORE_MESOCENTRE_H_

// A ledger with its job rows and its time, moved by commands as the engine moves them, but without
// threads or a store. Starts with the test catalogue adopted. Not thread-safe.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/core/rules/policy.h"
#include "tests/fakes/test_catalogue.h"

namespace mesolys {

// What one command caused.
struct Recorded {
  std::vector<Event> events;
  absl::Time time;
  int64_t revision = 0;
};

class Mesocentre {
 public:
  explicit Mesocentre(Catalogue catalogue = TestCatalogue(), absl::Time now = TestTime());

  const Ledger& ledger() const { return ledger_; }
  const JobRows& rows() const { return rows_; }
  const std::vector<Recorded>& log() const { return log_; }
  absl::Time now() const { return now_; }
  // Never before an event.
  void SetNow(absl::Time now) { now_ = now; }

  // Decides, and applies what is recorded.
  absl::StatusOr<Verdict> Do(const Command& command, const std::string& actor = kOlga);
  // The same, of a command that must not be refused: ends the process with its text.
  Verdict Must(const Command& command, const std::string& actor = kOlga);

  void Create(const Project& project) { Must(CreateProject{project}); }
  // Of the last request decided.
  RequestOutcome Ask(const std::string& project, std::vector<RequestLine> lines,
                     const Period& period, const std::string& actor = kOlga);
  // The only grant that the last request was given.
  const GrantEntry& LastGrant() const { return ledger_.grants().back(); }
  // Reports of the site that each record's cluster belongs to.
  UsageReported Report(const std::vector<UsageRecord>& records);

  // Issues a grant made by hand, with a request of its own, at now().
  void Issue(Grant grant);

  // Charges the next page of the first unsettled account anew.
  void ResettleOnePage(size_t page_size);
  // Until no account is unsettled.
  void Resettle(size_t page_size = 3);

 private:
  Ledger ledger_;
  JobRows rows_;
  absl::Time now_;
  std::vector<Recorded> log_;
};

// A grant made by hand, for histories that dynamic access would not allow: it carries no
// placements.
Grant GrantByHand(const Ledger& ledger, const std::string& project, const std::string& resource,
                  const Period& period, std::map<std::string, Amount> ceilings);

// A finished job of 10 cores that ran from `start` for `duration`.
UsageRecord FinishedJob(int64_t job_id, const std::string& cluster, const std::string& account,
                        absl::Time start, absl::Duration duration);
// The same, seen while it ran, `duration` after its start.
UsageRecord RunningJob(int64_t job_id, const std::string& cluster, const std::string& account,
                       absl::Time start, absl::Duration duration, absl::Duration time_limit);

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_CORE_MESOCENTRE_H_
