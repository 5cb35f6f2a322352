#ifndef MESOLYS_TESTS_SIMULATION_MESOCENTRE_H_
#define MESOLYS_TESTS_SIMULATION_MESOCENTRE_H_

// A scheduler and the agents of three sites in virtual time, as the programs wire them, but for
// what is outside: no network, no disk behind the ledger, sites that are simulated. Everything in
// it is that of a seed. One thread.

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "agent/loop/agent.h"
#include "agent/state/quarantine.h"
#include "agent/state/spool.h"
#include "scheduler/engine/engine.h"
#include "scheduler/engine/work_queue.h"
#include "scheduler/service/agent_service.h"
#include "scheduler/service/comparisons.h"
#include "scheduler/service/job_questions.h"
#include "scheduler/service/site_sessions.h"
#include "scheduler/store/memory_event_store.h"
#include "tests/fakes/fake_means_collector.h"
#include "tests/fakes/fake_span_reader.h"
#include "tests/fakes/simulated_site.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/fakes/virtual_runtime.h"
#include "tests/simulation/direct_link.h"

namespace mesolys::simulation {

inline constexpr const char* kSites[] = {"p2chpd", "pmcs2i", "psmn"};

// A site, where time passes, and its agent.
class Station {
 public:
  Station(const std::string& name, uint64_t seed, AgentCalls& calls, VirtualRuntime& runtime);
  // Its agent ends.
  ~Station();
  Station(const Station&) = delete;
  Station& operator=(const Station&) = delete;

  agent::SimulatedSite& site() { return site_; }
  agent::DirectLink& link() { return link_; }
  // Its accounting tells what its jobs are now.
  void TellAccounting() { reader_.jobs = site_.Accounting(runtime_.Now()); }

 private:
  VirtualRuntime& runtime_;
  agent::SimulatedSite site_;
  agent::FakeSpanReader reader_;
  agent::FakeMeansCollector means_;
  agent::DirectLink link_;
  TemporaryDirectory directory_;
  std::unique_ptr<agent::Spool> spool_;
  agent::Quarantine quarantine_{directory_.File("quarantine.txt")};
  std::unique_ptr<agent::Agent> agent_;
  std::unique_ptr<Loop> jobs_;
};

class Mesocentre {
 public:
  Mesocentre(uint64_t seed, absl::Time begin);

  VirtualRuntime& runtime() { return runtime_; }
  MemoryEventStore& store() { return store_; }
  Engine& engine() { return *engine_; }
  Comparisons& comparisons() { return comparisons_; }
  Station& station(const std::string& site) { return *stations_.at(site); }

  // As olga; waits for the answer.
  absl::Status Do(Command command);
  void Pass(absl::Duration duration);

  // Ends the process that the agents are; the scheduler goes on.
  void StopAgents() { stations_.clear(); }

 private:
  VirtualRuntime runtime_;
  MemoryEventStore store_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Loop> upkeep_;
  SiteSessions sessions_;
  Comparisons comparisons_;
  JobQuestions jobs_;
  WorkQueue queries_;
  AgentCalls calls_;
  std::map<std::string, std::unique_ptr<Station>> stations_;
  int64_t command_count_ = 0;
};

}  // namespace mesolys::simulation

#endif  // MESOLYS_TESTS_SIMULATION_MESOCENTRE_H_
