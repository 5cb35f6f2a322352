#ifndef MESOLYS_SCHEDULER_SERVE_H_
#define MESOLYS_SCHEDULER_SERVE_H_

// `mesolys-scheduler serve`: wires store, engine and services, and runs until it is told to stop.

#include "absl/status/status.h"
#include "scheduler/config/scheduler_config.h"

namespace mesolys {

// Returns after SIGINT or SIGTERM. Errors say what hinders the start.
absl::Status Serve(const SchedulerConfig& config);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVE_H_
