#include "agent/site_state_proto.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"

namespace mesolys {
namespace {

absl::Status About(absl::string_view name, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat("desired state: ", name, ": ", status.message()));
}

absl::Status Twice(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("desired state: ", what, " is there twice"));
}

absl::StatusOr<GrantCeiling> ParseCeiling(const v1::DesiredGrant& grant) {
  if (absl::StatusOr<NumberedName> name = ParseGrantName(grant.grant()); !name.ok()) {
    return name.status();
  }
  if (absl::Status status = CheckResource(grant.resource()); !status.ok()) return status;
  const Amount ceiling(grant.ceiling_base_units());
  if (ceiling < Amount() || ceiling > kAmountMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the ceiling is ", ceiling.count(), "; it must be within 0 and ", kAmountMax.count()));
  }
  const absl::StatusOr<Period> period = FromProto(grant.period());
  if (!period.ok()) return period.status();
  return GrantCeiling{grant.resource(), ceiling, *period};
}

absl::StatusOr<SiteAccount> ParseAccount(const v1::DesiredProject& project) {
  SiteAccount account;
  if (!project.parent().empty()) {
    absl::StatusOr<std::string> parent = ParseProjectName(project.parent());
    if (!parent.ok()) return About(project.project(), parent.status());
    account.parent = *std::move(parent);
  }
  for (const std::string& login : project.logins()) {
    if (absl::Status status = CheckLogin("login", login); !status.ok()) {
      return About(project.project(), status);
    }
    account.logins.insert(login);
  }
  for (const v1::AccountLink& link : project.links()) {
    absl::Status status = CheckId("cluster", link.cluster());
    if (status.ok()) status = CheckLogin("account", link.account());
    if (!status.ok()) return About(project.project(), status);
    account.links.insert({link.cluster(), link.account()});
  }
  for (const v1::DesiredGrant& grant : project.grants()) {
    absl::StatusOr<GrantCeiling> ceiling = ParseCeiling(grant);
    if (!ceiling.ok()) return About(grant.grant(), ceiling.status());
    if (!account.grants.emplace(grant.grant(), *std::move(ceiling)).second) {
      return Twice(grant.grant());
    }
  }
  return account;
}

}  // namespace

absl::StatusOr<SiteState> FromProto(const v1::DesiredState& state) {
  SiteState result;
  result.generation = state.generation();
  for (const v1::DesiredProject& project : state.projects()) {
    absl::StatusOr<std::string> id = ParseProjectName(project.project());
    if (!id.ok()) return About(project.project(), id.status());
    absl::StatusOr<SiteAccount> account = ParseAccount(project);
    if (!account.ok()) return account.status();
    if (!result.accounts.emplace(*std::move(id), *std::move(account)).second) {
      return Twice(project.project());
    }
  }
  return result;
}

v1::DesiredState ToProto(const SiteState& state) {
  v1::DesiredState result;
  result.set_generation(state.generation);
  for (const auto& [id, account] : state.accounts) {
    v1::DesiredProject& project = *result.add_projects();
    project.set_project(ProjectName(id));
    if (!account.parent.empty()) project.set_parent(ProjectName(account.parent));
    for (const std::string& login : account.logins) project.add_logins(login);
    for (const auto& [cluster, older] : account.links) {
      v1::AccountLink& link = *project.add_links();
      link.set_cluster(cluster);
      link.set_account(older);
    }
    for (const auto& [name, ceiling] : account.grants) {
      v1::DesiredGrant& grant = *project.add_grants();
      grant.set_grant(name);
      grant.set_resource(ceiling.resource);
      grant.set_ceiling_base_units(ceiling.ceiling.count());
      *grant.mutable_period() = ToProto(ceiling.period);
    }
  }
  return result;
}

}  // namespace mesolys
