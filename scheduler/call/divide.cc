#include "scheduler/call/divide.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "proto/values/quoted.h"
#include "scheduler/call/call_division.h"
#include "scheduler/call/division_html.h"
#include "scheduler/call/division_text.h"
#include "scheduler/call/problem_json.h"

namespace mesolys {
namespace {

using Json = nlohmann::json;
using division::Pool;
using division::Problem;

std::vector<std::string> TextsOf(const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  texts.reserve(names.size());
  for (const std::string& name : names) texts.push_back(Json(name).dump());
  return texts;
}

std::string LevelText(const division::Level& level) {
  return level.infinite() ? "null" : Json(level.ToDouble()).dump();
}

absl::string_view StatusText(division::AwardStatus status) {
  switch (status) {
    case division::AwardStatus::kFull:
      return "FULL";
    case division::AwardStatus::kPartial:
      return "PARTIAL";
    case division::AwardStatus::kDropped:
      return "DROPPED";
  }
  return "";
}

// Of a division that has passed its certificate.
std::string FormatDivision(const CallDivision& divided) {
  const Call& call = divided.call;
  const std::vector<division::Division>& divisions = divided.divisions;
  // Names of pools come again and again.
  const std::vector<std::string> resources = TextsOf(call.resources);
  std::vector<std::string> sites;
  std::vector<std::string> periods;
  if (!call.problems.empty()) {
    sites = TextsOf(call.problems[0].sites);
    periods = TextsOf(call.problems[0].periods);
  }
  std::string out = "{\"awards\":[";
  // The placements of a problem are in the order of its claims, as these are met here.
  std::vector<size_t> next(divisions.size());
  absl::string_view comma = "\n";
  for (const EntryPlace& place : call.claims) {
    const Problem& problem = call.problems[place.problem];
    const division::Division& division = divisions[place.problem];
    const division::Award& award = division.awards[place.index];
    absl::StrAppend(&out, comma, "{\"request\":", Json(problem.claims[place.index].request).dump(),
                    ",\"resource\":", resources[place.problem], ",\"amount\":\"", award.amount,
                    "\"");
    if (award.status != division::AwardStatus::kDropped) {
      const division::Level level = award.share < 0
                                        ? division::Level()
                                        : division.shares[static_cast<size_t>(award.share)].level;
      absl::StrAppend(&out, ",\"level\":", LevelText(level));
    }
    absl::StrAppend(&out, ",\"status\":\"", StatusText(award.status), "\",\"placements\":[");
    size_t& at = next[place.problem];
    for (absl::string_view gap; at < division.placements.size(); ++at, gap = ",") {
      const division::Placement& placement = division.placements[at];
      if (placement.claim != place.index) break;
      const Pool& pool = problem.pools[placement.pool];
      absl::StrAppend(&out, gap, "{\"site\":", sites[pool.site],
                      ",\"period\":", periods[pool.period], ",\"amount\":\"", placement.amount,
                      "\"}");
    }
    out += "]}";
    comma = ",\n";
  }
  out += "],\n\"pools\":[";
  comma = "\n";
  for (const EntryPlace& place : call.pools) {
    const Problem& problem = call.problems[place.problem];
    const Pool& pool = problem.pools[place.index];
    const division::Division& division = divisions[place.problem];
    const division::PoolAward& award = division.pools[place.index];
    absl::StrAppend(
        &out, comma, "{\"site\":", sites[pool.site], ",\"period\":", periods[pool.period],
        ",\"resource\":", resources[place.problem], ",\"allocated\":\"", award.allocated,
        "\",\"level\":", LevelText(division.shares[static_cast<size_t>(award.share)].level), "}");
    comma = ",\n";
  }
  absl::StrAppend(&out, "],\n\"certificate\":{\"valid\":true},\"solve_seconds\":",
                  Json(divided.solve_seconds).dump(), "}\n");
  return out;
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

// `change` is capacity:SITE:PERIOD:RESOURCE=AMOUNT or weight:REQUEST:RESOURCE=POINTS.
// INVALID_ARGUMENT, in one line, says what would be right.
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

absl::Status WritePage(const std::string& file, const std::string& page) {
  std::ofstream out(file, std::ios::binary);
  out << page << std::flush;
  if (out) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the page could not be written to ", Quoted(file)));
}

// What the answer has beside what it is about.
void AddExtras(const CallDivision& divided, const DivideOptions& options, DivideAnswer& answer) {
  if (options.explain) answer.text += Explain(divided);
  if (options.plot) answer.text += Plot(divided, options.bars);
  if (!options.html_file.empty()) answer.page = HtmlPage(divided);
}

// One line on a terminal's standard error that says how far long work is: nothing of it within half
// a second, nothing of it left at the end, and nothing at all elsewhere. One thread.
class TerminalProgress : public division::Progress {
 public:
  explicit TerminalProgress(bool is_terminal) : is_terminal_(is_terminal) {}
  ~TerminalProgress() override { Clear(); }
  TerminalProgress(const TerminalProgress&) = delete;
  TerminalProgress& operator=(const TerminalProgress&) = delete;

  void Tell(absl::string_view work, size_t done, size_t all) override {
    if (!is_terminal_) return;
    const Clock::time_point now = Clock::now();
    if (now < next_) return;
    next_ = now + kBetween;
    std::cerr << "\r" << ProgressLine(work, done, all) << "\x1b[K" << std::flush;
    is_shown_ = true;
  }

  // Takes the line away, before something else is written.
  void Clear() {
    if (is_shown_) std::cerr << "\r\x1b[K" << std::flush;
    is_shown_ = false;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kQuiet{500};
  static constexpr std::chrono::milliseconds kBetween{100};

  const bool is_terminal_;
  bool is_shown_ = false;
  Clock::time_point next_ = Clock::now() + kQuiet;
};

}  // namespace

absl::StatusOr<DivideAnswer> DivideText(absl::string_view text, const DivideOptions& options,
                                        division::Progress* progress) {
  if (absl::StripAsciiWhitespace(text).empty()) {
    return absl::InvalidArgumentError(
        "there is no problem: name a JSON file, or give it on standard input");
  }
  absl::StatusOr<Call> call = ParseCall(text, progress);
  if (!call.ok()) return call.status();
  absl::StatusOr<CallDivision> divided = DivideCall(*call, progress);
  if (!divided.ok()) return divided.status();
  DivideAnswer answer;
  if (options.what_if.empty()) {
    if (!options.explain && !options.plot) answer.text = FormatDivision(*divided);
    AddExtras(*divided, options, answer);
    return answer;
  }
  Call changed_call = *call;
  for (const std::string& change : options.what_if) {
    absl::Status status = ChangeCall(change, changed_call);
    if (!status.ok()) return status;
  }
  absl::StatusOr<CallDivision> changed = DivideCall(changed_call, progress);
  if (!changed.ok()) return changed.status();
  answer.text = Differences(*divided, *changed);
  AddExtras(*changed, options, answer);
  return answer;
}

absl::Status Divide(const DivideOptions& options) {
  absl::StatusOr<std::string> text = Contents(options.file);
  if (!text.ok()) return text.status();
  TerminalProgress progress(isatty(STDERR_FILENO) == 1);
  absl::StatusOr<DivideAnswer> answer = DivideText(*text, options, &progress);
  progress.Clear();
  if (!answer.ok()) return answer.status();
  if (!options.html_file.empty()) {
    absl::Status written = WritePage(options.html_file, answer->page);
    if (!written.ok()) return written;
  }
  std::cout << answer->text << std::flush;
  if (!std::cout) return absl::DataLossError("the answer could not be written");
  return absl::OkStatus();
}

std::string ProgressLine(absl::string_view work, size_t done, size_t all) {
  constexpr size_t kCells = 20;
  if (all == 0) return absl::StrCat(work, ": ", done);
  const size_t part = done < all ? done : all;
  const size_t full = part * kCells / all;
  return absl::StrFormat("%s: [%s%s] %3d %%", work, std::string(full, '='),
                         std::string(kCells - full, ' '), part * 100 / all);
}

}  // namespace mesolys
