#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_DESIRED_STATE_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_DESIRED_STATE_H_

// What a site shall hold: a function of the ledger alone, the same for the same generation. Pure.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/core/figures/shares.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

struct DesiredGrant {
  int64_t grant = 0;
  std::string resource;
  Amount ceiling;
  Period period;
  Amount bonus{};  // beyond the ceiling, at low priority
};

// What one login may use of the project, counted from `since`.
struct LoginCeiling {
  std::string login;
  std::string resource;
  Amount amount;
  absl::Time since;
};

struct DesiredProject {
  std::string project;
  std::string parent;
  std::vector<std::string> logins;
  std::vector<DesiredGrant> grants;
  std::vector<std::pair<std::string, std::string>> links;  // (cluster, account) of this site
  std::vector<LoginCeiling> login_ceilings{};              // by user, then resource
  // Its part of what those beside it are served.
  int64_t shares = kSharesOfHeaviest;
  bool eco = false;  // its jobs may run in the site's eco QOS
};

struct DesiredState {
  int64_t generation = 0;
  std::vector<DesiredProject> projects;      // by id
  ChargeRule charges{};                      // how the site charges
  std::vector<std::string> clusters{};       // of the site
  std::vector<UsageImport> imports{};        // that it has not done yet, by number
  int64_t cores_per_gpu = 0;                 // that come with a GPU
  std::vector<DismissalEntry> dismissals{};  // in the order of time
};

// The projects with a grant at the site that had not ended when the generation began, or of which a
// lower ceiling waits to be confirmed. Of the grants that had ended those are told too that
// overlapped one that had not, directly or through others: who paid for a second, and what was
// overpaid, rest on them. The chairs above a project are told without grants where they have none:
// their accounts carry the shares of those below.
DesiredState DesiredStateOf(const Ledger& ledger, const std::string& site);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_DESIRED_STATE_H_
