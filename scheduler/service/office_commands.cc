#include "scheduler/service/office_commands.h"

#include <utility>

#include "proto/values/names.h"

namespace mesolys {

absl::StatusOr<Command> ToCommand(const v1::RemoveMemberRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.project());
  if (!project.ok()) return project.status();
  return RemoveMember{*std::move(project), in.user()};
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
