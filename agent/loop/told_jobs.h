#ifndef MESOLYS_AGENT_LOOP_TOLD_JOBS_H_
#define MESOLYS_AGENT_LOOP_TOLD_JOBS_H_

// How the scheduler is told of jobs with which something is wrong. Pure; any thread.

#include "absl/time/time.h"
#include "agent/state/set_aside_table.h"
#include "mesolys/v1/site.pb.h"
#include "proto/values/usage_record.h"

namespace mesolys::agent {

// Slurm has ended a job by so long after its limit, unless OverTimeLimit lets it go on.
inline constexpr absl::Duration kEndedWithin = absl::Minutes(10);

// Whether it goes on long after its limit, and its controller has it still.
bool IsBeyondLimit(const UsageRecord& record);

// A runaway, or one beyond its limit.
v1::RunawayJob Told(const UsageRecord& record);

// Without what it holds back.
v1::HeldRow Told(const SetAsideRow& row);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_TOLD_JOBS_H_
