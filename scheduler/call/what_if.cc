#include "scheduler/call/what_if.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/values/quoted.h"

namespace mesolys {
namespace {

absl::Status SetCapacity(absl::string_view key, absl::string_view value, Call& call) {
  for (const EntryPlace& place : call.pools) {
    division::Problem& problem = call.problems[place.problem];
    division::Pool& pool = problem.pools[place.index];
    if (key != absl::StrCat("capacity:", problem.sites[pool.site], ":",
                            problem.periods[pool.period], ":", call.resources[place.problem])) {
      continue;
    }
    int64_t capacity = 0;
    if (!absl::SimpleAtoi(value, &capacity) || capacity < 0 || capacity > division::kAmountMax) {
      return absl::InvalidArgumentError(absl::StrCat("--what-if ", Legible(key), ": capacity ",
                                                     Quoted(value),
                                                     " must be a whole number from 0 to 2^62"));
    }
    pool.capacity = capacity;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("--what-if ", Legible(key),
                                                 ": there is no such pool; the form is "
                                                 "capacity:SITE:PERIOD:RESOURCE=AMOUNT"));
}

absl::Status SetWeight(absl::string_view key, absl::string_view value, Call& call) {
  for (const EntryPlace& place : call.claims) {
    division::Claim& claim = call.problems[place.problem].claims[place.index];
    if (key != absl::StrCat("weight:", claim.request, ":", call.resources[place.problem])) continue;
    double points = 0;
    // Also false for what is not a number.
    if (!absl::SimpleAtod(value, &points) || !(points >= 0.000001 && points <= 1e6)) {
      return absl::InvalidArgumentError(absl::StrCat("--what-if ", Legible(key), ": weight ",
                                                     Quoted(value),
                                                     " must be a number from 0.000001 to 1000000"));
    }
    claim.weight = std::llround(points * static_cast<double>(division::kWeightScale));
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--what-if ", Legible(key),
                   ": there is no such claim; the form is weight:REQUEST:RESOURCE=POINTS"));
}

}  // namespace

absl::Status ChangeCall(absl::string_view change, Call& call) {
  const size_t equals = change.rfind('=');
  const absl::string_view key = change.substr(0, equals);
  if (equals != absl::string_view::npos) {
    const absl::string_view value = change.substr(equals + 1);
    if (key.substr(0, 9) == "capacity:") return SetCapacity(key, value, call);
    if (key.substr(0, 7) == "weight:") return SetWeight(key, value, call);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--what-if ", Quoted(change),
      " must be capacity:SITE:PERIOD:RESOURCE=AMOUNT or weight:REQUEST:RESOURCE=POINTS"));
}

}  // namespace mesolys
