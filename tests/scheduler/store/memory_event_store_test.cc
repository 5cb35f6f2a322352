#include "scheduler/store/memory_event_store.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/scheduler/store/event_store_contract.h"

namespace mesolys {
namespace {

class MemoryHome : public StoreHome {
 public:
  EventStore& store() override { return store_; }

 private:
  MemoryEventStore store_;
};

INSTANTIATE_TEST_SUITE_P(Memory, EventStoreContract,
                         testing::Values(StoreKind{"Memory",
                                                   [] { return std::make_unique<MemoryHome>(); }}),
                         NameOfKind);

}  // namespace
}  // namespace mesolys
