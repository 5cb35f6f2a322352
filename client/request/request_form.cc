#include "client/request/request_form.h"

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/frame/arguments.h"
#include "client/language/language.h"
#include "client/request/request_sites.h"
#include "client/show/cells.h"
#include "nlohmann/json.hpp"
#include "proto/runtime/convert.h"
#include "proto/values/amount_text.h"
#include "proto/values/names.h"
#include "proto/values/quantity.h"
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

absl::Status AddLine(absl::string_view option, const std::string& resource, absl::string_view text,
                     v1::Request* request) {
  const absl::StatusOr<Amount> amount = ParseAmountOf(option, resource, text);
  if (!amount.ok()) return amount.status();
  if (FindLine(request, resource) != nullptr) {
    return absl::InvalidArgumentError(
        Tr("$0: $1 is asked twice; say the sum once", option, resource));
  }
  v1::RequestLine& line = *request->add_lines();
  line.set_resource(resource);
  line.set_amount_base_units(amount->count());
  return absl::OkStatus();
}

// Options of the form KEY=AMOUNT, whose resource is `prefix` and KEY.
absl::Status AddPairs(absl::string_view option, absl::string_view form, absl::string_view prefix,
                      const std::vector<std::string>& texts, v1::Request* request) {
  for (const std::string& text : texts) {
    const auto pair = ParsePair(option, form, '=', text);
    if (!pair.ok()) return pair.status();
    absl::Status status = AddLine(option, absl::StrCat(prefix, pair->first), pair->second, request);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status AddMinimum(absl::string_view text, v1::Request* request) {
  const auto pair = ParsePair("--minimum", "RESOURCE=AMOUNT", '=', text);
  if (!pair.ok()) return pair.status();
  const absl::StatusOr<Amount> amount = ParseAmountOf("--minimum", pair->first, pair->second);
  if (!amount.ok()) return amount.status();
  v1::RequestLine* line = FindLine(request, pair->first);
  if (line == nullptr) {
    return absl::InvalidArgumentError(
        Tr("--minimum: $0 is not asked; ask for it, or drop the minimum", pair->first));
  }
  if (amount->count() > line->amount_base_units()) {
    return absl::InvalidArgumentError(
        Tr("--minimum: $0 of $1 is more than the $2 asked; it must be at most that",
           FormatAmount(pair->first, *amount), pair->first,
           FormatAmount(pair->first, Amount(line->amount_base_units()))));
  }
  line->set_minimum_base_units(amount->count());
  return absl::OkStatus();
}

}  // namespace

v1::RequestLine* FindLine(v1::Request* request, absl::string_view resource) {
  for (v1::RequestLine& line : *request->mutable_lines()) {
    if (line.resource() == resource) return &line;
  }
  return nullptr;
}

void AddRequestOptions(Verb& verb, RequestForm& form) {
  RequestTexts& lines = form.lines;
  verb.Option("--cpu", "AMOUNT", &lines.cpu, Tr("Core hours: 50000h"))
      .Options("--gpu", "MODEL=AMOUNT", &lines.gpus, Tr("GPU hours: a100=2000h; repeatable"))
      .Options("--storage", "TIER=AMOUNT", &lines.storages, Tr("Space: scratch=2TB; repeatable"))
      .Option("--support", "AMOUNT", &lines.support, Tr("Time of an engineer: 3d"))
      .Options("--line", "RESOURCE=AMOUNT", &lines.lines, Tr("Any resource: gpu-a100=2000h"))
      .Options("--minimum", "RESOURCE=AMOUNT", &lines.minimums,
               Tr("Less than this is of no use: cpu=10000h; repeatable"))
      .Options("--site", "SITE", &lines.sites,
               Tr("Where; of several any, as it is used; SITE=600h: so much there; repeatable"))
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

absl::Status AddLines(const RequestTexts& texts, v1::Request* request) {
  absl::Status status;
  if (!texts.cpu.empty()) status = AddLine("--cpu", "cpu", texts.cpu, request);
  if (status.ok()) status = AddPairs("--gpu", "MODEL=AMOUNT", "gpu-", texts.gpus, request);
  if (status.ok()) {
    status = AddPairs("--storage", "TIER=AMOUNT", "storage-", texts.storages, request);
  }
  if (status.ok() && !texts.support.empty()) {
    status = AddLine("--support", "support", texts.support, request);
  }
  if (status.ok()) status = AddPairs("--line", "RESOURCE=AMOUNT", "", texts.lines, request);
  if (!status.ok()) return status;
  if (request->lines().empty()) {
    return absl::InvalidArgumentError(
        Tr("nothing is asked; say how much with --cpu 50000h, --gpu a100=2000h, "
           "--storage scratch=2TB, --support 3d or --line RESOURCE=AMOUNT"));
  }
  for (const std::string& minimum : texts.minimums) {
    if (status = AddMinimum(minimum, request); !status.ok()) return status;
  }
  return AddSites(texts.sites, request);
}

}  // namespace mesolys::client
