#include "client/request/request_form.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/frame/arguments.h"
#include "client/language/language.h"
#include "client/show/cells.h"
#include "nlohmann/json.hpp"
#include "proto/runtime/convert.h"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

constexpr int64_t kPpmPerPercent = 10'000;

// "2027-03-01=10%", by whole per cents: a plan is no measurement.
absl::StatusOr<v1::UsagePoint> ParseUsage(const std::string& text, absl::Time now) {
  const auto pair = ParsePair("--usage", "DATE=SHARE%", '=', text);
  if (!pair.ok()) return pair.status();
  const absl::StatusOr<absl::Time> time = ParseInstant("--usage", pair->first, now);
  if (!time.ok()) return time.status();
  absl::string_view share = pair->second;
  int64_t percent = 0;
  if (!absl::ConsumeSuffix(&share, "%") || !absl::SimpleAtoi(share, &percent) || percent < 0 ||
      percent > 100) {
    return absl::InvalidArgumentError(Tr(
        "--usage: $0 is not a share from 0% to 100%, as in 2027-03-01=10%", Quoted(pair->second)));
  }
  v1::UsagePoint point;
  *point.mutable_time() = ToProto(*time);
  point.set_share_ppm(percent * kPpmPerPercent);
  return point;
}

}  // namespace

void AddRequestOptions(Verb& verb, RequestForm& form) {
  RequestTexts& lines = form.lines;
  verb.Option("--cpu", "AMOUNT", &lines.cpu, Tr("Core hours: 50000h"))
      .Options("--gpu", "MODEL=AMOUNT", &lines.gpus, Tr("GPU hours: a100=2000h; repeatable"))
      .Options("--storage", "TIER=AMOUNT", &lines.storages, Tr("Space: scratch=2TB; repeatable"))
      .Option("--support", "AMOUNT", &lines.support, Tr("Time of an engineer: 3d"))
      .Options("--line", "RESOURCE=AMOUNT", &lines.lines, Tr("Any resource: gpu-a100=2000h"))
      .Options("--minimum", "RESOURCE=AMOUNT", &lines.minimums,
               Tr("Less than this is of no use: cpu=10000h; repeatable"))
      .Options("--site", "SITE", &lines.sites, Tr("Where; any site if not given; repeatable"))
      .Option("--from", "DATE", &form.from, Tr("The first day; today if not given"))
      .Option("--to", "DATE", &form.to, Tr("The day after the last"))
      .Option("--for", "SPAN", &form.span, Tr("Instead of --to: 90d, 6m or 1y"));
}

absl::StatusOr<v1::Request> ToRequest(const RequestForm& form, absl::Time now) {
  const absl::StatusOr<Period> period = ParsePeriod(form.from, form.to, form.span, now);
  if (!period.ok()) return period.status();
  v1::Request request;
  if (absl::Status status = AddLines(form.lines, &request); !status.ok()) return status;
  *request.mutable_period() = ToProto(*period);
  request.set_track(form.call ? v1::Request::CALL : v1::Request::DYNAMIC);
  for (const std::string& text : form.usage) {
    absl::StatusOr<v1::UsagePoint> point = ParseUsage(text, now);
    if (!point.ok()) return point.status();
    *request.add_usage_curve() = *std::move(point);
  }
  request.set_justification(form.justification);
  request.set_necessity(form.necessity);
  if (!form.energy_median.empty()) {
    const auto energy = ParseEnergy("--energy-median", form.energy_median);
    if (!energy.ok()) return energy.status();
    request.set_energy_median_watt_hours(*energy);
  }
  if (!form.energy_p90.empty()) {
    const auto energy = ParseEnergy("--energy-p90", form.energy_p90);
    if (!energy.ok()) return energy.status();
    request.set_energy_p90_watt_hours(*energy);
  }
  return request;
}

Cell UsageCurveCell(const google::protobuf::RepeatedPtrField<v1::UsagePoint>& curve,
                    const absl::TimeZone& zone) {
  std::vector<std::string> texts;
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (const v1::UsagePoint& point : curve) {
    const Cell day = DayCell(point.has_time(), point.time(), zone);
    texts.push_back(absl::StrCat(day.text, " ", point.share_ppm() / kPpmPerPercent, " %"));
    points.push_back({{"time", day.value.json()}, {"share_ppm", point.share_ppm()}});
  }
  return {absl::StrJoin(texts, ", "), points};
}

}  // namespace mesolys::client
