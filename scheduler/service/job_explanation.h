#ifndef MESOLYS_SCHEDULER_SERVICE_JOB_EXPLANATION_H_
#define MESOLYS_SCHEDULER_SERVICE_JOB_EXPLANATION_H_

// What a site said of a job, put beside what the ledger knows of its project. Any thread.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mesolys/v1/waiting_job.pb.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/service/job_questions.h"
#include "scheduler/service/site_sessions.h"

namespace mesolys {

// To a person, a job that they may not see does not exist.
absl::Status NoSuchJob(const std::string& cluster, int64_t job_id,
                       std::optional<int64_t> array_task_id);

// UNKNOWN_JOB for one that the asker may not see, as for one that there is not.
absl::Status ExplainJob(const Ledger& ledger, const SiteSessions& sessions,
                        const JobQuestions::Question& question, absl::Time now,
                        v1::JobExplanation& out);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_JOB_EXPLANATION_H_
