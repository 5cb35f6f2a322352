#include "client/request/request_lines.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/frame/arguments.h"
#include "client/language/language.h"
#include "proto/values/amount_text.h"
#include "proto/values/names.h"
#include "proto/values/quantity.h"

namespace mesolys::client {
namespace {

v1::RequestLine* FindLine(v1::Request* request, absl::string_view resource) {
  for (v1::RequestLine& line : *request->mutable_lines()) {
    if (line.resource() == resource) return &line;
  }
  return nullptr;
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
  for (const std::string& site : texts.sites) {
    if (status = CheckId("--site", site); !status.ok()) return status;
    for (v1::RequestLine& line : *request->mutable_lines()) line.add_sites(site);
  }
  return absl::OkStatus();
}

}  // namespace mesolys::client
