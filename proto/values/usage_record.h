#ifndef MESOLYS_PROTO_VALUES_USAGE_RECORD_H_
#define MESOLYS_PROTO_VALUES_USAGE_RECORD_H_

// What one job used so far: cumulative, safe to send again, late or out of order. Pure; any thread.

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/values/job_state.h"

namespace mesolys {

// Slurm re-uses job ids; the submit time tells them apart.
struct JobKey {
  std::string cluster;
  int64_t job_id = 0;
  absl::Time submit_time;

  friend bool operator==(const JobKey&, const JobKey&) = default;
  friend std::strong_ordering operator<=>(const JobKey& a, const JobKey& b);

  template <typename H>
  friend H AbslHashValue(H state, const JobKey& key) {
    return H::combine(std::move(state), key.cluster, key.job_id, key.submit_time);
  }
};

struct UsageRecord {
  JobKey key;
  std::string account;
  std::string user;  // the Unix login
  std::string partition;
  std::string qos;
  JobState state = JobState::kUnspecified;
  int64_t cancelled_by_uid = -1;  // -1: nobody, or not known
  absl::Time start_time;
  absl::Time end_time;  // while it runs: the instant up to which it was observed
  int64_t suspended_seconds = 0;
  int64_t time_limit_seconds = 0;  // 0: none
  int64_t core_count = 0;
  // By model, "" is the site's configured model; or by the name of a part of a GPU that jobs share,
  // "shard" or "shard-v100" (proto/values/gpu_part.h).
  std::map<std::string, int64_t> gpu_counts;
  int64_t memory_bytes = 0;
  int64_t node_count = 0;
  absl::Time observe_time;
  // It runs by accounting, but its controller has it no more: `end_time` is the last moment at
  // which it was known to run, or its time limit, and nothing lies ahead of it.
  bool is_runaway = false;
  // Of the shared parts among gpu_counts, where its nodes say it: how many of them are one GPU.
  std::map<std::string, int64_t> parts_per_gpu{};

  friend bool operator==(const UsageRecord&, const UsageRecord&) = default;

  // Of wall time, without suspension.
  int64_t ElapsedSeconds() const;
};

// Seconds: the longest time limit that such a job may have in the ledger, whatever its site allows.
int64_t TimeLimitMax(const UsageRecord& record);

// INVALID_ARGUMENT for a record that no cluster can have meant: no key or account, a state that
// holds no allocation, a runaway that has ended, an end before the start, more suspended than
// elapsed, counts that are negative or so large that a product of them leaves kAmountMax. The
// message names the field, the value and what is right.
absl::Status CheckUsageRecord(const UsageRecord& record);

// The merge rule. Records may arrive late, twice or out of order; the winner must not depend on
// that: it is the maximum by (terminal, observe_time, content). Both have the same key.
bool Newer(const UsageRecord& incoming, const UsageRecord& held);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_USAGE_RECORD_H_
