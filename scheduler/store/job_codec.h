#ifndef MESOLYS_SCHEDULER_STORE_JOB_CODEC_H_
#define MESOLYS_SCHEDULER_STORE_JOB_CODEC_H_

// Jobs <-> the rows that the store keeps. Reading answers DATA_LOSS for bytes that this version
// cannot have written. Any thread.

#include "absl/status/statusor.h"
#include "scheduler/core/facts/job.h"
#include "scheduler/store/event_store.h"

namespace mesolys {

JobRowKey RowKeyOf(const JobKey& key);
JobRow EncodeJob(const Job& job, int64_t revision);
absl::StatusOr<Job> DecodeJob(const JobRow& row);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_JOB_CODEC_H_
