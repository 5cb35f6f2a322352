#include "scheduler/core/rules/office_rules.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/values/names.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/rules/grant_rules.h"

namespace mesolys {
namespace {

constexpr std::array<absl::string_view, 5> kRoles = {"auditor", "committee", "officer", "operator",
                                                     "reviewer"};

}  // namespace

absl::StatusOr<Verdict> DecideRole(const Ledger& ledger, const GiveRole& command,
                                   const std::string& actor) {
  if (absl::Status s = CheckLogin("user", command.user); !s.ok()) return s;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  if (std::find(kRoles.begin(), kRoles.end(), command.role) == kRoles.end()) {
    return Refuse(Reason::kUnknownRole,
                  absl::StrCat("there is no role \"", command.role, "\"; there are ",
                               absl::StrJoin(kRoles, ", ")),
                  {{"role", command.role}});
  }
  if (!ledger.HasRole(UserOf(actor), command.role)) {
    return Refuse(Reason::kNotAllowed,
                  absl::StrCat("nobody can give or take a role that they do not hold: you are not ",
                               command.role));
  }
  if (command.taken && command.user == UserOf(actor)) {
    return Refuse(Reason::kInvalidArgument,
                  "nobody takes a role from themselves; another holder of it may");
  }
  if (ledger.HasRole(command.user, command.role) != command.taken) {
    return Verdict{{}, {}, /*recorded=*/false};
  }
  return Verdict{{RoleGiven{command.user, command.role, command.taken, command.reason}}, {}};
}

absl::StatusOr<Verdict> DecideMode(const Ledger& ledger, const SetMode& command) {
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  if (!command.read_only && ledger.read_only_reason().empty()) {
    return Verdict{{}, {}, /*recorded=*/false};
  }
  return Verdict{{ModeSet{command.read_only, command.reason}}, {}};
}

}  // namespace mesolys
