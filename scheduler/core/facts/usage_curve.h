#ifndef MESOLYS_SCHEDULER_CORE_FACTS_USAGE_CURVE_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_USAGE_CURVE_H_

// How a project means to spend a grant over its period: a line through declared points, from
// nothing at the start to everything at the end. Without points it is straight. Pure values.

#include <vector>

#include "absl/time/time.h"
#include "proto/values/period.h"
#include "proto/values/quantity.h"
#include "scheduler/core/facts/fields.h"

namespace mesolys {

// By `time`, `share` of the whole is used.
struct CurvePoint {
  absl::Time time;
  PartsPerMillion share;

  FIELDS(CurvePoint, time, share);
};

// By time; within the period, shares between 0 and all, times rising, shares never falling.
using UsageCurve = std::vector<CurvePoint>;

// What of `amount` is expected to be used by `time`, rounded down. Points outside the period, which
// may have changed since they were declared, count for nothing.
Amount ExpectedBy(const UsageCurve& curve, const Period& period, Amount amount, absl::Time time);

// The last instant at which no more than `used` was expected, in whole seconds: who has used it is
// late since then. The end of the period when everything is used.
absl::Time ReachedWith(const UsageCurve& curve, const Period& period, Amount amount, Amount used);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_USAGE_CURVE_H_
