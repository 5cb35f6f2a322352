#ifndef MESOLYS_SCHEDULER_CORE_RULES_REDUCTION_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_REDUCTION_RULES_H_

// The rules for what is taken away from a grant: transfer, adjustment, release, revocation. Hours
// that no site may spend go at once; others are ordered first, and are free only when every site
// concerned has confirmed a lower ceiling. Pure.

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/verdict.h"

namespace mesolys {

// Hours that are left go to another grant of the same resource, or to a project as a new one.
struct TransferHours {
  static constexpr int kNumber = 9;

  int64_t grant = 0;
  Amount amount;
  int64_t to_grant = 0;
  std::string to_project;
  std::string reason;

  FIELDS(TransferHours, grant, amount, to_grant, to_project, reason);
};

// Hours that are left in `grant` pay the overdraft of an earlier grant of the project.
struct AdjustOverdraft {
  static constexpr int kNumber = 10;

  int64_t grant = 0;
  int64_t overdrawn = 0;
  Amount amount;
  std::string reason;

  FIELDS(AdjustOverdraft, grant, overdrawn, amount, reason);
};

struct ReleaseHours {
  static constexpr int kNumber = 11;

  int64_t grant = 0;
  Amount amount;
  std::string reason;

  FIELDS(ReleaseHours, grant, amount, reason);
};

struct RevokeGrant {
  static constexpr int kNumber = 12;

  int64_t grant = 0;
  std::string reason;

  FIELDS(RevokeGrant, grant, reason);
};

// A ceiling of the grant goes down at one site and, once confirmed, up at another. The scheduler
// follows the use with it, and needs no reason; of a person it is the wish.
struct MoveCeiling {
  static constexpr int kNumber = 19;

  int64_t grant = 0;
  std::string from_site;  // empty, by the scheduler alone: what no site holds
  std::string to_site;
  Amount amount;
  std::string reason{};

  FIELDS(MoveCeiling, grant, from_site, to_site, amount);
  LATER_FIELDS(MoveCeiling, reason);
};

absl::StatusOr<Verdict> Decide(const Deciding& at, const TransferHours& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const AdjustOverdraft& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const ReleaseHours& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const RevokeGrant& command);

// Never more than what the first site has neither used nor committed. A person moves it to a site
// where the grant is or follows its use to, an operator to any that it may be at; there must be
// room for it there.
absl::StatusOr<Verdict> Decide(const Deciding& at, const MoveCeiling& command);

// What of a grant is left that no waiting order has claimed.
Amount UnclaimedOf(const GrantEntry& entry);
// Takes `amount`, at most what is unclaimed, away for nobody.
Verdict DecideReduction(const Ledger& ledger, const GrantEntry& entry, ChangeKind kind,
                        Amount amount, const std::string& reason, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_REDUCTION_RULES_H_
