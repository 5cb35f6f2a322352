#ifndef MESOLYS_SCHEDULER_CORE_RULES_OFFICE_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_OFFICE_RULES_H_

// The rules for the office itself: by which catalogue it works, who works there, and whether it is
// open. Pure.

#include <string>

#include "absl/status/statusor.h"
#include "scheduler/core/rules/verdict.h"

namespace mesolys {

// The catalogue and its text follow from its digest.
struct AdoptCatalogue {
  static constexpr int kNumber = 0;
  static constexpr bool kGoesOnReadOnly = true;

  Catalogue catalogue;
  std::string text;
  std::string digest;

  FIELDS(AdoptCatalogue, digest);
};

struct SetMode {
  static constexpr int kNumber = 24;
  static constexpr bool kGoesOnReadOnly = true;

  bool read_only = false;
  std::string reason;

  FIELDS(SetMode, read_only, reason);
};

struct GiveRole {
  static constexpr int kNumber = 25;

  std::string user;
  std::string role;
  bool taken = false;
  std::string reason;

  FIELDS(GiveRole, user, role, taken, reason);
};

// What is in use cannot disappear from the catalogue.
absl::StatusOr<Verdict> Decide(const Deciding& at, const AdoptCatalogue& command);

// Nobody can give, or take, a role that they do not hold.
absl::StatusOr<Verdict> Decide(const Deciding& at, const GiveRole& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const SetMode& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_OFFICE_RULES_H_
