#include "scheduler/core/figures/known_accounts.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace mesolys {
namespace {

constexpr size_t kAlikeMax = 3;

// Of jobs that were kept.
std::set<std::string> AccountsOf(const Ledger& ledger, absl::string_view cluster) {
  std::set<std::string> accounts;
  for (const auto* const uses : {&ledger.unassigned(), &ledger.uncovered()}) {
    for (const auto& [key, totals] : *uses) {
      if (key.cluster == cluster) accounts.insert(key.account);
    }
  }
  return accounts;
}

// How many characters have to be put in, left out or replaced (V. Levenshtein, 1966); both are at
// most 64 bytes long.
size_t DistanceOf(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

bool HasKeptJobs(const Ledger& ledger, absl::string_view cluster, absl::string_view account) {
  return AccountsOf(ledger, cluster).contains(std::string(account));
}

std::string SameButForCapitals(const Ledger& ledger, absl::string_view cluster,
                               absl::string_view account) {
  std::set<std::string> names = AccountsOf(ledger, cluster);
  if (names.contains(std::string(account))) return "";
  for (const auto& [id, entry] : ledger.projects()) {
    names.insert(id);
    for (const auto& [of, link] : entry.links) {
      if (of == cluster) names.insert(link);
    }
  }
  const auto same = std::find_if(names.begin(), names.end(), [account](const std::string& name) {
    return name != account && absl::EqualsIgnoreCase(name, account);
  });
  return same == names.end() ? "" : *same;
}

std::vector<std::string> WrittenAlike(const Ledger& ledger, absl::string_view cluster,
                                      absl::string_view account) {
  const std::string wanted = absl::AsciiStrToLower(account);
  std::vector<std::pair<size_t, std::string>> alike;
  for (const std::string& name : AccountsOf(ledger, cluster)) {
    const size_t distance = DistanceOf(wanted, absl::AsciiStrToLower(name));
    if (distance <= std::max<size_t>(1, wanted.size() / 3)) alike.emplace_back(distance, name);
  }
  std::sort(alike.begin(), alike.end());
  if (alike.size() > kAlikeMax) alike.resize(kAlikeMax);
  std::vector<std::string> names;
  names.reserve(alike.size());
  for (auto& [distance, name] : alike) names.push_back(std::move(name));
  return names;
}

}  // namespace mesolys
