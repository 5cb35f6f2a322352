#include "scheduler/divide.h"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <istream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/values/quoted.h"
#include "scheduler/core/certificate.h"
#include "scheduler/core/division/division.h"
#include "scheduler/division_text.h"
#include "scheduler/problem_json.h"

namespace mesolys {
namespace {

struct Divided {
  std::vector<division::Division> divisions;
  double solve_seconds = 0;
};

absl::StatusOr<Divided> DivideAll(const Call& call) {
  const auto start = std::chrono::steady_clock::now();
  Divided divided;
  for (size_t i = 0; i < call.problems.size(); ++i) {
    divided.divisions.push_back(division::Divide(call.problems[i]));
    const absl::Status valid = Certify(call.problems[i], divided.divisions.back());
    if (!valid.ok()) {
      return absl::InternalError(absl::StrCat("the division of ", Quoted(call.resources[i]),
                                              " fails its certificate: ", valid.message()));
    }
  }
  divided.solve_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return divided;
}

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
      return absl::InvalidArgumentError(absl::StrCat("--what-if ", Printable(key), ": capacity ",
                                                     Quoted(value),
                                                     " must be a whole number from 0 to 2^62"));
    }
    pool.capacity = capacity;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("--what-if ", Printable(key),
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
      return absl::InvalidArgumentError(absl::StrCat("--what-if ", Printable(key), ": weight ",
                                                     Quoted(value),
                                                     " must be a number from 0.000001 to 1000000"));
    }
    claim.weight = std::llround(points * static_cast<double>(division::kWeightScale));
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--what-if ", Printable(key),
                   ": there is no such claim; the form is weight:REQUEST:RESOURCE=POINTS"));
}

absl::Status Change(absl::string_view change, Call& call) {
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

// Whether all could be read: a folder can be opened and not read.
bool ReadAll(std::istream& in, std::string& text) {
  char part[1 << 16];
  while (in.read(part, sizeof part) || in.gcount() > 0) {
    text.append(part, static_cast<size_t>(in.gcount()));
  }
  return in.eof() && !in.bad();
}

absl::StatusOr<std::string> Contents(const std::string& file) {
  std::string text;
  if (file.empty() || file == "-") {
    if (!ReadAll(std::cin, text)) return absl::NotFoundError("standard input cannot be read");
    return text;
  }
  std::ifstream in(file, std::ios::binary);
  if (!in || !ReadAll(in, text)) {
    return absl::NotFoundError(absl::StrCat(Quoted(file), " cannot be read; name a JSON file"));
  }
  return text;
}

}  // namespace

absl::StatusOr<std::string> DivideText(absl::string_view text, const DivideOptions& options) {
  absl::StatusOr<Call> call = ParseCall(text);
  if (!call.ok()) return call.status();
  absl::StatusOr<Divided> divided = DivideAll(*call);
  if (!divided.ok()) return divided.status();
  if (options.what_if.empty()) {
    return options.explain ? Explain(*call, divided->divisions)
                           : FormatDivisions(*call, divided->divisions, divided->solve_seconds);
  }
  for (const std::string& change : options.what_if) {
    absl::Status status = Change(change, *call);
    if (!status.ok()) return status;
  }
  absl::StatusOr<Divided> changed = DivideAll(*call);
  if (!changed.ok()) return changed.status();
  std::string answer = Differences(*call, divided->divisions, changed->divisions);
  if (options.explain) answer += Explain(*call, changed->divisions);
  return answer;
}

absl::Status Divide(const DivideOptions& options) {
  absl::StatusOr<std::string> text = Contents(options.file);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::string> answer = DivideText(*text, options);
  if (!answer.ok()) return answer.status();
  std::cout << *answer << std::flush;
  if (!std::cout) return absl::DataLossError("the answer could not be written");
  return absl::OkStatus();
}

}  // namespace mesolys
