#include "scheduler/call/division_json.h"

#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

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

}  // namespace

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

}  // namespace mesolys
