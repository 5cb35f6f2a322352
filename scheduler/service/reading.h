#ifndef MESOLYS_SCHEDULER_SERVICE_READING_H_
#define MESOLYS_SCHEDULER_SERVICE_READING_H_

// What one read sees: the durable fold, held still for as long as it lasts, who asks, and when. Any
// thread.

#include <string>

#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/service/site_sessions.h"

namespace mesolys {

struct Reading {
  const Ledger& ledger;
  const std::string& identity;
  const ProjectEntry* project = nullptr;  // that the call names; null where it names none
  const SiteSessions& sessions;
  absl::Time now;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_READING_H_
