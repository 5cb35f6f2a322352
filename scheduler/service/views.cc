#include "scheduler/service/views.h"

#include "proto/runtime/convert.h"
#include "proto/values/names.h"

namespace mesolys {

std::string GrantNameOf(const Ledger& ledger, int64_t number) {
  const GrantEntry* entry = ledger.FindGrant(number);
  return entry == nullptr ? std::string() : GrantName(entry->grant.project, number);
}

void AddCurve(const UsageCurve& curve, google::protobuf::RepeatedPtrField<v1::UsagePoint>& out) {
  for (const CurvePoint& point : curve) {
    v1::UsagePoint& shown = *out.Add();
    *shown.mutable_time() = ToProto(point.time);
    shown.set_share_ppm(point.share.count());
  }
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
  out.set_bonus_base_units(BonusOf(grant, sessions.BonusSites()).count());
  for (const std::string& site : grant.any_of) out.add_any_of(site);
  *out.mutable_issue_time() = ToProto(grant.issue_time);
  out.set_state(static_cast<v1::Grant::State>(StateOf(entry, now)));
  return out;
}

v1::GrantChange ChangeView(const Ledger& ledger, const GrantChange& change, absl::Time time) {
  v1::GrantChange out;
  *out.mutable_time() = ToProto(time);
  out.set_grant(GrantNameOf(ledger, change.grant));
  out.set_kind(static_cast<v1::GrantChange::Kind>(change.kind));
  out.set_amount_base_units(change.amount.count());
  *out.mutable_end_time() = ToProto(change.end);
  if (change.counterpart != 0) out.set_counterpart(GrantNameOf(ledger, change.counterpart));
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
  out.set_grant(GrantNameOf(ledger, order.grant));
  out.set_kind(static_cast<v1::GrantChange::Kind>(order.kind));
  out.set_amount_base_units(order.amount.count());
  if (order.to_grant != 0) out.set_receiver(GrantNameOf(ledger, order.to_grant));
  if (!order.to_project.empty()) out.set_receiver(ProjectName(order.to_project));
  if (!order.to_site.empty()) out.set_receiver(SiteName(order.to_site));
  for (const auto& [site, ceiling] : order.ceilings) out.add_sites(site);
  out.set_reason(order.reason);
  return out;
}

v1::Grant NewGrantView(const Ledger& ledger, const Grant& grant, absl::Time now) {
  return GrantView(ledger, EntryOf(grant), SiteSessions(), now);
}

v1::UsageImport ImportView(const ImportEntry& entry) {
  v1::UsageImport out;
  out.set_site(SiteName(entry.import.site));
  out.set_number(entry.import.number);
  *out.mutable_period() = ToProto(entry.import.period);
  *out.mutable_order_time() = ToProto(entry.order_time);
  out.set_state(v1::UsageImport::ORDERED);
  if (!entry.result.has_value()) return out;
  const ImportResult& result = *entry.result;
  out.set_state(result.problem.empty() ? v1::UsageImport::DONE : v1::UsageImport::FAILED);
  *out.mutable_end_time() = ToProto(entry.end_time);
  v1::ImportResult& shown = *out.mutable_result();
  shown.set_job_count(result.job_count);
  shown.set_changed_count(result.changed_count);
  shown.set_rejected_count(result.rejected_count);
  shown.set_unreadable_count(result.unreadable_count);
  shown.set_core_seconds(result.core_seconds);
  shown.set_problem(result.problem);
  return out;
}

}  // namespace mesolys
