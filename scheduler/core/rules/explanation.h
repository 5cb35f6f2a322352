#ifndef MESOLYS_SCHEDULER_CORE_RULES_EXPLANATION_H_
#define MESOLYS_SCHEDULER_CORE_RULES_EXPLANATION_H_

// Why something stands as it does, in sentences with their numbers, the most important one first.
// Pure.

#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

std::vector<std::string> ExplainRequest(const Ledger& ledger, const RequestEntry& entry);
// `bonus_sites` let jobs spend a bonus.
std::vector<std::string> ExplainGrant(const Ledger& ledger, const GrantEntry& entry,
                                      const std::set<std::string>& bonus_sites, absl::Time now);
std::vector<std::string> ExplainProject(const Ledger& ledger, const ProjectEntry& entry,
                                        const std::set<std::string>& bonus_sites, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_EXPLANATION_H_
