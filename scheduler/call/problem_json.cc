#include "scheduler/call/problem_json.h"

#include <cstddef>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "scheduler/call/json_entry.h"

namespace mesolys {
namespace {

using Json = nlohmann::json;
using division::Claim;
using division::NameSet;
using division::Pool;
using division::Problem;

class Parser {
 public:
  explicit Parser(division::Progress* progress) : progress_(progress) {}

  absl::StatusOr<Call> Parse(absl::string_view text) {
    // Claims name what is in the pools, and may come before them.
    absl::Status status =
        ReadJsonList(text, {"pools", "claims"}, "pools",
                     [this](size_t index, const Json& json) { return ReadPool(index, json); });
    if (!status.ok()) return status;
    EndPools();
    status =
        ReadJsonList(text, {"pools", "claims"}, "claims", [this](size_t index, const Json& json) {
          if (progress_ != nullptr) progress_->Tell("claims read", index, 0);
          return ReadClaim(index, json);
        });
    if (!status.ok()) return status;
    for (const Problem& problem : call_.problems) {
      status = division::Check(problem);
      if (!status.ok()) return status;
    }
    // One line is together with nothing.
    std::erase_if(call_.bundles, [](const division::Bundle& bundle) { return bundle.size() < 2; });
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

  absl::Status ReadPool(size_t index, const Json& json) {
    JsonEntry entry("pools", index, json, {"site", "period", "resource", "capacity", "cost"});
    const std::string site = entry.Name("site");
    const std::string period = entry.Name("period");
    const std::string resource = entry.Name("resource");
    if (!entry.status().ok()) return entry.status();
    entry.Call({site, period, resource});
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
    return absl::OkStatus();
  }

  void EndPools() {
    for (Problem& problem : call_.problems) {
      problem.sites = sites_;
      problem.periods = periods_;
    }
    site_sets_.resize(call_.problems.size());
    period_sets_.resize(call_.problems.size());
    cost_sets_.resize(call_.problems.size());
  }

  using SetNumbers = absl::flat_hash_map<NameSet, uint32_t>;

  static uint32_t InternSet(NameSet set, std::vector<NameSet>& sets, SetNumbers& numbers) {
    if (set.empty()) return 0;
    const auto next = static_cast<uint32_t>(sets.size());
    const auto [it, fresh] = numbers.try_emplace(set, next);
    if (fresh) sets.push_back(std::move(set));
    return it->second;
  }

  uint32_t InternCosts(division::CostSet costs, uint32_t number) {
    if (costs.empty()) return 0;
    std::vector<division::CostSet>& sets = call_.problems[number].cost_sets;
    const auto next = static_cast<uint32_t>(sets.size());
    const auto [it, fresh] = cost_sets_[number].try_emplace(costs, next);
    if (fresh) sets.push_back(std::move(costs));
    return it->second;
  }

  // The claim that comes next of a resource.
  void AddToBundle(const std::string& request, uint32_t number) {
    const auto [it, fresh] = bundle_of_.try_emplace(request, call_.bundles.size());
    if (fresh) call_.bundles.emplace_back();
    const auto claim = static_cast<uint32_t>(call_.problems[number].claims.size());
    const bool is_storage = absl::StartsWith(call_.resources[number], "storage-");
    call_.bundles[it->second].push_back({number, claim, is_storage});
  }

  absl::Status ReadClaim(size_t index, const Json& json) {
    JsonEntry entry("claims", index, json,
                    {"request", "resource", "amount", "minimum", "weight", "priority", "sites",
                     "periods", "together", "last_site", "costs"});
    Claim claim;
    claim.request = entry.Name("request");
    const std::string resource = entry.Name("resource");
    if (!entry.status().ok()) return entry.status();
    entry.Call({claim.request, resource});
    const auto known = resource_numbers_.find(resource);
    if (known == resource_numbers_.end()) {
      entry.Fail("its resource is in no pool");
      return entry.status();
    }
    const uint32_t number = known->second;
    Problem& problem = call_.problems[number];
    claim.amount = entry.Amount("amount", std::nullopt);
    claim.minimum = entry.Amount("minimum", 0);
    claim.weight = entry.Weight("weight");
    claim.priority = entry.Integer("priority", 0);
    claim.site_set =
        InternSet(entry.Names("sites", site_numbers_), problem.site_sets, site_sets_[number]);
    claim.period_set = InternSet(entry.Names("periods", period_numbers_), problem.period_sets,
                                 period_sets_[number]);
    claim.last_site = entry.OneOf("last_site", site_numbers_);
    claim.cost_set = InternCosts(entry.Costs("costs", site_numbers_), number);
    const bool together = entry.Flag("together");
    if (claim.minimum > claim.amount) {
      entry.Fail(
          absl::StrCat("minimum ", claim.minimum, " must be at most its amount ", claim.amount));
    }
    if (!seen_.insert({number, claim.request}).second) {
      entry.Fail("is there twice; a request claims a resource once");
    }
    if (!entry.status().ok()) return entry.status();
    if (together) AddToBundle(claim.request, number);
    call_.claims.push_back({number, static_cast<uint32_t>(problem.claims.size())});
    problem.claims.push_back(std::move(claim));
    return absl::OkStatus();
  }

  division::Progress* const progress_;
  Call call_;
  std::vector<std::string> sites_;
  std::vector<std::string> periods_;
  absl::flat_hash_map<std::string, uint32_t> site_numbers_;
  absl::flat_hash_map<std::string, uint32_t> period_numbers_;
  absl::flat_hash_map<std::string, uint32_t> resource_numbers_;
  absl::flat_hash_set<std::tuple<uint32_t, uint32_t, uint32_t>> pools_seen_;
  absl::flat_hash_set<std::pair<uint32_t, std::string>> seen_;    // claims
  std::vector<SetNumbers> site_sets_;                             // of each problem
  std::vector<SetNumbers> period_sets_;                           // likewise
  std::vector<std::map<division::CostSet, uint32_t>> cost_sets_;  // likewise
  absl::flat_hash_map<std::string, size_t> bundle_of_;            // of each request
};

}  // namespace

absl::StatusOr<Call> ParseCall(absl::string_view text, division::Progress* progress) {
  return Parser(progress).Parse(text);
}

}  // namespace mesolys
