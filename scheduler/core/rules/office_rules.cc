#include "scheduler/core/rules/office_rules.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_join.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/rules/grant_rules.h"

namespace mesolys {
namespace {

constexpr std::array<absl::string_view, 5> kRoles = {"auditor", "committee", "officer", "operator",
                                                     "reviewer"};

// What is in use cannot disappear from the catalogue.
absl::Status CheckSuccession(const Ledger& ledger, const Catalogue& next) {
  const auto conflict = [](const Sentence& message) {
    return Refuse(Reason::kCatalogueConflict, Say("catalogue: $0", message));
  };
  for (const auto& [id, entry] : ledger.projects()) {
    const Project& project = entry.project;
    if (!next.institutions.contains(project.institution) ||
        !next.programmes.contains(project.programme) ||
        !next.data_classes.contains(project.data_class)) {
      return conflict(
          Say("project $0 is of institution $1, programme $2 and data class $3; keep them", id,
              project.institution, project.programme, project.data_class));
    }
  }
  for (const auto& [id, site] : ledger.catalogue().sites) {
    for (const std::string& cluster : site.clusters) {
      if (next.SiteOfCluster(cluster) != id) {
        return conflict(Say(
            "cluster $0 has belonged to site $1; keep it there, with a capacity of 0 if it is gone",
            cluster, id));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Verdict> Decide(const Deciding& at, const AdoptCatalogue& command) {
  if (absl::Status s = CheckCatalogue(command.catalogue); !s.ok()) return s;
  if (absl::Status s = CheckSuccession(at.ledger, command.catalogue); !s.ok()) return s;
  return Verdict{{CatalogueAdopted{command.catalogue, command.text, command.digest}}, {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const GiveRole& command) {
  if (absl::Status s = CheckLogin("user", command.user); !s.ok()) return s;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  if (std::find(kRoles.begin(), kRoles.end(), command.role) == kRoles.end()) {
    return Refuse(
        Reason::kUnknownRole,
        Say("there is no role \"$0\"; there are $1", command.role, absl::StrJoin(kRoles, ", ")),
        {{"role", command.role}});
  }
  if (!at.ledger.HasRole(UserOf(at.actor), command.role)) {
    return Refuse(
        Reason::kNotAllowed,
        Say("nobody can give or take a role that they do not hold: you are not $0", command.role));
  }
  if (command.taken && command.user == UserOf(at.actor)) {
    return Refuse(Reason::kInvalidArgument,
                  Say("nobody takes a role from themselves; another holder of it may"));
  }
  if (at.ledger.HasRole(command.user, command.role) != command.taken) {
    return Verdict{{}, {}, /*recorded=*/false};
  }
  return Verdict{{RoleGiven{command.user, command.role, command.taken, command.reason}}, {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const SetMode& command) {
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  if (!command.read_only && at.ledger.read_only_reason().empty()) {
    return Verdict{{}, {}, /*recorded=*/false};
  }
  return Verdict{{ModeSet{command.read_only, command.reason}}, {}};
}

}  // namespace mesolys
