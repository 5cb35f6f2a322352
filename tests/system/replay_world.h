#ifndef MESOLYS_TESTS_SYSTEM_REPLAY_WORLD_H_
#define MESOLYS_TESTS_SYSTEM_REPLAY_WORLD_H_

// Scheduler and agent in one process, over mutual TLS, with one site (psmn) whose cluster is that
// of the recording. Recorded times are moved by kShift, so that the jobs end before kNow. It aborts
// when a call fails that no test expects to fail. One thread.

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/link/grpc_scheduler_link.h"
#include "agent/loop/reporter.h"
#include "agent/replay/replay.h"
#include "mesolys/v1/balance.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "proto/values/period.h"
#include "scheduler/core/facts/job.h"
#include "tests/fakes/caller.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/running_scheduler.h"
#include "tests/fakes/test_ca.h"

namespace mesolys::agent {

constexpr absl::Duration kShift = absl::Hours(24 * 3600);

// 2026-11-15, after the last job.
absl::Time ReplayTime();
// A recorded time, moved.
absl::Time Shifted(absl::string_view recorded);

// Settled base units by (project, grant, resource, site), none of 0. The grant is its number; 0 for
// use that no grant covers.
using Settled = std::map<std::tuple<std::string, int64_t, std::string, std::string>, int64_t>;

// What a project was granted, by resource.
using GrantNumbers = std::map<std::string, int64_t>;

class ReplayWorld {
 public:
  // A SQLite ledger in `database`; in memory for an empty one. The clock shows `begin`: a ledger
  // never goes back in time.
  explicit ReplayWorld(TestCa& ca, const std::string& database = "",
                       absl::Time begin = ReplayTime());

  void CreateProject(const std::string& id);
  void Link(const std::string& project, const std::string& account);
  // Plenty of cpu and gpu-p100 at psmn.
  GrantNumbers Grant(const std::string& project, const Period& period);
  // The three projects of the recording's accounts, each with a grant that covers all of it.
  void CreateProjectsOfAccounts();

  // One agent with a new spool reports until nothing is left, however often a tick fails; answers
  // the sums of its ticks. `link` null: straight over gRPC.
  ReportTick Report(Collector& collector, SchedulerLink* link = nullptr,
                    int64_t spool_records_max = 100'000);
  // All lines of a file in the recording's columns.
  ReportTick ReportFile(const std::string& path);
  std::unique_ptr<GrpcSchedulerLink> Connect();

  // As GetBalance tells the operator. Everything must be settled: nothing in flight or committed.
  Settled Balances(const std::vector<std::string>& projects);
  v1::Balance Balance(const std::string& project);
  // As ListUnassigned tells.
  std::vector<v1::UnassignedUse> Unassigned();
  // Every job row by key, observe_time left out (and the revision, which is none of the job's).
  std::vector<Job> Jobs();

  RunningScheduler& scheduler() { return scheduler_; }
  ManualClock& clock() { return clock_; }

 private:
  ManualClock clock_;
  RunningScheduler scheduler_;
  Caller olga_;
  int key_count_ = 0;
};

// Reads `path` as the recording is to be read.
std::unique_ptr<Replay> OpenReplay(const std::string& path);

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_SYSTEM_REPLAY_WORLD_H_
