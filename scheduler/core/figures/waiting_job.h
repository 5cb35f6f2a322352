#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_WAITING_JOB_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_WAITING_JOB_H_

// Why a job waits: from its project over the grants, the account, the QOS and the member's own
// ceiling to what Slurm itself says. The first that holds it is the answer. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// A limit of Slurm that the job has to fit into.
struct JobLimit {
  std::string login;  // whose; empty for the whole account
  std::string tres;
  int64_t asked_count = 0;    // of the TRES
  int64_t limit_minutes = 0;  // in all
  int64_t used_minutes = 0;
  int64_t kept_minutes = 0;  // for those that run, until their time limits

  int64_t LeftMinutes() const;
};

// How a job stands at its site, as its agent read it.
struct JobSituation {
  std::string cluster;
  std::string state;
  std::string reason;
  std::string account;
  std::string user;                // the Unix login
  std::vector<std::string> asked;  // resources, as grants are of
  int64_t time_limit_seconds = 0;  // 0: none
  std::vector<JobLimit> limits;    // in the order in which Slurm looks
  bool account_is_closed = false;
  bool user_is_closed = false;
  bool takes_whole_nodes = false;  // all their cores count, however few it asks
};

// Numbered as JobExplanation.Cause of the contract.
enum class WaitingCause {
  kNotWaiting = 1,
  kNoProject = 2,
  kNotAMember = 3,
  kNoGrant = 4,
  kUsedUp = 5,
  kNotInForce = 6,
  kTooLong = 7,
  kMemberCeiling = 8,
  kQosLimit = 9,
  kReservation = 10,
  kDependency = 11,
  kPriority = 12,
  kHeld = 13,
  kImpossible = 14,
  kOther = 15,
  kWholeNodes = 16,
};

struct WaitingExplanation {
  WaitingCause cause = WaitingCause::kOther;
  std::string project;  // empty when the account belongs to none
  // Of what, when it is about one resource.
  std::string resource;
  // With which it would fit now; 0 when none would.
  int64_t fitting_time_limit_seconds = 0;

  friend bool operator==(const WaitingExplanation&, const WaitingExplanation&) = default;
};

// `gives_bonus` of the site: what is used up may be spent on, at low priority.
WaitingExplanation WhyWaiting(const Ledger& ledger, const JobSituation& job, bool gives_bonus,
                              absl::Time now);

// The resource that a TRES of a site is: "gpu-a100" for "gres/gpu:a100", unless the site's types
// have other names, and the site's model for "gres/gpu" and for shared parts of no model. Empty for
// one that grants are not made of.
std::string ResourceOf(const std::string& tres, const ChargeRule& rule);

// How the site charges; of one that the catalogue does not know, as nobody does.
ChargeRule ChargesAt(const Ledger& ledger, const std::string& site);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_WAITING_JOB_H_
