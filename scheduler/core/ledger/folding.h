#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_FOLDING_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_FOLDING_H_

// How an event reaches the books of the ledger. Pure.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace mesolys {

class Ledger;

// What an event in one book means to others: told to the books when each has seen the event.
struct Marks {
  std::vector<std::string> touched;       // sites whose desired state it changes
  std::vector<std::string> corrected;     // sites of which it changes what was used
  std::vector<std::string> charged_anew;  // projects whose jobs somebody else may pay for now
};

// The event that the books are told of, and who tells them.
struct Folding {
  // In the midst of it: the books before the one that asks have seen the event, those behind it
  // have not.
  const Ledger& ledger;
  absl::Time time;       // of the command that caused it
  int64_t revision = 0;  // its row in the log
  Marks& marks;
};

// An event that contradicts the ledger is a bug: better no service than a wrong ledger.
inline void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_FOLDING_H_
