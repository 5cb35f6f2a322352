#ifndef MESOLYS_SCHEDULER_CORE_RULES_GRANT_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_GRANT_RULES_H_

// The rules for what is added to a grant: a supplement, a later end, the write-off of an overdraft,
// an opening balance. What is taken away is in reduction_rules.h. Pure.

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/verdict.h"

namespace mesolys {

// More of the same grant; sites empty: where it is already.
struct SupplementGrant {
  static constexpr int kNumber = 7;

  int64_t grant = 0;
  Amount amount;
  std::vector<std::string> sites;
  std::string reason;

  FIELDS(SupplementGrant, grant, amount, sites, reason);
};

// A later end; the hours that are left move into the months added.
struct ExtendGrant {
  static constexpr int kNumber = 8;

  int64_t grant = 0;
  absl::Time end;
  std::string reason;

  FIELDS(ExtendGrant, grant, end, reason);
};

// An overdraft that nobody will pay.
struct WriteOffOverdraft {
  static constexpr int kNumber = 13;

  int64_t grant = 0;
  Amount amount;
  std::string reason;

  FIELDS(WriteOffOverdraft, grant, amount, reason);
};

// What was used at a site before the ledger began.
struct PostOpeningBalance {
  static constexpr int kNumber = 14;

  int64_t grant = 0;
  std::string site;
  Amount amount;
  std::string reason;

  FIELDS(PostOpeningBalance, grant, site, amount, reason);
};

// The grant, if it can still be changed: known, not revoked, and not ended for longer than its
// programme's grace.
absl::StatusOr<const GrantEntry*> ChangeableGrant(const Ledger& ledger, int64_t number,
                                                  absl::Time now);

// INVALID_ARGUMENT for nothing, or too much of it.
absl::Status CheckReason(const std::string& reason);
absl::Status CheckAmount(const std::string& resource, Amount amount);
// NOT_FOUND where the grant has no ceiling at the site.
absl::Status CheckIsAt(const Grant& grant, const std::string& site);
// RESOURCE_EXHAUSTED where the sites have room for less.
absl::Status CheckRoom(const Grant& grant, const std::vector<std::string>& sites, Amount asked,
                       Amount accepted);

// The entry that changes nothing, to be filled.
GrantChange ChangeOf(const GrantEntry& entry, ChangeKind kind, const std::string& reason);

absl::StatusOr<Verdict> Decide(const Deciding& at, const SupplementGrant& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const ExtendGrant& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const WriteOffOverdraft& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const PostOpeningBalance& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_GRANT_RULES_H_
