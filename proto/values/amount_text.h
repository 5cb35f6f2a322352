#ifndef MESOLYS_PROTO_VALUES_AMOUNT_TEXT_H_
#define MESOLYS_PROTO_VALUES_AMOUNT_TEXT_H_

// Amounts as people say them. Hours of cores and GPUs: `50000h`, `90min`, `3600s`; space in decimal
// and binary units: `2TB`, `500GB`, `1.5TiB`; support: `3d` (a person-day is 7 h). A number without
// a unit is refused, for it could be hours or seconds. Pure; any thread.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/values/quantity.h"

namespace mesolys {

// In base units of the resource. INVALID_ARGUMENT says what would be right: not a number, an
// unknown unit or one of another resource, negative, a fraction of a base unit, over kAmountMax.
absl::StatusOr<Amount> ParseAmount(absl::string_view resource, absl::string_view text);

// For tables, in the resource's customary unit, rounded to what a person reads: "12.5 h", "1.20
// TB", "2.5 d". `FormatAmount("cpu", Amount(3600))` is "1 h".
std::string FormatAmount(absl::string_view resource, Amount amount);

// The base unit, for headings and JSON: "core-seconds", "GPU-seconds", "bytes", "person-seconds".
absl::string_view BaseUnit(absl::string_view resource);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_AMOUNT_TEXT_H_
