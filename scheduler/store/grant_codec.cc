#include "scheduler/store/grant_codec.h"

#include "scheduler/store/request_codec.h"

namespace mesolys {
namespace {

template <typename Stored>
void EncodePlacements(const std::vector<Placement>& placements, Stored& out) {
  for (const Placement& placement : placements) {
    v1::StoredPlacement& stored = *out.add_placements();
    stored.set_site(placement.site);
    stored.set_month(placement.month.number());
    stored.set_amount(placement.amount.count());
  }
}

template <typename Stored>
std::vector<Placement> DecodePlacements(const Stored& in) {
  std::vector<Placement> placements;
  for (const v1::StoredPlacement& placement : in.placements()) {
    placements.push_back(
        {placement.site(), Month::FromNumber(placement.month()), Amount(placement.amount())});
  }
  return placements;
}

template <typename StoredMap>
void EncodeAmounts(const std::map<std::string, Amount>& amounts, StoredMap& out) {
  for (const auto& [site, amount] : amounts) out[site] = amount.count();
}

template <typename StoredMap>
std::map<std::string, Amount> DecodeAmounts(const StoredMap& in) {
  std::map<std::string, Amount> amounts;
  for (const auto& [site, amount] : in) amounts[site] = Amount(amount);
  return amounts;
}

template <typename Stored>
void EncodeHeld(const std::vector<HeldCeiling>& held, Stored& out) {
  for (const HeldCeiling& each : held) {
    v1::StoredHeldCeiling& stored = *out.Add();
    stored.set_grant(each.grant);
    stored.set_ceiling(each.ceiling.count());
  }
}

template <typename Stored>
std::vector<HeldCeiling> DecodeHeld(const Stored& in) {
  std::vector<HeldCeiling> held;
  for (const v1::StoredHeldCeiling& each : in) {
    held.push_back({each.grant(), Amount(each.ceiling())});
  }
  return held;
}

}  // namespace

void Encode(const Grant& grant, v1::StoredGrant& out) {
  out.set_number(grant.number);
  out.set_project(grant.project);
  out.set_resource(grant.resource);
  out.set_amount(grant.amount.count());
  out.mutable_period()->set_start(absl::ToUnixSeconds(grant.period.start));
  out.mutable_period()->set_end(absl::ToUnixSeconds(grant.period.end));
  out.set_request(grant.request);
  out.set_pi(grant.pi);
  out.set_programme(grant.programme);
  out.set_normalised(grant.normalised.count());
  out.set_issue_time_us(absl::ToUnixMicros(grant.issue_time));
  EncodePlacements(grant.placements, out);
  EncodeAmounts(grant.ceilings, *out.mutable_ceilings());
  out.set_bonus(grant.bonus.count());
  EncodeCurve(grant.curve, *out.mutable_curve());
  out.set_of_call(grant.of_call);
}

Grant DecodeGrant(const v1::StoredGrant& in) {
  Grant grant;
  grant.number = in.number();
  grant.project = in.project();
  grant.resource = in.resource();
  grant.amount = Amount(in.amount());
  grant.period = {absl::FromUnixSeconds(in.period().start()),
                  absl::FromUnixSeconds(in.period().end())};
  grant.request = in.request();
  grant.pi = in.pi();
  grant.programme = in.programme();
  grant.normalised = NormalisedSeconds(in.normalised());
  grant.issue_time = absl::FromUnixMicros(in.issue_time_us());
  grant.placements = DecodePlacements(in);
  grant.ceilings = DecodeAmounts(in.ceilings());
  grant.bonus = PartsPerMillion(in.bonus());
  grant.curve = DecodeCurve(in.curve());
  grant.of_call = in.of_call();
  return grant;
}

void Encode(const GrantChange& change, v1::StoredGrantChange& out) {
  out.set_grant(change.grant);
  out.set_kind(static_cast<int>(change.kind));
  out.set_amount(change.amount.count());
  out.set_end(absl::ToUnixSeconds(change.end));
  EncodePlacements(change.placements, out);
  EncodeAmounts(change.ceilings, *out.mutable_ceilings());
  EncodeAmounts(change.reserve, *out.mutable_reserve());
  out.set_normalised(change.normalised.count());
  out.set_counterpart(change.counterpart);
  out.set_order(change.order);
  out.set_reason(change.reason);
  out.set_renewal(change.renewal);
}

GrantChange DecodeChange(const v1::StoredGrantChange& in) {
  GrantChange change;
  change.grant = in.grant();
  change.kind = static_cast<ChangeKind>(in.kind());
  change.amount = Amount(in.amount());
  change.end = absl::FromUnixSeconds(in.end());
  change.placements = DecodePlacements(in);
  change.ceilings = DecodeAmounts(in.ceilings());
  change.reserve = DecodeAmounts(in.reserve());
  change.normalised = NormalisedSeconds(in.normalised());
  change.counterpart = in.counterpart();
  change.order = in.order();
  change.reason = in.reason();
  change.renewal = in.renewal();
  return change;
}

void Encode(const ReductionOrder& order, v1::StoredReductionOrder& out) {
  out.set_number(order.number);
  out.set_grant(order.grant);
  out.set_kind(static_cast<int>(order.kind));
  out.set_amount(order.amount.count());
  EncodeAmounts(order.ceilings, *out.mutable_ceilings());
  out.set_end(absl::ToUnixSeconds(order.end));
  out.set_to_grant(order.to_grant);
  out.set_to_project(order.to_project);
  out.set_reason(order.reason);
  out.set_to_site(order.to_site);
}

ReductionOrder DecodeOrder(const v1::StoredReductionOrder& in) {
  ReductionOrder order;
  order.number = in.number();
  order.grant = in.grant();
  order.kind = static_cast<ChangeKind>(in.kind());
  order.amount = Amount(in.amount());
  order.ceilings = DecodeAmounts(in.ceilings());
  order.end = absl::FromUnixSeconds(in.end());
  order.to_grant = in.to_grant();
  order.to_project = in.to_project();
  order.reason = in.reason();
  order.to_site = in.to_site();
  return order;
}

void Encode(const CeilingsConfirmed& event, v1::StoredCeilingsConfirmed& out) {
  out.set_site(event.site);
  EncodeHeld(event.held, *out.mutable_held());
  out.set_written_off(event.written_off);
  EncodeHeld(event.at_risk, *out.mutable_at_risk());
  out.set_reason(event.reason);
}

CeilingsConfirmed DecodeConfirmed(const v1::StoredCeilingsConfirmed& in) {
  return {in.site(), DecodeHeld(in.held()), in.written_off(), DecodeHeld(in.at_risk()),
          in.reason()};
}

}  // namespace mesolys
