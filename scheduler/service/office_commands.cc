#include "scheduler/service/office_commands.h"

#include <utility>

#include "proto/values/names.h"

namespace mesolys {

absl::StatusOr<Command> ToCommand(const v1::RemoveMemberRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.project());
  if (!project.ok()) return project.status();
  return RemoveMember{*std::move(project), in.user()};
}

absl::StatusOr<Command> ToCommand(const v1::SetMemberCeilingRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.project());
  if (!project.ok()) return project.status();
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  SetMemberCeiling command{*std::move(project), in.user(), *std::move(site), in.resource(), {}};
  if (in.has_amount_base_units()) command.amount = Amount(in.amount_base_units());
  return command;
}

absl::StatusOr<Command> ToCommand(const v1::ArchiveProjectRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.name());
  if (!project.ok()) return project.status();
  return ArchiveProject{*std::move(project), in.reason()};
}

absl::StatusOr<Command> ToCommand(const v1::GiveRoleRequest& in) {
  return GiveRole{in.user(), in.role(), in.taken(), in.reason()};
}

absl::StatusOr<Command> ToCommand(const v1::SetModeRequest& in) {
  return SetMode{in.mode().read_only(), in.mode().reason()};
}

}  // namespace mesolys
