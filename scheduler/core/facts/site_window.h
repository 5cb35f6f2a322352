#ifndef MESOLYS_SCHEDULER_CORE_FACTS_SITE_WINDOW_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_SITE_WINDOW_H_

// A span in which a site does not work as it should. Pure value.

#include <cstdint>
#include <string>

#include "proto/values/period.h"
#include "scheduler/core/facts/fields.h"

namespace mesolys {

struct SiteWindow {
  // Stored as numbers: never renumber.
  enum class Kind {
    kNone = 0,
    kIncident = 1,     // unforeseen: what jobs lost is refunded
    kMaintenance = 2,  // planned: no capacity is promised within it
  };

  int64_t number = 0;  // over the whole ledger, from 1
  Kind kind = Kind::kNone;
  std::string site;
  Period period;
  std::string title;

  FIELDS(SiteWindow, number, kind, site, period, title);
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_SITE_WINDOW_H_
