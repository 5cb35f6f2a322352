#include "agent/loop/told_jobs.h"

#include "proto/runtime/convert.h"
#include "proto/values/charging.h"

namespace mesolys::agent {

bool IsBeyondLimit(const UsageRecord& record) {
  const absl::Duration ran = absl::Seconds(SpansOf(record).charged_seconds);
  return record.state == JobState::kRunning && !record.is_runaway &&
         record.time_limit_seconds > 0 &&
         ran > absl::Seconds(record.time_limit_seconds) + kEndedWithin;
}

v1::RunawayJob Told(const UsageRecord& record) {
  v1::RunawayJob job;
  job.set_cluster(record.key.cluster);
  job.set_job_id(record.key.job_id);
  *job.mutable_submit_time() = ToProto(record.key.submit_time);
  job.set_account(record.account);
  job.set_user(record.user);
  *job.mutable_start_time() = ToProto(record.start_time);
  *job.mutable_end_time() = ToProto(record.end_time);
  job.set_cause(record.is_runaway ? v1::RunawayJob::LOST : v1::RunawayJob::BEYOND_LIMIT);
  return job;
}

v1::HeldRow Told(const SetAsideRow& row) {
  v1::HeldRow told;
  told.set_number(row.number);
  told.set_cluster(row.job.at_most.key.cluster);
  told.set_job_id(row.job.id);
  told.set_account(row.job.at_most.account);
  told.set_user(row.job.at_most.user);
  *told.mutable_set_aside_time() = ToProto(row.time);
  told.set_reason(row.reason);
  return told;
}

}  // namespace mesolys::agent
