#ifndef MESOLYS_TESTS_BENCH_BENCH_WORLD_H_
#define MESOLYS_TESTS_BENCH_BENCH_WORLD_H_

// What the benchmarks run against: a scheduler in this process on a SQLite file, mutual TLS on
// loopback, a catalogue without tight limits, and projects.

#include <memory>
#include <string>

#include "mesolys/v1/agent.pb.h"
#include "mesolys/v1/request.pb.h"
#include "proto/runtime/clock.h"
#include "tests/fakes/running_scheduler.h"
#include "tests/fakes/test_ca.h"

namespace mesolys::bench {

inline constexpr int kProjects = 256;

class BenchWorld {
 public:
  // With kProjects projects named by ProjectId, each of a PI of its own.
  BenchWorld();
  ~BenchWorld();

  RunningScheduler& scheduler() { return *scheduler_; }
  TestCa& ca() { return ca_; }
  const std::string& folder() const { return folder_; }
  std::string database() const { return folder_ + "/ledger.db"; }

  // Starts the scheduler anew on the same file; seconds until it can answer.
  double Restart();

 private:
  std::string folder_;
  SystemClock clock_;
  TestCa ca_;
  std::unique_ptr<RunningScheduler> scheduler_;
};

std::string ProjectId(int number);

// 1 core-hour for three months from today, under a key of its own.
v1::CreateRequestRequest OneHour(int project);

// `count` finished jobs of all projects, each with a job id of its own.
v1::ReportUsageRequest Report(int64_t first_job_id, int count);

}  // namespace mesolys::bench

#endif  // MESOLYS_TESTS_BENCH_BENCH_WORLD_H_
