#include "agent/link/site_state_proto.h"

#include <string>
#include <utility>

#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

constexpr int64_t kSharesMax = 1'000'000'000;

absl::Status About(absl::string_view name, const absl::Status& status) {
  return absl::InvalidArgumentError(Say("desired state: $0: $1", name, status.message()).Render());
}

absl::Status Twice(absl::string_view what) {
  return absl::InvalidArgumentError(Say("desired state: $0 is there twice", what).Render());
}

absl::StatusOr<GrantCeiling> ParseCeiling(const v1::DesiredGrant& grant) {
  if (absl::StatusOr<NumberedName> name = ParseGrantName(grant.grant()); !name.ok()) {
    return name.status();
  }
  if (absl::Status status = CheckResource(grant.resource()); !status.ok()) return status;
  const Amount ceiling(grant.ceiling_base_units());
  if (ceiling < Amount() || ceiling > kAmountMax) {
    return absl::InvalidArgumentError(
        Say("the ceiling is $0; it must be within 0 and $1", ceiling.count(), kAmountMax.count())
            .Render());
  }
  const Amount bonus(grant.bonus_base_units());
  if (bonus < Amount() || bonus > kAmountMax) {
    return absl::InvalidArgumentError(
        Say("the bonus is $0; it must be within 0 and $1", bonus.count(), kAmountMax.count())
            .Render());
  }
  absl::StatusOr<Period> period = FromProto(grant.period());
  // Only a grant that was revoked before it began ends as it begins.
  if (!period.ok() && grant.period().has_start_time() && grant.period().has_end_time()) {
    const absl::StatusOr<absl::Time> start = FromProto(grant.period().start_time());
    const absl::StatusOr<absl::Time> end = FromProto(grant.period().end_time());
    if (start.ok() && end.ok() && *start == *end) period = Period{*start, *end};
  }
  if (!period.ok()) return period.status();
  return GrantCeiling{grant.resource(), ceiling, *period, bonus};
}

absl::Status ParseLoginCeiling(const v1::LoginCeiling& ceiling, SiteAccount& account) {
  absl::Status status = CheckLogin("login", ceiling.login());
  status.Update(CheckResource(ceiling.resource()));
  const absl::StatusOr<absl::Time> since = FromProto(ceiling.since_time());
  status.Update(since.status());
  const Amount amount(ceiling.amount_base_units());
  if (amount < Amount() || amount > kAmountMax) {
    status.Update(
        absl::InvalidArgumentError(Say("the ceiling of $0 is $1; it must be within 0 and $2",
                                       ceiling.login(), amount.count(), kAmountMax.count())
                                       .Render()));
  }
  if (status.ok()) {
    account.login_ceilings[{ceiling.login(), ceiling.resource()}] = {amount, *since};
  }
  return status;
}

absl::Status ParseAccess(const v1::HeldAccess& access, SiteAccount& account) {
  if (absl::Status status = CheckResource(access.resource()); !status.ok()) return status;
  if (access.level() != v1::HeldAccess::FROZEN && access.level() != v1::HeldAccess::LOW_PRIORITY &&
      access.level() != v1::HeldAccess::OPEN) {
    return absl::InvalidArgumentError(
        Say("the access to $0 has no level; it must be FROZEN, LOW_PRIORITY or OPEN",
            access.resource())
            .Render());
  }
  if (access.login().empty()) {
    account.access[access.resource()] = static_cast<Access>(access.level());
  } else if (access.level() == v1::HeldAccess::FROZEN) {
    account.frozen_logins.insert({access.login(), access.resource()});
  }
  return absl::OkStatus();
}

absl::StatusOr<SiteAccount> ParseAccount(const v1::DesiredProject& project) {
  SiteAccount account;
  if (!project.parent().empty()) {
    absl::StatusOr<std::string> parent = ParseProjectName(project.parent());
    if (!parent.ok()) return About(project.project(), parent.status());
    account.parent = *std::move(parent);
  }
  if (project.shares() < 0 || project.shares() > kSharesMax) {
    return About(project.project(),
                 absl::InvalidArgumentError(Say("it has $0 shares; it must be within 0 and $1",
                                                project.shares(), kSharesMax)
                                                .Render()));
  }
  if (project.shares() > 0) account.shares = project.shares();
  account.eco = project.eco();
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
  for (const v1::LoginCeiling& ceiling : project.login_ceilings()) {
    if (absl::Status status = ParseLoginCeiling(ceiling, account); !status.ok()) {
      return About(project.project(), status);
    }
  }
  for (const v1::HeldAccess& access : project.access()) {
    if (absl::Status status = ParseAccess(access, account); !status.ok()) {
      return About(project.project(), status);
    }
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

v1::SiteCharging ChargingOf(const ChargeRule& charges) {
  v1::SiteCharging charging;
  charging.set_gpu_model(charges.gpu_model);
  charging.set_gpu_jobs_pay_no_cpu(!charges.gpu_jobs_pay_cpu);
  charging.set_node_cores(charges.node.cores);
  charging.set_node_memory_bytes(charges.node.memory_bytes);
  charging.set_node_gpu_count(charges.node.gpus);
  for (const auto& [name, part] : charges.gpu_names) {
    (*charging.mutable_gpu_names())[name] = mesolys::ToProto(part);
  }
  return charging;
}

void AddAccess(const SiteAccount& account, v1::DesiredProject& project) {
  for (const auto& [whose, ceiling] : account.login_ceilings) {
    v1::LoginCeiling& shown = *project.add_login_ceilings();
    shown.set_login(whose.first);
    shown.set_resource(whose.second);
    shown.set_amount_base_units(ceiling.amount.count());
    *shown.mutable_since_time() = ToProto(ceiling.since);
  }
  for (const auto& [resource, access] : account.access) {
    v1::HeldAccess& shown = *project.add_access();
    shown.set_resource(resource);
    shown.set_level(static_cast<v1::HeldAccess::Level>(access));
  }
  for (const auto& [login, resource] : account.frozen_logins) {
    v1::HeldAccess& shown = *project.add_access();
    shown.set_resource(resource);
    shown.set_login(login);
    shown.set_level(v1::HeldAccess::FROZEN);
  }
}

}  // namespace

absl::StatusOr<SiteState> FromProto(const v1::DesiredState& state) {
  SiteState result;
  result.generation = state.generation();
  result.clusters.insert(state.clusters().begin(), state.clusters().end());
  const v1::SiteCharging& charging = state.charging();
  if (charging.node_cores() < 0 || charging.node_memory_bytes() < 0 ||
      charging.node_gpu_count() < 0 || charging.cores_per_gpu() < 0) {
    return About("charging", absl::InvalidArgumentError(SayLater("a node has less than nothing")));
  }
  result.charges = {
      charging.gpu_model(),
      !charging.gpu_jobs_pay_no_cpu(),
      {charging.node_cores(), charging.node_memory_bytes(), charging.node_gpu_count()},
      {}};
  for (const auto& [name, part] : charging.gpu_names()) {
    result.charges.gpu_names[name] = {part.resource(), part.parts(), part.whole()};
  }
  if (absl::Status status = CheckGpuNames(result.charges.gpu_names); !status.ok()) {
    return About("charging", status);
  }
  result.cores_per_gpu = charging.cores_per_gpu();
  for (const v1::DismissedRows& rows : state.dismissed_rows()) {
    const absl::StatusOr<absl::Time> time = FromProto(rows.dismiss_time());
    if (!time.ok()) return About("dismissed_rows", time.status());
    result.dismissed.push_back({rows.first(), rows.last(), *time});
  }
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
  for (const std::string& cluster : state.clusters) result.add_clusters(cluster);
  if (state.charges != ChargeRule() || state.cores_per_gpu > 0) {
    *result.mutable_charging() = ChargingOf(state.charges);
    result.mutable_charging()->set_cores_per_gpu(state.cores_per_gpu);
  }
  for (const DismissedRows& dismissed : state.dismissed) {
    v1::DismissedRows& rows = *result.add_dismissed_rows();
    rows.set_first(dismissed.first);
    rows.set_last(dismissed.last);
    *rows.mutable_dismiss_time() = ToProto(dismissed.time);
  }
  for (const auto& [id, account] : state.accounts) {
    v1::DesiredProject& project = *result.add_projects();
    project.set_project(ProjectName(id));
    if (!account.parent.empty()) project.set_parent(ProjectName(account.parent));
    if (account.shares != kSharesUnlessSaid) project.set_shares(account.shares);
    project.set_eco(account.eco);
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
      grant.set_bonus_base_units(ceiling.bonus.count());
    }
    AddAccess(account, project);
  }
  return result;
}

}  // namespace mesolys::agent
