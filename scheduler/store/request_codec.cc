#include "scheduler/store/request_codec.h"

#include <string>

namespace mesolys {

void Encode(const Request& request, v1::StoredRequest& out) {
  out.set_number(request.number);
  out.set_project(request.project);
  for (const RequestLine& line : request.lines) {
    v1::StoredRequestLine& stored_line = *out.add_lines();
    stored_line.set_resource(line.resource);
    stored_line.set_amount(line.amount.count());
    stored_line.set_minimum(line.minimum.count());
    for (const std::string& site : line.sites) stored_line.add_sites(site);
    stored_line.set_derived(line.derived);
  }
  out.mutable_period()->set_start(absl::ToUnixSeconds(request.period.start));
  out.mutable_period()->set_end(absl::ToUnixSeconds(request.period.end));
  out.set_justification(request.justification);
  out.set_necessity(request.necessity);
  out.set_energy_median_watt_hours(request.energy_median_watt_hours);
  out.set_energy_p90_watt_hours(request.energy_p90_watt_hours);
  out.set_requester(request.requester);
  out.set_track(static_cast<int>(request.track));
  EncodeCurve(request.curve, *out.mutable_curve());
}

Request DecodeRequest(const v1::StoredRequest& in) {
  Request request;
  request.number = in.number();
  request.project = in.project();
  for (const v1::StoredRequestLine& line : in.lines()) {
    request.lines.push_back({line.resource(),
                             Amount(line.amount()),
                             Amount(line.minimum()),
                             {line.sites().begin(), line.sites().end()},
                             line.derived()});
  }
  request.period = {absl::FromUnixSeconds(in.period().start()),
                    absl::FromUnixSeconds(in.period().end())};
  request.justification = in.justification();
  request.necessity = in.necessity();
  request.energy_median_watt_hours = in.energy_median_watt_hours();
  request.energy_p90_watt_hours = in.energy_p90_watt_hours();
  request.requester = in.requester();
  request.track = static_cast<Track>(in.track());
  request.curve = DecodeCurve(in.curve());
  return request;
}

void Encode(const RequestOutcome& outcome, v1::StoredRequestDecided& out) {
  out.set_request(outcome.request);
  out.set_state(static_cast<int>(outcome.state));
  for (const Refusal& refusal : outcome.refusals) Encode(refusal, *out.add_refusals());
  out.set_reason(outcome.reason);
}

RequestOutcome DecodeOutcome(const v1::StoredRequestDecided& in) {
  RequestOutcome outcome{in.request(), static_cast<RequestState>(in.state()), {}, in.reason()};
  for (const v1::StoredRefusal& refusal : in.refusals()) {
    outcome.refusals.push_back(DecodeRefusal(refusal));
  }
  return outcome;
}

void Encode(const Refusal& refusal, v1::StoredRefusal& out) {
  out.set_reason(std::string(ReasonName(refusal.reason)));
  out.set_message(refusal.message);
  for (const auto& [key, value] : refusal.metadata) (*out.mutable_metadata())[key] = value;
}

Refusal DecodeRefusal(const v1::StoredRefusal& in) {
  return {ParseReason(in.reason()), in.message(), {in.metadata().begin(), in.metadata().end()}};
}

void EncodeCurve(const UsageCurve& curve, StoredCurve& out) {
  for (const CurvePoint& point : curve) {
    v1::StoredUsagePoint& stored = *out.Add();
    stored.set_time(absl::ToUnixSeconds(point.time));
    stored.set_share(point.share.count());
  }
}

UsageCurve DecodeCurve(const StoredCurve& in) {
  UsageCurve curve;
  for (const v1::StoredUsagePoint& point : in) {
    curve.push_back({absl::FromUnixSeconds(point.time()), PartsPerMillion(point.share())});
  }
  return curve;
}

}  // namespace mesolys
