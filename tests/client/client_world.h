#ifndef MESOLYS_TESTS_CLIENT_CLIENT_WORLD_H_
#define MESOLYS_TESTS_CLIENT_CLIENT_WORLD_H_

// The scheduler that the client's tests speak to: the real services on a ledger in memory, told by
// its people and by the agent of psmn what follows; it is 2026-11-21 09:00 UTC then.
//
//   sites     psmn, whose agent holds the ceilings and has a problem; p2chpd, which never called
//   projects  proj_a (PI alice, who is operator too), proj_b (PI bob)
//   proj_a    g1  gpu-a100, 100 h, overdrawn by 10 h
//             g2  cpu, 50000 h after a supplement, extended; 100 h are ordered for proj_b
//             g3  gpu-a100 and g4 cpu, which begin in December
//   jobs      those of world_facts.h; and a window of maintenance in October
//
// Its calls can be made to fail. One thread, but for what FaultyCalls allows.

#include <memory>
#include <string>
#include <vector>

#include "proto/values/usage_record.h"
#include "scheduler/core/rules/command.h"
#include "tests/fakes/faulty_calls.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/test_ca.h"

namespace mesolys {
class Caller;
class RunningScheduler;
namespace v1 {
class JobSituation;
}
}  // namespace mesolys

namespace mesolys::client {

class ClientWorld : public FaultyCalls {
 public:
  // `clock` is moved through the year to the day of the tests.
  ClientWorld(TestCa& ca, ManualClock& clock);
  ~ClientWorld();
  ClientWorld(const ClientWorld&) = delete;
  ClientWorld& operator=(const ClientWorld&) = delete;

  // Nobody listens any more.
  void Stop();
  std::string target() const { return target_; }

  // "user/alice", "site/psmn" or "service/scheduler" does something, which must not be refused.
  void Do(const std::string& identity, Command command);
  // Every job is charged as the newest facts have it; Do ends with it.
  void AwaitSettled();
  // The agent of psmn reports these.
  void Report(std::vector<UsageRecord> records);
  // It has put the lower ceilings in force that are awaited, and says so; what was ordered is done
  // then.
  void ConfirmAwaited();
  // It waits to be asked for its accounting, and tells what of these ran then, or what hinders it.
  void TellAccounting(const std::vector<UsageRecord>& records, const std::string& problem = "");
  // It waits for the order of an import, which ends like that.
  void EndImport(const ImportResult& result);

  // It waits to be asked for a job, and tells how that stands.
  void TellJob(const v1::JobSituation& situation);

  // The request_id of each change that people made since, once per time that it was made.
  std::vector<std::string> applied() const;

 private:
  void Populate();
  void GiveHours();
  int64_t Generation() const;  // of what psmn shall hold

  TestCa& ca_;
  ManualClock& clock_;
  std::unique_ptr<RunningScheduler> scheduler_;
  std::unique_ptr<Caller> psmn_;
  std::string target_;
  int done_ = 0;                // by Do
  int64_t first_revision_ = 0;  // of what happens after the world was made
};

}  // namespace mesolys::client

#endif  // MESOLYS_TESTS_CLIENT_CLIENT_WORLD_H_
