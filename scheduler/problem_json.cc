#include "scheduler/problem_json.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "proto/values/quoted.h"

namespace mesolys {
namespace {

using Json = nlohmann::json;
using division::Claim;
using division::kAmountMax;
using division::kWeightScale;
using division::NameSet;
using division::Pool;
using division::Problem;

absl::Status Wrong(absl::string_view entry, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(entry, ": ", what));
}

// One object of the file. Reads its fields one by one and keeps the first error.
class Entry {
 public:
  Entry(std::string name, const Json& json, std::initializer_list<absl::string_view> fields)
      : name_(std::move(name)), json_(json) {
    if (!json.is_object()) {
      Fail(absl::StrCat("must be an object with ", absl::StrJoin(fields, ", ")));
      return;
    }
    for (const auto& [key, value] : json.items()) {
      if (std::find(fields.begin(), fields.end(), key) == fields.end()) {
        Fail(absl::StrCat("unknown field ", Quoted(key), "; there are ",
                          absl::StrJoin(fields, ", ")));
      }
    }
  }

  const absl::Status& status() const { return status_; }
  void Fail(absl::string_view what) {
    if (status_.ok()) status_ = Wrong(name_, what);
  }
  void Rename(std::string name) { name_ = std::move(name); }

  // A name must be there and not be empty.
  std::string Name(const char* field) {
    const Json* const value = Find(field);
    if (value != nullptr && value->is_string() && !value->get_ref<const std::string&>().empty()) {
      return value->get<std::string>();
    }
    Fail(absl::StrCat(field, " must be a string, and not empty"));
    return "";
  }

  int64_t Amount(const char* field, std::optional<int64_t> otherwise) {
    const Json* const value = Find(field);
    if (value == nullptr && otherwise.has_value()) return *otherwise;
    std::optional<int64_t> amount;
    if (value != nullptr && value->is_number_unsigned()) {
      const auto number = value->get<uint64_t>();
      if (number <= uint64_t{kAmountMax}) amount = static_cast<int64_t>(number);
    } else if (value != nullptr && value->is_string()) {
      const std::string& text = value->get_ref<const std::string&>();
      int64_t number = 0;
      if (!text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
          absl::SimpleAtoi(text, &number) && number <= kAmountMax) {
        amount = number;
      }
    }
    if (amount.has_value()) return *amount;
    Fail(absl::StrCat(field, Told(value), " must be a whole number from 0 to 2^62 = ", kAmountMax));
    return 0;
  }

  int64_t Integer(const char* field, int64_t otherwise) {
    const Json* const value = Find(field);
    if (value == nullptr) return otherwise;
    if (value->is_number_unsigned() && value->get<uint64_t>() <= uint64_t{INT64_MAX}) {
      return static_cast<int64_t>(value->get<uint64_t>());
    }
    if (value->is_number_integer() && !value->is_number_unsigned()) return value->get<int64_t>();
    Fail(absl::StrCat(field, Told(value), " must be a whole number of 64 bits"));
    return 0;
  }

  int64_t Weight(const char* field) {
    const Json* const value = Find(field);
    if (value != nullptr && value->is_number()) {
      const auto points = value->get<double>();
      if (points > 0 && points <= 1e6) {
        const int64_t weight = std::llround(points * static_cast<double>(kWeightScale));
        if (weight > 0) return weight;
      }
    }
    Fail(absl::StrCat(field, Told(value), " must be a number from 0.000001 to 1000000"));
    return 1;
  }

  double Cost(const char* field) {
    const Json* const value = Find(field);
    if (value == nullptr) return 0;
    if (value->is_number() && std::isfinite(value->get<double>()) && value->get<double>() >= 0) {
      return value->get<double>();
    }
    Fail(absl::StrCat(field, Told(value), " must be a number of at least 0"));
    return 0;
  }

  // Indices of the names of an array, sorted, each once; none if it is left out.
  NameSet Names(const char* field, const absl::flat_hash_map<std::string, uint32_t>& known) {
    NameSet set;
    const Json* const value = Find(field);
    if (value == nullptr) return set;
    if (!value->is_array()) {
      Fail(absl::StrCat(field, " must be an array of names"));
      return set;
    }
    for (const Json& name : *value) {
      const auto it =
          name.is_string() ? known.find(name.get_ref<const std::string&>()) : known.end();
      if (it == known.end()) {
        Fail(absl::StrCat(field, Told(&name), " is in no pool"));
        return set;
      }
      set.push_back(it->second);
    }
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
    return set;
  }

 private:
  const Json* Find(const char* field) const {
    if (!json_.is_object()) return nullptr;
    const auto it = json_.find(field);
    return it == json_.end() ? nullptr : &*it;
  }

  static std::string Told(const Json* value) {
    if (value == nullptr) return "";
    if (value->is_string()) return absl::StrCat(" ", Quoted(value->get_ref<const std::string&>()));
    return value->is_structured() ? "" : absl::StrCat(" ", value->dump());
  }

  std::string name_;
  const Json& json_;
  absl::Status status_;
};

class Parser {
 public:
  absl::StatusOr<Call> Parse(absl::string_view text) {
    const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) return Wrong("problem", "not JSON");
    const Entry whole("problem", json, {"pools", "claims"});
    if (!whole.status().ok()) return whole.status();
    for (const char* const list : {"pools", "claims"}) {
      if (!json.contains(list) || !json[list].is_array()) {
        return Wrong("problem", absl::StrCat(list, " must be an array"));
      }
    }
    absl::Status status = ReadPools(json["pools"]);
    if (status.ok()) status = ReadClaims(json["claims"]);
    if (!status.ok()) return status;
    for (const Problem& problem : call_.problems) {
      status = division::Check(problem);
      if (!status.ok()) return status;
    }
    return std::move(call_);
  }

 private:
  static uint32_t Intern(const std::string& name, std::vector<std::string>& names,
                         absl::flat_hash_map<std::string, uint32_t>& numbers) {
    const auto next = static_cast<uint32_t>(names.size());
    const auto [it, fresh] = numbers.try_emplace(name, next);
    if (fresh) names.push_back(name);
    return it->second;
  }

  absl::Status ReadPools(const Json& pools) {
    for (const Json& json : pools) {
      const std::string name = absl::StrCat("pools[", call_.pools.size(), "]");
      Entry entry(name, json, {"site", "period", "resource", "capacity", "cost"});
      const std::string site = entry.Name("site");
      const std::string period = entry.Name("period");
      const std::string resource = entry.Name("resource");
      if (!entry.status().ok()) return entry.status();
      entry.Rename(absl::StrCat(name, " (", Printable(site), " ", Printable(period), " ",
                                Printable(resource), ")"));
      Pool pool;
      pool.site = Intern(site, sites_, site_numbers_);
      pool.period = Intern(period, periods_, period_numbers_);
      pool.capacity = entry.Amount("capacity", std::nullopt);
      pool.cost = entry.Cost("cost");
      const uint32_t number = Intern(resource, call_.resources, resource_numbers_);
      call_.problems.resize(call_.resources.size());
      if (!pools_seen_.insert({number, pool.site, pool.period}).second) {
        entry.Fail("is there twice; a site has one pool a period and resource");
      }
      if (!entry.status().ok()) return entry.status();
      std::vector<Pool>& of_resource = call_.problems[number].pools;
      call_.pools.push_back({number, static_cast<uint32_t>(of_resource.size())});
      of_resource.push_back(pool);
    }
    for (Problem& problem : call_.problems) {
      problem.sites = sites_;
      problem.periods = periods_;
    }
    site_sets_.resize(call_.problems.size());
    period_sets_.resize(call_.problems.size());
    return absl::OkStatus();
  }

  using SetNumbers = absl::flat_hash_map<NameSet, uint32_t>;

  static uint32_t InternSet(NameSet set, std::vector<NameSet>& sets, SetNumbers& numbers) {
    if (set.empty()) return 0;
    const auto next = static_cast<uint32_t>(sets.size());
    const auto [it, fresh] = numbers.try_emplace(set, next);
    if (fresh) sets.push_back(std::move(set));
    return it->second;
  }

  absl::Status ReadClaims(const Json& claims) {
    absl::flat_hash_set<std::pair<uint32_t, std::string>> seen;
    for (const Json& json : claims) {
      const std::string name = absl::StrCat("claims[", call_.claims.size(), "]");
      Entry entry(
          name, json,
          {"request", "resource", "amount", "minimum", "weight", "priority", "sites", "periods"});
      Claim claim;
      claim.request = entry.Name("request");
      const std::string resource = entry.Name("resource");
      if (!entry.status().ok()) return entry.status();
      entry.Rename(
          absl::StrCat(name, " (", Printable(claim.request), " ", Printable(resource), ")"));
      const auto number = resource_numbers_.find(resource);
      if (number == resource_numbers_.end()) {
        entry.Fail("its resource is in no pool");
        return entry.status();
      }
      Problem& problem = call_.problems[number->second];
      claim.amount = entry.Amount("amount", std::nullopt);
      claim.minimum = entry.Amount("minimum", 0);
      claim.weight = entry.Weight("weight");
      claim.priority = entry.Integer("priority", 0);
      claim.site_set = InternSet(entry.Names("sites", site_numbers_), problem.site_sets,
                                 site_sets_[number->second]);
      claim.period_set = InternSet(entry.Names("periods", period_numbers_), problem.period_sets,
                                   period_sets_[number->second]);
      if (claim.minimum > claim.amount) {
        entry.Fail(
            absl::StrCat("minimum ", claim.minimum, " must be at most its amount ", claim.amount));
      }
      if (!seen.insert({number->second, claim.request}).second) {
        entry.Fail("is there twice; a request claims a resource once");
      }
      if (!entry.status().ok()) return entry.status();
      call_.claims.push_back({number->second, static_cast<uint32_t>(problem.claims.size())});
      problem.claims.push_back(std::move(claim));
    }
    return absl::OkStatus();
  }

  Call call_;
  std::vector<std::string> sites_;
  std::vector<std::string> periods_;
  absl::flat_hash_map<std::string, uint32_t> site_numbers_;
  absl::flat_hash_map<std::string, uint32_t> period_numbers_;
  absl::flat_hash_map<std::string, uint32_t> resource_numbers_;
  absl::flat_hash_set<std::tuple<uint32_t, uint32_t, uint32_t>> pools_seen_;
  std::vector<SetNumbers> site_sets_;    // of each problem
  std::vector<SetNumbers> period_sets_;  // likewise
};

std::string Text(const std::string& name) { return Json(name).dump(); }

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

absl::StatusOr<Call> ParseCall(absl::string_view text) { return Parser().Parse(text); }

std::string FormatDivisions(const Call& call, const std::vector<division::Division>& divisions,
                            double solve_seconds) {
  std::string out = "{\"awards\":[";
  // The placements of a problem are in the order of its claims, as these are met here.
  std::vector<size_t> next(divisions.size());
  absl::string_view comma = "\n";
  for (const EntryPlace& place : call.claims) {
    const Problem& problem = call.problems[place.problem];
    const division::Division& division = divisions[place.problem];
    const division::Award& award = division.awards[place.index];
    absl::StrAppend(&out, comma, "{\"request\":", Text(problem.claims[place.index].request),
                    ",\"resource\":", Text(call.resources[place.problem]), ",\"amount\":\"",
                    award.amount, "\"");
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
      absl::StrAppend(&out, gap, "{\"site\":", Text(problem.sites[pool.site]),
                      ",\"period\":", Text(problem.periods[pool.period]), ",\"amount\":\"",
                      placement.amount, "\"}");
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
        &out, comma, "{\"site\":", Text(problem.sites[pool.site]),
        ",\"period\":", Text(problem.periods[pool.period]),
        ",\"resource\":", Text(call.resources[place.problem]), ",\"allocated\":\"", award.allocated,
        "\",\"level\":", LevelText(division.shares[static_cast<size_t>(award.share)].level), "}");
    comma = ",\n";
  }
  absl::StrAppend(&out, "],\n\"certificate\":{\"valid\":true},\"solve_seconds\":",
                  Json(solve_seconds).dump(), "}\n");
  return out;
}

}  // namespace mesolys
