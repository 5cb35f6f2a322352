#ifndef MESOLYS_TESTS_FAKES_LEDGER_SUMS_H_
#define MESOLYS_TESTS_FAKES_LEDGER_SUMS_H_

// What a ledger says of amounts, in texts that are kept beside the database of a release. In base
// units. Pure; any thread.

#include <string>

#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// Facts: what each grant was granted, here and in all, and what is booked by grant, site and kind,
// or by account without a grant. Sorted lines; what is 0 is left out.
std::string SumsTextOf(const Ledger& ledger);

// By the rule of the day: the state of each grant and what is left of it, what each project may
// still spend of each resource at each site, and what each site may spend unseen.
std::string LeftTextOf(const Ledger& ledger, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_LEDGER_SUMS_H_
