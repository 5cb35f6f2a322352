#include "scheduler/engine/upkeep.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/rules/upkeep.h"

namespace mesolys {
namespace {

void SubmitDue(Engine& engine) {
  const absl::Time now = engine.Now();
  int64_t revision = 0;
  std::vector<Command> due = engine.Read([&](const Ledger& ledger) {
    revision = ledger.revision();
    return DueUpkeep(ledger, now);
  });
  for (size_t i = 0; i < due.size(); ++i) {
    // Replicas that look at the same ledger do the same once. What changed meanwhile is refused.
    engine.Submit({kSchedulerIdentity, absl::StrCat("upkeep-", revision, "-", i), std::move(due[i]),
                   /*validate_only=*/false, [](const absl::StatusOr<Answer>&) {}});
  }
}

}  // namespace

std::unique_ptr<Loop> StartUpkeep(Engine& engine, Runtime& runtime, absl::Duration interval) {
  return runtime.Start(interval, [&engine, interval] {
    SubmitDue(engine);
    return interval;
  });
}

}  // namespace mesolys
