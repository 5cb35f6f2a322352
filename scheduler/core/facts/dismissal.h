#ifndef MESOLYS_SCHEDULER_CORE_FACTS_DISMISSAL_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_DISMISSAL_H_

// Rows of a site's accounting that nobody will settle. Pure values.

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "scheduler/core/facts/fields.h"

namespace mesolys {

// Those numbered `first` to `last` by the site's agent.
struct Dismissal {
  std::string site;
  int64_t first = 0;
  int64_t last = 0;
  std::string reason;

  FIELDS(Dismissal, site, first, last, reason);
};

struct DismissalEntry {
  Dismissal dismissal;
  absl::Time time;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_DISMISSAL_H_
