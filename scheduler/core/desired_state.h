#ifndef MESOLYS_SCHEDULER_CORE_DESIRED_STATE_H_
#define MESOLYS_SCHEDULER_CORE_DESIRED_STATE_H_

// What a site shall hold: a function of the ledger alone, the same for the same generation. Pure.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/core/ledger.h"

namespace mesolys {

struct DesiredGrant {
  int64_t grant = 0;
  std::string resource;
  Amount ceiling;
  Period period;
  Amount bonus{};  // beyond the ceiling, at low priority
};

struct DesiredProject {
  std::string project;
  std::string parent;
  std::vector<std::string> logins;
  std::vector<DesiredGrant> grants;
  std::vector<std::pair<std::string, std::string>> links;  // (cluster, account) of this site
};

struct DesiredState {
  int64_t generation = 0;
  std::vector<DesiredProject> projects;  // by id
};

// The projects with a grant at the site that had not ended when the generation began.
DesiredState DesiredStateOf(const Ledger& ledger, const std::string& site);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_DESIRED_STATE_H_
