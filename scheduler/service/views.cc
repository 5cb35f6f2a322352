#include "scheduler/service/views.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "scheduler/core/figures/price.h"
#include "scheduler/core/figures/shares.h"
#include "scheduler/core/rules/policy.h"

namespace mesolys {
namespace {

// The name of a grant by its number alone; empty for one that does not exist (a dry run's).
std::string NameOf(const Ledger& ledger, int64_t number) {
  const GrantEntry* entry = ledger.FindGrant(number);
  return entry == nullptr ? std::string() : GrantName(entry->grant.project, number);
}

constexpr int kMonthsShown = 12;

void AddCapacities(const Ledger& ledger, const std::string& id, absl::Time now, v1::Site& out) {
  const Catalogue& catalogue = ledger.catalogue();
  const Site& site = catalogue.sites.at(id);
  std::set<std::string> resources;
  for (const Capacity& capacity : site.capacities) resources.insert(capacity.resource);
  const Month first = catalogue.MonthAt(now);
  for (const std::string& resource : resources) {
    for (int ahead = 0; ahead < kMonthsShown; ++ahead) {
      const Month month = first.Plus(ahead);
      const Period period = catalogue.PeriodOf(month);
      if (period.Seconds() == 0) break;
      v1::SiteCapacity& capacity = *out.add_capacities();
      capacity.set_resource(resource);
      capacity.set_month(month.Label());
      capacity.set_capacity_base_units(catalogue.CapacityOf(site, resource, period).count());
      capacity.set_granted_base_units(ledger.Placed(id, resource, month).count());
    }
  }
}

void AddCurve(const UsageCurve& curve, google::protobuf::RepeatedPtrField<v1::UsagePoint>& out) {
  for (const CurvePoint& point : curve) {
    v1::UsagePoint& shown = *out.Add();
    *shown.mutable_time() = ToProto(point.time);
    shown.set_share_ppm(point.share.count());
  }
}

void FillSettled(const GrantEntry& entry, const std::string& site, v1::DesiredGrant& out) {
  const auto used = entry.used.find(site);
  if (used == entry.used.end()) return;
  const Totals& totals = used->second;
  out.set_settled_base_units((totals.settled - totals.refund + totals.opening).count());
  out.set_correction_base_units((totals.opening - totals.refund).count());
}

}  // namespace

v1::Site SiteView(const Ledger& ledger, const std::string& id, bool with_capacities,
                  absl::Time now) {
  const Site& site = ledger.catalogue().sites.at(id);
  v1::Site out;
  out.set_name(SiteName(id));
  out.set_title(site.title);
  for (const std::string& cluster : site.clusters) out.add_clusters(cluster);
  for (const std::string& certification : site.certifications) {
    out.add_certifications(certification);
  }
  out.set_pue_milli(site.pue_milli);
  if (with_capacities) AddCapacities(ledger, id, now, out);
  return out;
}

v1::Project ProjectView(const Catalogue& catalogue, const ProjectEntry& entry) {
  const Project& project = entry.project;
  v1::Project out;
  out.set_name(ProjectName(project.id));
  out.set_title(project.title);
  out.set_institution(project.institution);
  out.set_programme(project.programme);
  out.set_data_class(project.data_class);
  if (!project.parent.empty()) out.set_parent(ProjectName(project.parent));
  out.set_pi(project.pi);
  *out.mutable_period() = ToProto(project.period);
  *out.mutable_create_time() = ToProto(entry.create_time);
  out.set_archived(entry.archived);
  out.set_shares(SharesOf(catalogue, project));
  out.set_eco(MayRunEco(catalogue, project));
  out.set_etag(EtagOf(entry));
  for (const auto& [cluster, account] : entry.links) {
    v1::AccountLink& link = *out.add_links();
    link.set_cluster(cluster);
    link.set_account(account);
  }
  return out;
}

v1::Member MemberView(const Member& member) {
  v1::Member out;
  out.set_user(member.user);
  out.set_role(static_cast<v1::Member::Role>(member.role));
  if (member.role == ProjectRole::kDeputy) *out.mutable_term() = ToProto(member.term);
  for (const auto& [site, name] : member.logins) {
    v1::Login& login = *out.add_logins();
    login.set_site(site);
    login.set_login(name);
  }
  return out;
}

v1::MemberCeiling CeilingView(const MemberCeilingSet& ceiling, absl::Time set_time) {
  v1::MemberCeiling out;
  out.set_user(ceiling.user);
  out.set_site(SiteName(ceiling.site));
  out.set_resource(ceiling.resource);
  if (ceiling.amount.has_value()) out.set_amount_base_units(ceiling.amount->count());
  *out.mutable_set_time() = ToProto(set_time);
  return out;
}

v1::Grant GrantView(const Ledger& ledger, const GrantEntry& entry, const SiteSessions& sessions,
                    absl::Time now) {
  const Grant& grant = entry.grant;
  v1::Grant out;
  out.set_name(GrantName(grant.project, grant.number));
  out.set_resource(grant.resource);
  out.set_amount_base_units(grant.amount.count());
  *out.mutable_period() = ToProto(grant.period);
  if (grant.request != 0) out.set_request(RequestName(grant.project, grant.request));
  for (const Placement& placement : grant.placements) {
    v1::Placement& placed = *out.add_placements();
    placed.set_site(placement.site);
    placed.set_month(placement.month.Label());
    placed.set_amount_base_units(placement.amount.count());
  }
  for (const auto& [site, amount] : grant.ceilings) {
    v1::Ceiling& ceiling = *out.add_ceilings();
    const bool is_over = now >= entry.PeriodAt(site).end;
    ceiling = sessions.EnforcementOf(site, out.name(),
                                     is_over ? std::nullopt : std::optional<Amount>(amount));
    // A site that has confirmed a revocation is not told of the grant any more.
    if (entry.revoked && !entry.lowered.contains(site)) ceiling.set_state(v1::Ceiling::ENFORCED);
    ceiling.set_wanted_base_units(amount.count());
    const auto held = entry.held.find(site);
    if (held != entry.held.end()) ceiling.set_held_base_units(held->second.count());
  }
  for (const auto& [time, change] : entry.changes) {
    *out.add_changes() = ChangeView(ledger, change, time);
  }
  for (const ReductionOrder& order : entry.orders) *out.add_orders() = OrderView(ledger, order);
  AddCurve(grant.curve, *out.mutable_usage_curve());
  *out.mutable_end_proper_time() = ToProto(entry.EndProper());
  out.set_normalised_seconds(grant.normalised.count());
  out.set_bonus_base_units(BonusOf(grant, grant.amount).count());
  *out.mutable_issue_time() = ToProto(grant.issue_time);
  out.set_state(static_cast<v1::Grant::State>(StateOf(entry, now)));
  return out;
}

v1::GrantChange ChangeView(const Ledger& ledger, const GrantChange& change, absl::Time time) {
  v1::GrantChange out;
  *out.mutable_time() = ToProto(time);
  out.set_grant(NameOf(ledger, change.grant));
  out.set_kind(static_cast<v1::GrantChange::Kind>(change.kind));
  out.set_amount_base_units(change.amount.count());
  *out.mutable_end_time() = ToProto(change.end);
  if (change.counterpart != 0) out.set_counterpart(NameOf(ledger, change.counterpart));
  if (change.renewal != 0) {
    out.set_renewal(RequestName(ledger.FindGrant(change.grant)->grant.project, change.renewal));
  }
  out.set_reason(change.reason);
  for (const auto& [site, raise] : change.ceilings) {
    v1::Ceiling& ceiling = *out.add_ceilings();
    ceiling.set_site(site);
    ceiling.set_wanted_base_units(raise.count());
  }
  return out;
}

v1::ReductionOrder OrderView(const Ledger& ledger, const ReductionOrder& order) {
  v1::ReductionOrder out;
  out.set_grant(NameOf(ledger, order.grant));
  out.set_kind(static_cast<v1::GrantChange::Kind>(order.kind));
  out.set_amount_base_units(order.amount.count());
  if (order.to_grant != 0) out.set_receiver(NameOf(ledger, order.to_grant));
  if (!order.to_project.empty()) out.set_receiver(ProjectName(order.to_project));
  for (const auto& [site, ceiling] : order.ceilings) out.add_sites(site);
  out.set_reason(order.reason);
  return out;
}

v1::RefundJobResponse RefundView(const Ledger& ledger, const JobRefunded& refunded) {
  v1::RefundJobResponse out;
  for (const Posting& posting : refunded.postings) {
    if (posting.key.kind != ChargeKind::kRefund) continue;
    v1::Charge& charge = *out.add_charges();
    charge.set_grant(NameOf(ledger, posting.key.grant));
    charge.set_resource(posting.key.resource);
    charge.set_kind(v1::Charge::REFUND);
    charge.set_amount_base_units(posting.amount.count());
    charge.set_basis(v1::Charge::OPERATOR);
  }
  return out;
}

v1::WriteOffSiteResponse WriteOffView(const Ledger& ledger, const std::vector<Event>& events,
                                      absl::Time time) {
  v1::WriteOffSiteResponse out;
  for (const Event& event : events) {
    if (const auto* confirmed = std::get_if<CeilingsConfirmed>(&event)) {
      out.set_site(SiteName(confirmed->site));
      for (const HeldCeiling& risk : confirmed->at_risk) {
        v1::AtRisk& shown = *out.add_at_risk();
        shown.set_grant(NameOf(ledger, risk.grant));
        shown.set_resource(ledger.FindGrant(risk.grant)->grant.resource);
        shown.set_amount_base_units(risk.ceiling.count());
      }
    } else if (const auto* changed = std::get_if<GrantChanged>(&event)) {
      *out.add_changes() = ChangeView(ledger, changed->change, time);
    } else if (const auto* issued = std::get_if<GrantIssued>(&event)) {
      *out.add_grants() = GrantView(ledger, EntryOf(issued->grant), SiteSessions(), time);
    }
  }
  return out;
}

v1::SiteWindow WindowView(const SiteWindow& window) {
  v1::SiteWindow out;
  out.set_site(SiteName(window.site));
  out.set_kind(static_cast<v1::SiteWindow::Kind>(window.kind));
  *out.mutable_period() = ToProto(window.period);
  out.set_title(window.title);
  out.set_number(window.number);
  return out;
}

v1::Request RequestView(const Request& request, const RequestOutcome& outcome,
                        absl::Time decide_time) {
  v1::Request out;
  out.set_name(RequestName(request.project, request.number));
  for (const RequestLine& line : request.lines) {
    v1::RequestLine& shown = *out.add_lines();
    shown.set_resource(line.resource);
    shown.set_amount_base_units(line.amount.count());
    shown.set_minimum_base_units(line.minimum.count());
    for (const std::string& site : line.sites) shown.add_sites(site);
    shown.set_derived(line.derived);
  }
  *out.mutable_period() = ToProto(request.period);
  out.set_justification(request.justification);
  out.set_necessity(request.necessity);
  out.set_energy_median_watt_hours(request.energy_median_watt_hours);
  out.set_energy_p90_watt_hours(request.energy_p90_watt_hours);
  const bool waits = outcome.state == RequestState::kUndecided;
  out.set_state(waits ? v1::Request::SUBMITTED : static_cast<v1::Request::State>(outcome.state));
  out.set_requester(request.requester);
  if (!waits) *out.mutable_decide_time() = ToProto(decide_time);
  out.set_decide_reason(outcome.reason);
  out.set_track(request.track == Track::kCall ? v1::Request::CALL : v1::Request::DYNAMIC);
  AddCurve(request.curve, *out.mutable_usage_curve());
  for (const Refusal& refusal : outcome.refusals) *out.add_refusals() = ToProto(refusal);
  return out;
}

void AddRunningJobsMoves(const std::vector<RunningUse>& before, const Grant& grant, absl::Time now,
                         v1::Request& out) {
  for (const RunningJobsMove& move : RunningJobsMovesTo(before, grant, now)) {
    v1::RunningJobsMove& shown = *out.add_running_jobs_moves();
    shown.set_grant(GrantName(grant.project, grant.number));
    shown.set_resource(grant.resource);
    shown.set_granted_base_units(grant.amount.count());
    *shown.mutable_end_time() = ToProto(grant.period.end);
    shown.set_from(GrantName(grant.project, move.from));
    *shown.mutable_from_end_time() = ToProto(move.from_end);
    shown.set_in_flight_base_units(move.in_flight.count());
    shown.set_committed_base_units(move.committed.count());
  }
}

v1::BalanceLine BalanceView(const Ledger& ledger, const std::string& project,
                            const BalanceLine& line) {
  v1::BalanceLine out;
  out.set_resource(line.resource);
  out.set_granted_base_units(line.granted.count());
  out.set_settled_base_units(line.settled.count());
  out.set_in_flight_base_units(line.in_flight.count());
  out.set_committed_base_units(line.committed.count());
  out.set_left_base_units(line.left.count());
  out.set_overdraft_base_units(line.overdraft.count());
  out.set_ordered_base_units(line.ordered.count());
  out.set_expired_base_units(line.expired.count());
  out.set_burn_base_units_per_day(line.burn_per_day.count());
  if (line.exhaust_time.has_value()) *out.mutable_exhaust_time() = ToProto(*line.exhaust_time);
  std::map<std::string, Amount> ceilings;
  if (line.grant != 0) {
    out.set_grant(GrantName(project, line.grant));
    *out.mutable_period() = ToProto(line.period);
    ceilings = ledger.FindGrant(line.grant)->grant.ceilings;
  }
  for (const auto& [site, used] : line.sites) ceilings.try_emplace(site);
  for (const auto& [site, ceiling] : ceilings) {
    v1::SiteShare& share = *out.add_sites();
    share.set_site(site);
    share.set_ceiling_base_units(ceiling.count());
    const auto used = line.sites.find(site);
    if (used == line.sites.end()) continue;
    share.set_settled_base_units((used->second.Spent() - used->second.in_flight).count());
    share.set_in_flight_base_units(used->second.in_flight.count());
    share.set_committed_base_units(used->second.committed.count());
  }
  return out;
}

v1::Job JobView(const Ledger& ledger, const Job& job) {
  v1::Job out;
  *out.mutable_record() = ToProto(job.record);
  out.set_site(job.site);
  if (!job.project.empty()) out.set_project(ProjectName(job.project));
  for (const PricedCharge& priced : Priced(ledger, job)) {
    const Charge& charge = priced.charge;
    v1::Charge& shown = *out.add_charges();
    const GrantEntry* grant = ledger.FindGrant(charge.grant);
    if (grant != nullptr) shown.set_grant(GrantName(grant->grant.project, charge.grant));
    shown.set_resource(charge.resource);
    shown.set_kind(static_cast<v1::Charge::Kind>(charge.kind));
    shown.set_amount_base_units(charge.amount.count());
    shown.set_basis(static_cast<v1::Charge::Basis>(charge.basis));
    shown.set_normalised_seconds(Normalise(charge.amount, priced.rate).count());
    shown.set_rate_ppm(priced.rate.count());
    if (priced.since.has_value()) *shown.mutable_rate_since_time() = ToProto(*priced.since);
  }
  return out;
}

v1::DesiredState DesiredView(const Ledger& ledger, const std::string& site,
                             const DesiredState& state) {
  v1::DesiredState out;
  out.set_generation(state.generation);
  for (const std::string& cluster : state.clusters) out.add_clusters(cluster);
  for (const UsageImport& import : state.imports) {
    v1::DesiredImport& wanted = *out.add_imports();
    wanted.set_number(import.number);
    *wanted.mutable_period() = ToProto(import.period);
  }
  v1::SiteCharging& charging = *out.mutable_charging();
  charging.set_gpu_model(state.charges.gpu_model);
  charging.set_gpu_jobs_pay_no_cpu(!state.charges.gpu_jobs_pay_cpu);
  charging.set_node_cores(state.charges.node.cores);
  charging.set_node_memory_bytes(state.charges.node.memory_bytes);
  charging.set_node_gpu_count(state.charges.node.gpus);
  charging.set_cores_per_gpu(state.cores_per_gpu);
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
