#ifndef MESOLYS_TESTS_DATA_CHRONICLE_H_
#define MESOLYS_TESTS_DATA_CHRONICLE_H_

// An engine on a store, driven one command after the other, so that the same history gives the same
// log. What does not go as the history says ends the process with its text. One thread.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/runtime/thread_runtime.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/engine/engine.h"
#include "scheduler/store/event_store.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/test_catalogue.h"

namespace mesolys {

class Chronicle {
 public:
  Chronicle(EventStore& store, absl::Time begin);

  absl::Time now() const { return clock_.Now(); }
  // Time does not go back.
  void At(absl::Time time);

  // What must be accepted, and recorded; what it caused.
  std::vector<Event> Do(Command command, const std::string& actor = kOlga);
  // What must be refused for that reason.
  void Refused(Reason reason, Command command, const std::string& actor = kOlga);
  // The grants that a request was given, by resource.
  std::map<std::string, int64_t> Ask(Request request, const std::string& actor = kOlga);
  // What the scheduler does by itself.
  void Upkeep();
  // The site reads back every ceiling that it is waited for.
  void Confirm(const std::string& site);
  void ConfirmEverywhere();

  Ledger ledger() const;
  LogHead head() const { return engine_->head(); }
  // How often each command was recorded, by its number; those of the engine itself are not there.
  const std::map<size_t, int64_t>& recorded() const { return recorded_; }

 private:
  absl::StatusOr<Answer> Submit(Command command, const std::string& actor, bool validate_only);
  // Until no account is to be charged anew.
  void Settle();

  ManualClock clock_;
  ThreadRuntime runtime_;
  std::unique_ptr<Engine> engine_;
  int64_t submitted_ = 0;
  std::map<size_t, int64_t> recorded_;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_DATA_CHRONICLE_H_
