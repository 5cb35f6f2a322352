#ifndef MESOLYS_SCHEDULER_SERVICE_EVENT_LISTING_H_
#define MESOLYS_SCHEDULER_SERVICE_EVENT_LISTING_H_

// The log for auditors, read from the store: never on a gRPC thread. The caller is authorized
// already.

#include "absl/status/status.h"
#include "mesolys/v1/office.pb.h"
#include "scheduler/engine/engine.h"
#include "scheduler/service/page.h"

namespace mesolys {

absl::Status ListEvents(const Engine& engine, const Page& page, v1::ListEventsResponse& out);

// Folds the log up to the row, so it takes about a second per million rows. NOT_FOUND for a
// revision that there is not.
absl::Status FindEvent(const Engine& engine, int64_t revision, v1::AuditEvent& out);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_EVENT_LISTING_H_
