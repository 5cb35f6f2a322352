#include "scheduler/call/call_division.h"

#include <chrono>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/values/quoted.h"
#include "scheduler/core/call/bundle_certificate.h"
#include "scheduler/core/call/certificate.h"
#include "scheduler/core/call/division/bundles.h"

namespace mesolys {
namespace {

using division::Award;
using division::AwardStatus;

absl::Status DivideEach(const Call& call, division::Progress* progress, CallDivision& divided) {
  for (size_t i = 0; i < call.problems.size(); ++i) {
    divided.divisions.push_back(division::Divide(call.problems[i], progress));
    const absl::Status valid = Certify(call.problems[i], divided.divisions.back());
    if (valid.ok()) continue;
    return absl::InternalError(absl::StrCat("the division of ", Quoted(call.resources[i]),
                                            " fails its certificate: ", valid.message()));
  }
  return absl::OkStatus();
}

// What a bundle claimed in the end was all that it could use of what it asked.
void Restate(const Call& call, CallDivision& divided) {
  for (size_t i = 0; i < call.bundles.size(); ++i) {
    for (const division::BundleLine& line : call.bundles[i]) {
      Award& award = divided.divisions[line.problem].awards[line.claim];
      const int64_t asked = call.problems[line.problem].claims[line.claim].amount;
      award.status = award.amount == asked ? AwardStatus::kFull : AwardStatus::kPartial;
      if (divided.dropped[i]) award = {0, -1, AwardStatus::kDropped};
    }
  }
}

absl::Status DivideBundles(const Call& call, division::Progress* progress, CallDivision& divided) {
  division::TogetherDivision together =
      division::DivideTogether(call.problems, call.bundles, progress);
  const absl::Status valid = CertifyTogether(call.problems, call.bundles, together);
  if (!valid.ok()) {
    return absl::InternalError(
        absl::StrCat("the division fails its certificate: ", valid.message()));
  }
  divided.divisions = std::move(together.divisions);
  divided.dropped = std::move(together.dropped);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CallDivision> DivideCall(const Call& call, division::Progress* progress) {
  const auto start = std::chrono::steady_clock::now();
  CallDivision divided = {call, {}, {}, 0};
  const absl::Status status = call.bundles.empty() ? DivideEach(call, progress, divided)
                                                   : DivideBundles(call, progress, divided);
  if (!status.ok()) return status;
  divided.solve_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  Restate(call, divided);
  return divided;
}

}  // namespace mesolys
