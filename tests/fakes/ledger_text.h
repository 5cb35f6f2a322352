#ifndef MESOLYS_TESTS_FAKES_LEDGER_TEXT_H_
#define MESOLYS_TESTS_FAKES_LEDGER_TEXT_H_

// Everything that a ledger answers, in one text, so that a failing comparison of two ledgers shows
// the line that differs. The catalogue is there by its digest and its sites. Pure; any thread.

#include <string>

#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

std::string TextOf(const Ledger& ledger);

// The part that usage moves: totals of grants, uncovered and unassigned use. Totals of 0 are left
// out, for what was booked and taken back is as if it had never been.
std::string UseTextOf(const Ledger& ledger);

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_LEDGER_TEXT_H_
