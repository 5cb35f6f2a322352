#ifndef MESOLYS_SCHEDULER_CORE_RULES_PROJECT_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_PROJECT_RULES_H_

// The rules for projects, their accounts and their people. Pure.

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/core/rules/policy.h"

namespace mesolys {

absl::StatusOr<Verdict> DecideProject(const Ledger& ledger, const CreateProject& command);
absl::StatusOr<Verdict> DecideLink(const Ledger& ledger, const LinkAccount& command);
absl::StatusOr<Verdict> DecideUnlink(const Ledger& ledger, const UnlinkAccount& command);
absl::StatusOr<Verdict> DecideMember(const Ledger& ledger, const AddMember& command,
                                     const std::string& actor, absl::Time now);
absl::StatusOr<Verdict> DecideRemoval(const Ledger& ledger, const RemoveMember& command,
                                      const std::string& actor);
absl::StatusOr<Verdict> DecideMemberCeiling(const Ledger& ledger, const SetMemberCeiling& command);
// Only a project whose grants are all over.
absl::StatusOr<Verdict> DecideArchive(const Ledger& ledger, const ArchiveProject& command,
                                      absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_PROJECT_RULES_H_
