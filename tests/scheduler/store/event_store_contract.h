#ifndef MESOLYS_TESTS_SCHEDULER_STORE_EVENT_STORE_CONTRACT_H_
#define MESOLYS_TESTS_SCHEDULER_STORE_EVENT_STORE_CONTRACT_H_

// The suite that every event store must pass. A store joins it with
//   INSTANTIATE_TEST_SUITE_P(Mine, EventStoreContract, testing::Values(StoreKind{...}),
//   NameOfKind);

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "scheduler/store/event_store.h"

namespace mesolys {

// Where the store of one test lives.
class StoreHome {
 public:
  virtual ~StoreHome() = default;

  virtual EventStore& store() = 0;

  // What the store has to survive between being written and being asked; a restart, say.
  virtual void Settle() {}
};

struct StoreKind {
  std::string name;
  std::function<std::unique_ptr<StoreHome>()> make;
};

inline void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

inline std::string NameOfKind(const testing::TestParamInfo<StoreKind>& kind) {
  return kind.param.name;
}

class EventStoreContract : public testing::TestWithParam<StoreKind> {
 protected:
  EventStore& store() { return home_->store(); }
  void Settle() { home_->Settle(); }

 private:
  const std::unique_ptr<StoreHome> home_ = GetParam().make();
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_STORE_EVENT_STORE_CONTRACT_H_
