#ifndef MESOLYS_AGENT_LOOP_RUNNING_JOBS_H_
#define MESOLYS_AGENT_LOOP_RUNNING_JOBS_H_

// Jobs that were told as running, followed until they end. One that no later collection shows is
// asked for by its id, however old. One that accounting has running, or has not at all, and that
// its controller lacks is a runaway: it is told once more, as it was when the controller had it
// last, or at its time limit if nobody saw it there; and again when its end is known, weeks later
// too. One thread, that of the reports.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/loop/collection_log.h"
#include "agent/ports/job_reader.h"
#include "agent/state/spool.h"
#include "proto/runtime/clock.h"

namespace mesolys::agent {

class RunningJobs {
 public:
  // `reader` is null at a site whose jobs nobody can be asked about.
  RunningJobs(Spool& spool, JobReader* reader, const Clock& clock,
              const CollectionLog& collections);

  // What was collected, before it is kept: a runaway that was told as running becomes what it was,
  // or is left out where that is known already. Errors are those of the spool.
  absl::Status Judge(std::vector<v1::UsageRecord>& records);

  // Asks for those that were not shown lately, some at a time; how many records it kept. Errors are
  // those of the spool and of the reader.
  absl::StatusOr<int64_t> Tick();

 private:
  // What a controller said.
  struct Word {
    absl::Time time;
    std::optional<HeldJobs> held;  // nothing when it cannot be asked
  };
  enum class Verdict { kRuns, kIsKnown, kRanAway };

  const Word& WordOf(const std::string& cluster);
  // `record` runs by accounting, and becomes what is to be told.
  absl::StatusOr<Verdict> JudgeOne(UsageRecord& record);
  // Whether none of the controllers' words of today are about it: it is too young, or was there a
  // moment ago.
  bool IsNew(absl::Time seen, const Word& word) const;
  // Those that were not shown lately, by cluster, from the one after `after_` on.
  absl::StatusOr<std::map<std::string, std::vector<JobKey>>> Unseen(absl::Time before);
  absl::Status Ask(const std::string& cluster, const std::vector<JobKey>& jobs, int64_t& kept);
  absl::StatusOr<std::optional<v1::UsageRecord>> Vanished(const JobKey& job);

  Spool& spool_;
  JobReader* const reader_;
  const Clock& clock_;
  const CollectionLog& collections_;
  std::map<std::string, Word> words_;  // by cluster
  absl::Time asked_time_ = absl::InfinitePast();
  std::optional<JobKey> after_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_RUNNING_JOBS_H_
