#ifndef MESOLYS_SCHEDULER_CORE_RULES_REQUEST_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_REQUEST_RULES_H_

// The rules for requests: how they are submitted, decided by the committee where they wait, and
// taken back. Pure.

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "scheduler/core/rules/verdict.h"

namespace mesolys {

// The number and the requester are the policy's to set.
struct SubmitRequest {
  static constexpr int kNumber = 4;

  Request request;

  FIELDS(SubmitRequest, request);
};

// The project takes back a request that waits.
struct WithdrawRequest {
  static constexpr int kNumber = 27;

  int64_t request = 0;
  std::string reason;

  FIELDS(WithdrawRequest, request, reason);
};

// The committee's answer to a request that waits: so much of each line, or, without any, nothing.
struct DecideRequest {
  static constexpr int kNumber = 28;

  int64_t request = 0;
  std::map<std::string, Amount> awards;  // by resource
  std::string reason;

  FIELDS(DecideRequest, request, awards, reason);
};

// By dynamic access at once; of Track::kCall it waits, and one that breaks a rule of its programme
// is refused at once.
absl::StatusOr<Verdict> Decide(const Deciding& at, const SubmitRequest& command);

// Each line gets what it is awarded, or the error says how much there is room for.
absl::StatusOr<Verdict> Decide(const Deciding& at, const DecideRequest& command);

absl::StatusOr<Verdict> Decide(const Deciding& at, const WithdrawRequest& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_REQUEST_RULES_H_
