#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_KNOWN_ACCOUNTS_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_KNOWN_ACCOUNTS_H_

// The accounts of clusters that the ledger has heard of: by jobs that were kept for no project or
// without a grant, by links, and by the projects, whose names are accounts, too. Pure.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// Whether a job of it was ever kept.
bool HasKeptJobs(const Ledger& ledger, absl::string_view cluster, absl::string_view account);

// Another account of the cluster that differs in capitals alone: Slurm keeps accounts in lower
// case, so one of the two will never have a job. Empty where there is none.
std::string SameButForCapitals(const Ledger& ledger, absl::string_view cluster,
                               absl::string_view account);

// For an account that nobody has heard of: those with jobs at the cluster that are written alike,
// the nearest first, three at most.
std::vector<std::string> WrittenAlike(const Ledger& ledger, absl::string_view cluster,
                                      absl::string_view account);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_KNOWN_ACCOUNTS_H_
