#ifndef MESOLYS_SCHEDULER_CORE_RULES_UNDER_USE_H_
#define MESOLYS_SCHEDULER_CORE_RULES_UNDER_USE_H_

// Grants that are used too slowly: warned of, noticed, and in the end given back to the dynamic
// reserve (domain.md, Under-use). What is expected is the curve that the request declared. Pure.

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/verdict.h"

namespace mesolys {

// Tells the project of a grant that it is too late, if it is.
struct NoticeUnderUse {
  static constexpr int kNumber = 20;

  int64_t grant = 0;

  FIELDS(NoticeUnderUse, grant);
};

// Takes back what a noticed grant should have used, if it is still too late.
struct GiveBackUnused {
  static constexpr int kNumber = 21;

  int64_t grant = 0;

  FIELDS(GiveBackUnused, grant);
};

struct Lateness {
  int64_t days = 0;     // since the line stood where the use stands; 0 when it is not late
  bool warned = false;  // the programme warns of it
  Amount excess;        // what should have been used even by who is as late as is allowed
};

// Nothing for storage, a grant that does not run, or a programme that lets it be.
Lateness LatenessOf(const Ledger& ledger, const GrantEntry& entry, absl::Time now);

// Say nothing new when there is no reason any more.
absl::StatusOr<Verdict> Decide(const Deciding& at, const NoticeUnderUse& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const GiveBackUnused& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_UNDER_USE_H_
