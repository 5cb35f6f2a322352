#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_CENSUS_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_CENSUS_H_

// How many there are of what a ledger holds, counted as it comes and goes: nobody has to look at
// all of them for that.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "scheduler/core/facts/request.h"

namespace mesolys {

struct Census {
  std::map<std::string, int64_t> projects;  // by programme; archived ones left out
  std::map<std::pair<std::string, RequestState>, int64_t> requests;  // by (programme, state)
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_CENSUS_H_
