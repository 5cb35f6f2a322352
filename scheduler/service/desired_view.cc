#include "scheduler/service/desired_view.h"

#include "mesolys/v1/project.pb.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"

namespace mesolys {
namespace {

void FillSettled(const GrantEntry& entry, const std::string& site, v1::DesiredGrant& out) {
  const auto used = entry.used.find(site);
  if (used == entry.used.end()) return;
  const Totals& totals = used->second;
  out.set_settled_base_units((totals.settled - totals.refund + totals.opening).count());
  out.set_correction_base_units((totals.opening - totals.refund).count());
}

}  // namespace

v1::DesiredState DesiredView(const Ledger& ledger, const std::string& site,
                             const DesiredState& state) {
  v1::DesiredState out;
  out.set_generation(state.generation);
  out.set_correction_revision(ledger.CorrectionRevision(site));
  for (const std::string& cluster : state.clusters) out.add_clusters(cluster);
  for (const UsageImport& import : state.imports) {
    v1::DesiredImport& wanted = *out.add_imports();
    wanted.set_number(import.number);
    *wanted.mutable_period() = ToProto(import.period);
  }
  for (const DismissalEntry& entry : state.dismissals) {
    v1::DismissedRows& rows = *out.add_dismissed_rows();
    rows.set_first(entry.dismissal.first);
    rows.set_last(entry.dismissal.last);
    *rows.mutable_dismiss_time() = ToProto(entry.time);
  }
  v1::SiteCharging& charging = *out.mutable_charging();
  charging.set_gpu_model(state.charges.gpu_model);
  charging.set_gpu_jobs_pay_no_cpu(!state.charges.gpu_jobs_pay_cpu);
  charging.set_node_cores(state.charges.node.cores);
  charging.set_node_memory_bytes(state.charges.node.memory_bytes);
  charging.set_node_gpu_count(state.charges.node.gpus);
  charging.set_cores_per_gpu(state.cores_per_gpu);
  for (const auto& [name, part] : state.charges.gpu_names) {
    (*charging.mutable_gpu_names())[name] = ToProto(part);
  }
  for (const DesiredProject& project : state.projects) {
    v1::DesiredProject& wanted = *out.add_projects();
    wanted.set_project(ProjectName(project.project));
    if (!project.parent.empty()) wanted.set_parent(ProjectName(project.parent));
    wanted.set_shares(project.shares);
    wanted.set_eco(project.eco);
    for (const std::string& login : project.logins) wanted.add_logins(login);
    for (const DesiredGrant& grant : project.grants) {
      v1::DesiredGrant& shown = *wanted.add_grants();
      shown.set_grant(GrantName(project.project, grant.grant));
      shown.set_resource(grant.resource);
      shown.set_ceiling_base_units(grant.ceiling.count());
      *shown.mutable_period() = ToProto(grant.period);
      shown.set_bonus_base_units(grant.bonus.count());
      FillSettled(*ledger.FindGrant(grant.grant), site, shown);
    }
    for (const LoginCeiling& ceiling : project.login_ceilings) {
      v1::LoginCeiling& shown = *wanted.add_login_ceilings();
      shown.set_login(ceiling.login);
      shown.set_resource(ceiling.resource);
      shown.set_amount_base_units(ceiling.amount.count());
      *shown.mutable_since_time() = ToProto(ceiling.since);
    }
    for (const auto& [cluster, account] : project.links) {
      v1::AccountLink& link = *wanted.add_links();
      link.set_cluster(cluster);
      link.set_account(account);
    }
  }
  return out;
}

}  // namespace mesolys
