#ifndef MESOLYS_SCHEDULER_CORE_RULES_PROJECT_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_PROJECT_RULES_H_

// The rules for projects, their accounts and their people. Pure.

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/verdict.h"

namespace mesolys {

struct CreateProject {
  static constexpr int kNumber = 1;

  Project project;

  FIELDS(CreateProject, project.id, project.title, project.institution, project.programme,
         project.data_class, project.parent, project.pi, project.period);
};

struct ArchiveProject {
  static constexpr int kNumber = 23;

  std::string project;
  std::string reason;

  FIELDS(ArchiveProject, project, reason);
};

struct LinkAccount {
  static constexpr int kNumber = 2;

  std::string project;
  std::string cluster;
  std::string account;
  std::string etag;  // empty: whatever the project is now

  FIELDS(LinkAccount, project, cluster, account, etag);
};

struct UnlinkAccount {
  static constexpr int kNumber = 29;

  std::string project;
  std::string cluster;
  std::string account;
  std::string etag;  // as in LinkAccount
  std::string reason;

  FIELDS(UnlinkAccount, project, cluster, account, etag, reason);
};

struct AddMember {
  static constexpr int kNumber = 3;

  std::string project;
  Member member;

  FIELDS(AddMember, project, member);
};

struct RemoveMember {
  static constexpr int kNumber = 22;

  std::string project;
  std::string user;

  FIELDS(RemoveMember, project, user);
};

// Nothing for no ceiling.
struct SetMemberCeiling {
  static constexpr int kNumber = 26;

  std::string project;
  std::string user;
  std::string site;
  std::string resource;
  std::optional<Amount> amount;

  FIELDS(SetMemberCeiling, project, user, site, resource, amount);
};

absl::StatusOr<Verdict> Decide(const Deciding& at, const CreateProject& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const LinkAccount& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const UnlinkAccount& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const AddMember& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const RemoveMember& command);
absl::StatusOr<Verdict> Decide(const Deciding& at, const SetMemberCeiling& command);
// Only a project whose grants are all over.
absl::StatusOr<Verdict> Decide(const Deciding& at, const ArchiveProject& command);

// What the project was when it was last looked at (AIP-154).
std::string EtagOf(const ProjectEntry& project);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_PROJECT_RULES_H_
