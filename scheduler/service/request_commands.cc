#include "scheduler/service/request_commands.h"

#include <utility>

#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"

namespace mesolys {

absl::StatusOr<Request> ToRequest(const std::string& project, const v1::Request& in) {
  Request request;
  absl::StatusOr<std::string> id = ParseProjectName(project);
  if (!id.ok()) return id.status();
  request.project = *std::move(id);
  for (const v1::RequestLine& line : in.lines()) {
    request.lines.push_back({line.resource(),
                             Amount(line.amount_base_units()),
                             Amount(line.minimum_base_units()),
                             {line.sites().begin(), line.sites().end()},
                             /*derived=*/false});
  }
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

}  // namespace mesolys
