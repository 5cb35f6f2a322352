#ifndef MESOLYS_SCHEDULER_CORE_RULES_CONFIRMATION_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_CONFIRMATION_RULES_H_

// The rules for the second phase of a reduction: a site says what it could lower, or is given up.
// Pure.

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/verdict.h"

namespace mesolys {

// What a site says of a grant: all of it cumulative.
struct ReadBackCeiling {
  int64_t grant = 0;
  Amount used;       // and committed, looked at after the ceiling was set
  Amount ceiling{};  // that is set

  FIELDS(ReadBackCeiling, grant, used, ceiling);
};

// What a site read back; a grant that it does not speak of is not confirmed. Says nothing new
// unless a reduction waits for it.
struct ConfirmCeilings {
  static constexpr int kNumber = 15;
  static constexpr bool kGoesOnReadOnly = true;

  std::string site;
  int64_t generation = 0;  // that is in force there
  std::vector<ReadBackCeiling> read_back;

  FIELDS(ConfirmCeilings, site, generation, read_back);
};

// Goes on without the confirmation of a silent site.
struct WriteOffSite {
  static constexpr int kNumber = 16;

  std::string site;
  std::string reason;

  FIELDS(WriteOffSite, site, reason);
};

// What a site confirmed: for each grant that it speaks of the largest of the ceiling wanted, the
// one read back, the use said, the use known and what covers the overdraft of the project's other
// grants there. Then the orders that waited for it and for nobody else.
absl::StatusOr<Verdict> Decide(const Deciding& at, const ConfirmCeilings& command);
// Takes every ceiling that the site owes for lowered, and says what it may spend nevertheless.
absl::StatusOr<Verdict> Decide(const Deciding& at, const WriteOffSite& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_CONFIRMATION_RULES_H_
