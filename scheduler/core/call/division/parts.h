#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PARTS_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PARTS_H_

// What bundles get when each may have some part of what it asks: a division of every resource, in
// which lines claim no more than their part, and storage is where the other lines are. Pure.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "scheduler/core/call/division/bundles.h"

namespace mesolys::division {

// Which part, in units of the bundle's largest line. A bundle that was dropped has none.
struct Parts {
  std::vector<int64_t> part;
  std::vector<bool> dropped;
};

class PartsDivision {
 public:
  // `bundles` and `progress`, which may be null, outlive this.
  PartsDivision(std::vector<Problem> problems, const std::vector<Bundle>& bundles,
                Progress* progress);

  // Divides whatever has changed since the last call.
  void Solve(const Parts& parts);
  // From then on the line asks for all that was asked, or again for its part. All of it is right
  // for a line that gets no more than its part anyway: then the level is seen that holds its
  // bundle.
  void Free(size_t bundle, size_t line, bool is_free) { free_[bundle][line] = is_free; }
  bool IsFree(size_t bundle, size_t line) const { return free_[bundle][line]; }

  int64_t size(size_t bundle) const { return sizes_[bundle]; }
  // What was asked on a line before any limit.
  const Claim& asked(size_t bundle, size_t line) const { return asked_[bundle][line]; }
  // What a part is on a line.
  int64_t AmountOf(size_t bundle, size_t line, int64_t part) const;
  // The part that gives `amount` on a line, less than it asked.
  int64_t PartFor(size_t bundle, size_t line, int64_t amount) const;
  // Whether no line gets less than its minimum of that part.
  bool Enough(size_t bundle, int64_t part) const;

  // Of the last Solve.
  const std::vector<Problem>& problems() const { return problems_; }
  const std::vector<Division>& divisions() const { return divisions_; }
  const Award& award(const BundleLine& line) const {
    return divisions_[line.problem].awards[line.claim];
  }
  bool Served(const Parts& parts, size_t bundle, size_t line) const;
  bool AllServed(const Parts& parts) const;
  // Whether one part of all its lines is what they get, within one unit.
  bool InProportion(size_t bundle) const;
  // The part for which the scarcest line is enough: the bundle's own if all are served.
  int64_t Usable(const Parts& parts, size_t bundle) const;

  TogetherDivision Take(Parts parts) &&;

 private:
  void Limit(const BundleLine& line, const Claim& asked, int64_t amount, uint32_t site_set);
  std::optional<uint32_t> SitesFor(size_t bundle, const BundleLine& storage, const Claim& asked);

  const std::vector<Bundle>& bundles_;
  std::vector<std::vector<Claim>> asked_;  // of each bundle and line
  std::vector<std::vector<bool>> free_;    // likewise
  std::vector<int64_t> sizes_;             // of each bundle: its largest line
  std::vector<Problem> problems_;          // as the last Solve limited them
  std::vector<Division> divisions_;
  std::vector<bool> stale_;    // of each problem: it has changed since it was divided
  std::vector<bool> storage_;  // of each problem
  std::vector<std::map<NameSet, uint32_t>> storage_sets_;
  Progress* const progress_;
  size_t solved_ = 0;
};

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PARTS_H_
