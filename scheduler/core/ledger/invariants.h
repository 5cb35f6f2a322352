#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_INVARIANTS_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_INVARIANTS_H_

// What must hold of a ledger after every command. Pure.

#include <string>
#include <vector>

#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// One sentence per broken rule; none is right. Per grant: no site wants more than it holds, and all
// together hold at most what is granted; nothing is negative; no refund exceeds what it refunds.
// Per site, resource and month: the promises of all grants are those that the ledger sums up, and
// at most the capacity (which a new catalogue may have cut). There are as many projects and
// requests as were counted.
std::vector<std::string> BrokenInvariants(const Ledger& ledger);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_INVARIANTS_H_
