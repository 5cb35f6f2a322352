#ifndef MESOLYS_PROTO_VALUES_ATTRIBUTION_H_
#define MESOLYS_PROTO_VALUES_ATTRIBUTION_H_

// Which grant pays for which seconds of a job. A second is charged to the grant valid then that
// ends soonest, full or not: the result must not depend on the order in which jobs arrive. Balance
// and agent use this same code. Pure; any thread.

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "proto/values/period.h"

namespace mesolys {

// A grant of one project, resource and site, as far as attribution is concerned.
struct Payer {
  int64_t grant = 0;
  Period period;
};

// Seconds that one payer is charged; grant 0 is nobody: no grant is valid then.
struct ChargedSeconds {
  int64_t grant = 0;
  int64_t seconds = 0;

  friend bool operator==(const ChargedSeconds&, const ChargedSeconds&) = default;
};

// Divides `charged_seconds` (at most span.Seconds()) of a job that held its allocation over `span`.
// Slurm does not tell when within the span a job was suspended, so where charged_seconds is less,
// each piece gets its share of the span, rounded down, and the remainder goes to the earliest
// pieces. Sorted by grant, one entry per grant, none of 0 seconds; the sum is exactly
// charged_seconds.
std::vector<ChargedSeconds> Attribute(const std::vector<Payer>& payers, const Period& span,
                                      int64_t charged_seconds);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_ATTRIBUTION_H_
