#ifndef MESOLYS_CLIENT_USAGE_WHY_H_
#define MESOLYS_CLIENT_USAGE_WHY_H_

// The words of `mesolys why job CLUSTER:ID`: why a job waits, and what to do.

#include <string>

#include "mesolys/v1/waiting_job.pb.h"

namespace mesolys::client {

// The sentence that says why, and the one that says what to do; empty when there is nothing to do.
// `job` is "psmn:4002". Pure.
struct WhyJobText {
  std::string because;
  std::string advice;
};
WhyJobText TextOf(const v1::JobExplanation& explanation, const std::string& job);

// "3:20:00", as sbatch takes it. Pure.
std::string TimeLimitText(int64_t seconds);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_USAGE_WHY_H_
