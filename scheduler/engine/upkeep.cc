#include "scheduler/engine/upkeep.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/rules/upkeep.h"

namespace mesolys {

Upkeep::Upkeep(Engine& engine, std::chrono::milliseconds interval)
    : engine_(engine), interval_(interval), thread_(&Upkeep::Run, this) {}

Upkeep::~Upkeep() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  stirred_.notify_all();
  thread_.join();
}

void Upkeep::Run() {
  for (;;) {
    {
      MutexLock lock(mutex_);
      if (!stopping_) stirred_.wait_for(mutex_, interval_);
      if (stopping_) return;
    }
    const absl::Time now = engine_.Now();
    int64_t revision = 0;
    std::vector<Command> due = engine_.Read([&](const Ledger& ledger) {
      revision = ledger.revision();
      return DueUpkeep(ledger, now);
    });
    for (size_t i = 0; i < due.size(); ++i) {
      // Replicas that look at the same ledger do the same once. What changed meanwhile is refused.
      engine_.Submit({kSchedulerIdentity, absl::StrCat("upkeep-", revision, "-", i),
                      std::move(due[i]), /*validate_only=*/false,
                      [](const absl::StatusOr<Answer>&) {}});
    }
  }
}

}  // namespace mesolys
