#include "scheduler/core/call/bundle_certificate.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "proto/values/quoted.h"
#include "scheduler/core/call/certificate.h"

namespace mesolys {
namespace {

using division::Bundle;
using division::BundleLine;
using division::Claim;
using division::NameSet;
using division::Pool;
using division::Problem;
using division::TogetherDivision;
using division::Wide;

absl::Status Wrong(absl::string_view where, absl::string_view what) {
  return absl::InternalError(absl::StrCat(where, ": ", what));
}

bool Allows(const NameSet& set, uint32_t name) {
  return set.empty() || std::find(set.begin(), set.end(), name) != set.end();
}

// Whether `some` allows nothing that `all` does not.
bool Within(const NameSet& some, const NameSet& all) {
  if (some.empty()) return all.empty();
  return std::all_of(some.begin(), some.end(), [&](uint32_t name) { return Allows(all, name); });
}

bool SamePools(const Problem& a, const Problem& b) {
  if (a.sites != b.sites || a.periods != b.periods || a.pools.size() != b.pools.size()) {
    return false;
  }
  for (size_t i = 0; i < a.pools.size(); ++i) {
    const Pool& x = a.pools[i];
    const Pool& y = b.pools[i];
    if (x.site != y.site || x.period != y.period || x.capacity != y.capacity || x.cost != y.cost) {
      return false;
    }
  }
  return a.claims.size() == b.claims.size();
}

// What must be the same in lines of bundles, too.
bool SameRequest(const Problem& a, const Problem& b, size_t claim) {
  const Claim& x = a.claims[claim];
  const Claim& y = b.claims[claim];
  return x.request == y.request && x.weight == y.weight && x.priority == y.priority &&
         x.last_site == y.last_site && a.period_sets[x.period_set] == b.period_sets[y.period_set] &&
         a.cost_sets[x.cost_set] == b.cost_sets[y.cost_set];
}

class TogetherCertificate {
 public:
  TogetherCertificate(const std::vector<Problem>& asked, const std::vector<Bundle>& bundles,
                      const TogetherDivision& together)
      : asked_(asked), bundles_(bundles), together_(together) {}

  absl::Status Check() const {
    if (together_.problems.size() != asked_.size() || together_.divisions.size() != asked_.size() ||
        together_.dropped.size() != bundles_.size()) {
      return Wrong("division", "not one for each resource and bundle");
    }
    absl::flat_hash_set<uint64_t> lines;
    for (const Bundle& bundle : bundles_) {
      for (const BundleLine& line : bundle) {
        lines.insert(uint64_t{line.problem} << 32 | line.claim);
      }
    }
    for (uint32_t i = 0; i < asked_.size(); ++i) {
      const Problem& problem = together_.problems[i];
      if (!SamePools(asked_[i], problem)) return Wrong("division", "of other pools or claims");
      for (uint32_t claim = 0; claim < problem.claims.size(); ++claim) {
        if (!Same(i, claim, lines.contains(uint64_t{i} << 32 | claim))) {
          return Wrong(absl::StrCat("claim of request ", Quoted(problem.claims[claim].request)),
                       "not the one that was asked");
        }
      }
      absl::Status status = Certify(problem, together_.divisions[i]);
      if (!status.ok()) return status;
    }
    for (size_t i = 0; i < bundles_.size(); ++i) {
      absl::Status status = CheckBundle(bundles_[i], together_.dropped[i]);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  bool Same(uint32_t problem, uint32_t claim, bool bundled) const {
    const Problem& asked = asked_[problem];
    const Problem& divided = together_.problems[problem];
    const Claim& x = asked.claims[claim];
    const Claim& y = divided.claims[claim];
    const NameSet& before = asked.site_sets[x.site_set];
    const NameSet& after = divided.site_sets[y.site_set];
    if (!SameRequest(asked, divided, claim)) return false;
    if (bundled) return y.amount <= x.amount && Within(after, before);
    return x.amount == y.amount && x.minimum == y.minimum && before == after;
  }

  absl::Status CheckBundle(const Bundle& bundle, bool dropped) const {
    const auto wrong = [&](absl::string_view what) {
      return Wrong(absl::StrCat("bundle of request ", Quoted(Asked(bundle.front()).request)), what);
    };
    std::set<uint32_t> sites;  // of what is not storage
    bool follows = false;
    for (const BundleLine& line : bundle) {
      if (dropped && Awarded(line) != 0) return wrong("dropped, yet it gets");
      if (!dropped && Awarded(line) < Asked(line).minimum) return wrong("below its minimum");
      if (line.is_storage) continue;
      follows = true;
      for (const uint32_t site : SitesOf(line)) sites.insert(site);
    }
    for (const BundleLine& line : bundle) {
      for (const BundleLine& other : bundle) {
        // The part lies between award / asked of the one and (award + 1) / asked of the other.
        if (Wide(Awarded(line)) * Asked(other).amount >=
            (Wide(Awarded(other)) + 1) * Asked(line).amount) {
          if (Asked(line).amount > 0 && Asked(other).amount > 0) {
            return wrong("its lines do not get the same part of what they ask");
          }
        }
      }
      if (!line.is_storage || !follows) continue;
      for (const uint32_t site : SitesOf(line)) {
        if (!sites.contains(site)) return wrong("storage where nothing else is");
      }
    }
    return absl::OkStatus();
  }

  const Claim& Asked(const BundleLine& line) const {
    return asked_[line.problem].claims[line.claim];
  }
  int64_t Awarded(const BundleLine& line) const {
    return together_.divisions[line.problem].awards[line.claim].amount;
  }

  // Placements are by claim; Certify has looked at that.
  std::set<uint32_t> SitesOf(const BundleLine& line) const {
    const auto& placements = together_.divisions[line.problem].placements;
    auto it = std::partition_point(
        placements.begin(), placements.end(),
        [&](const division::Placement& placement) { return placement.claim < line.claim; });
    std::set<uint32_t> sites;
    for (; it != placements.end() && it->claim == line.claim; ++it) {
      sites.insert(together_.problems[line.problem].pools[it->pool].site);
    }
    return sites;
  }

  const std::vector<Problem>& asked_;
  const std::vector<Bundle>& bundles_;
  const TogetherDivision& together_;
};

}  // namespace

absl::Status CertifyTogether(const std::vector<Problem>& asked, const std::vector<Bundle>& bundles,
                             const TogetherDivision& together) {
  return TogetherCertificate(asked, bundles, together).Check();
}

}  // namespace mesolys
