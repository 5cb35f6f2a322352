// RequestService: what projects ask for, and what is decided.

#include <optional>

#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/request.grpc.pb.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/job_quote.h"
#include "scheduler/core/figures/running_jobs_move.h"
#include "scheduler/core/rules/quote.h"
#include "scheduler/service/handlers.h"
#include "scheduler/service/page.h"
#include "scheduler/service/services.h"
#include "scheduler/service/views.h"

namespace mesolys {
namespace {

RequestLine ToLine(const v1::RequestLine& in) {
  RequestLine line{in.resource(),
                   Amount(in.amount_base_units()),
                   Amount(in.minimum_base_units()),
                   {in.sites().begin(), in.sites().end()},
                   /*derived=*/false};
  for (const auto& [site, amount] : in.site_base_units()) line.by_site[site] = Amount(amount);
  line.any_of = in.any_of();
  // A split names its sites by itself.
  if (line.sites.empty()) {
    for (const auto& [site, amount] : line.by_site) line.sites.push_back(site);
  }
  return line;
}

// Without a number and a requester.
absl::StatusOr<Request> ToRequest(const std::string& project, const v1::Request& in) {
  Request request;
  absl::StatusOr<std::string> id = ParseProjectName(project);
  if (!id.ok()) return id.status();
  request.project = *std::move(id);
  for (const v1::RequestLine& line : in.lines()) request.lines.push_back(ToLine(line));
  absl::StatusOr<Period> period = FromProto(in.period());
  if (!period.ok()) return period.status();
  request.period = *period;
  request.justification = in.justification();
  request.necessity = in.necessity();
  request.energy_median_watt_hours = in.energy_median_watt_hours();
  request.energy_p90_watt_hours = in.energy_p90_watt_hours();
  if (!v1::Request::Track_IsValid(in.track())) {
    return Refuse(Reason::kInvalidArgument, Say("a track is DYNAMIC or CALL"));
  }
  request.track = in.track() == v1::Request::CALL ? Track::kCall : Track::kDynamic;
  for (const v1::UsagePoint& point : in.usage_curve()) {
    absl::StatusOr<absl::Time> time = FromProto(point.time());
    if (!time.ok()) return time.status();
    request.curve.push_back(
        {absl::FromUnixSeconds(absl::ToUnixSeconds(*time)), PartsPerMillion(point.share_ppm())});
  }
  return request;
}

absl::StatusOr<Command> ToCommand(const v1::CreateRequestRequest& in) {
  absl::StatusOr<Request> request = ToRequest(in.project(), in.request());
  if (!request.ok()) return request.status();
  return SubmitRequest{*std::move(request)};
}

absl::StatusOr<Command> ToCommand(const v1::WithdrawRequestRequest& in) {
  absl::StatusOr<NumberedName> name = ParseRequestName(in.name());
  if (!name.ok()) return name.status();
  return WithdrawRequest{name->number, in.reason()};
}

absl::StatusOr<Command> ToCommand(const v1::DecideRequestRequest& in) {
  absl::StatusOr<NumberedName> name = ParseRequestName(in.name());
  if (!name.ok()) return name.status();
  DecideRequest command{name->number, {}, in.reason()};
  for (const v1::Award& award : in.awards()) {
    if (!command.awards.emplace(award.resource(), Amount(award.amount_base_units())).second) {
      return Refuse(Reason::kInvalidArgument,
                    Say("$0 is awarded twice; add the two amounts", award.resource()),
                    {{"resource", award.resource()}});
    }
  }
  return command;
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
    for (const auto& [site, amount] : line.by_site) {
      (*shown.mutable_site_base_units())[site] = amount.count();
    }
    shown.set_any_of(line.any_of);
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

// What running jobs were charged `before` to other grants and go over to the new one.
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

v1::Request Show(const Reading& reading, const RequestEntry& entry) {
  v1::Request out = RequestView(entry.request, entry.outcome, entry.decide_time);
  for (int64_t number : entry.grants) {
    *out.add_grants() =
        GrantView(reading.ledger, *reading.ledger.FindGrant(number), reading.sessions, reading.now);
  }
  return out;
}

absl::Status ReadRequest(const Reading& reading, const v1::GetRequestRequest& in,
                         v1::Request& out) {
  const NumberedName name = *ParseRequestName(in.name());
  const RequestEntry* entry = reading.ledger.FindRequest(name.number);
  if (entry == nullptr || entry->request.project != name.project) {
    return NoRequest(name);
  }
  out = Show(reading, *entry);
  return absl::OkStatus();
}

absl::Status ReadRequests(const Reading& reading, const v1::ListRequestsRequest& in,
                          v1::ListRequestsResponse& out) {
  return FillNumbered(reading.project->requests, in, out, [&](int64_t number) {
    *out.add_requests() = Show(reading, *reading.ledger.FindRequest(number));
  });
}

absl::Status ReadQuote(const Reading& reading, const v1::QuoteRequest& in, v1::QuoteResponse& out) {
  absl::StatusOr<Request> request = ToRequest(in.project(), in.request());
  if (!request.ok()) return request.status();
  request->requester = reading.identity;
  const absl::StatusOr<Quote> quote = QuoteFor(reading.ledger, *request, reading.now);
  if (!quote.ok()) return quote.status();
  const RequestDecision& decision = quote->decision;
  *out.mutable_request() = RequestView(decision.request, decision.outcome, reading.now);
  out.mutable_request()->clear_name();
  for (const Grant& grant : decision.grants) {
    v1::Grant& shown = *out.mutable_request()->add_grants();
    shown = NewGrantView(reading.ledger, grant, reading.now);
    // It exists under no name.
    shown.clear_name();
    shown.clear_request();
  }
  out.set_normalised_seconds(quote->price.count());
  out.set_threshold_normalised_seconds(quote->threshold.count());
  out.set_threshold_left_normalised_seconds(quote->threshold_left.count());
  if (quote->whole_from.has_value()) {
    *out.mutable_whole_from_time() = ToProto(*quote->whole_from);
  }
  return absl::OkStatus();
}

absl::Status ReadJobQuote(const Reading& reading, const v1::QuoteJobRequest& in,
                          v1::JobQuote& out) {
  JobWish wish{in.core_count(), {}, in.time_limit_seconds(), ""};
  wish.gpu_counts.insert(in.gpu_counts().begin(), in.gpu_counts().end());
  if (!in.site().empty()) {
    absl::StatusOr<std::string> site = ParseSiteName(in.site());
    if (!site.ok()) return site.status();
    wish.site = *std::move(site);
  }
  const absl::StatusOr<std::vector<mesolys::JobQuoteLine>> quote =
      mesolys::QuoteJob(reading.ledger, *reading.project, wish, reading.now);
  if (!quote.ok()) return quote.status();
  for (const mesolys::JobQuoteLine& line : *quote) {
    v1::JobQuoteLine& shown = *out.add_lines();
    shown.set_site(SiteName(line.site));
    shown.set_resource(line.resource);
    shown.set_amount_base_units(line.price.count());
    shown.set_normalised_seconds(line.normalised.count());
    shown.set_left_base_units(line.left.count());
  }
  return absl::OkStatus();
}

class RequestService final : public v1::RequestService::CallbackService, Handlers {
 public:
  using Handlers::Handlers;

  Reactor* Get(Context* context, const v1::GetRequestRequest* in, v1::Request* out) override {
    return Look(context, OfNumbered(ParseRequestName(in->name())), *in, *out, ReadRequest);
  }
  Reactor* List(Context* context, const v1::ListRequestsRequest* in,
                v1::ListRequestsResponse* out) override {
    return Look(context, OfProject(in->project()), *in, *out, ReadRequests);
  }
  Reactor* Quote(Context* context, const v1::QuoteRequest* in, v1::QuoteResponse* out) override {
    return Look(context, OfProject(in->project()), *in, *out, ReadQuote);
  }
  Reactor* QuoteJob(Context* context, const v1::QuoteJobRequest* in, v1::JobQuote* out) override {
    return Look(context, OfProject(in->project()), *in, *out, ReadJobQuote);
  }

  Reactor* Create(Context* context, const v1::CreateRequestRequest* in, v1::Request* out) override {
    absl::StatusOr<AccessTarget> target = OfProject(in->project());
    absl::StatusOr<std::string> identity = Allowed(*context, *in, target);
    if (!identity.ok()) return Reply(context, identity.status());
    // Read first: when the answer is known, their jobs may have been charged anew already.
    std::vector<RunningUse> running =
        engine_.Read([&](const Ledger& ledger) { return RunningUseOf(ledger, target->project); });
    return Handlers::Decide(context, *std::move(identity), *in, ToCommand(*in),
                            [this, running = std::move(running), out](const Answer& answer) {
                              Show(std::get<RequestSubmitted>(answer.events.front()).request,
                                   answer, *out);
                              for (const Event& event : answer.events) {
                                const auto* issued = std::get_if<GrantIssued>(&event);
                                if (issued == nullptr) continue;
                                AddRunningJobsMoves(running, issued->grant, answer.time, *out);
                              }
                            });
  }
  Reactor* Withdraw(Context* context, const v1::WithdrawRequestRequest* in,
                    v1::Request* out) override {
    return Change(context, *in, out);
  }
  Reactor* Decide(Context* context, const v1::DecideRequestRequest* in, v1::Request* out) override {
    return Change(context, *in, out);
  }

 private:
  // A verb on a request of the project that its name says.
  template <typename In>
  Reactor* Change(Context* context, const In& in, v1::Request* out) {
    const absl::StatusOr<NumberedName> name = ParseRequestName(in.name());
    absl::StatusOr<std::string> identity = Allowed(*context, in, OfNumbered(name));
    if (!identity.ok()) return Reply(context, identity.status());
    std::optional<Request> request = engine_.Read([&](const Ledger& ledger) {
      const RequestEntry* entry = ledger.FindRequest(name->number);
      const bool known = entry != nullptr && entry->request.project == name->project;
      return known ? std::optional<Request>(entry->request) : std::nullopt;
    });
    if (!request.has_value()) return Reply(context, NoRequest(*name));
    return Handlers::Decide(context, *std::move(identity), in, ToCommand(in),
                            [this, out, request = *std::move(request)](const Answer& answer) {
                              Show(request, answer, *out);
                            });
  }

  // The request as the command that made, decided or withdrew it left it. Its grants as they were
  // issued: the answer to a repeated request must not tell what happened since.
  void Show(const Request& request, const Answer& answer, v1::Request& out) const {
    RequestOutcome outcome{request.number, RequestState::kUndecided, {}};
    for (const Event& event : answer.events) {
      if (const auto* decided = std::get_if<RequestDecided>(&event)) outcome = decided->outcome;
      if (const auto* withdrawn = std::get_if<RequestWithdrawn>(&event)) {
        outcome = {request.number, RequestState::kWithdrawn, {}, withdrawn->reason};
      }
    }
    out = RequestView(request, outcome, answer.time);
    engine_.Read([&](const Ledger& ledger) {
      for (const Event& event : answer.events) {
        const auto* issued = std::get_if<GrantIssued>(&event);
        if (issued != nullptr) *out.add_grants() = NewGrantView(ledger, issued->grant, answer.time);
      }
    });
  }
};

}  // namespace

std::unique_ptr<grpc::Service> NewRequestService(const ServiceNeeds& needs) {
  return std::make_unique<RequestService>(needs);
}

}  // namespace mesolys
