#ifndef MESOLYS_SCHEDULER_ENGINE_VERIFY_H_
#define MESOLYS_SCHEDULER_ENGINE_VERIFY_H_

// The auditor's check: the chain of the log is whole, and what its fold says is booked is what the
// job rows add up to, kind by kind. Reads only; beside a running scheduler too.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "scheduler/store/event_store.h"

namespace mesolys {

struct VerifyReport {
  int64_t revision = 0;
  std::string hash;  // of the newest row
  int64_t job_count = 0;
  int64_t booked_count = 0;  // totals that were compared
};

// DATA_LOSS names the first difference.
absl::StatusOr<VerifyReport> Verify(const EventStore& store);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_ENGINE_VERIFY_H_
