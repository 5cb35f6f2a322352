#ifndef MESOLYS_SCHEDULER_ENGINE_UPKEEP_H_
#define MESOLYS_SCHEDULER_ENGINE_UPKEEP_H_

// Gives the engine, from time to time, the commands that the ledger is due by itself.

#include <memory>

#include "absl/time/time.h"
#include "proto/runtime/runtime.h"
#include "scheduler/engine/engine.h"

namespace mesolys {

// First after one interval. The engine outlives it.
std::unique_ptr<Loop> StartUpkeep(Engine& engine, Runtime& runtime, absl::Duration interval);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_ENGINE_UPKEEP_H_
