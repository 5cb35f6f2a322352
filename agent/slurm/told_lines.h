#ifndef MESOLYS_AGENT_SLURM_TOLD_LINES_H_
#define MESOLYS_AGENT_SLURM_TOLD_LINES_H_

// Which lines were told already, so that reading a span again tells only what is new. Forgetting
// one does no harm: telling twice has no effect. In memory, eight bytes a line and as many for the
// table; two lines are taken for one another once in 10^7 years of a busy site. One thread.

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace mesolys::agent {

class ToldLines {
 public:
  explicit ToldLines(size_t lines_max = size_t{1} << 19) : lines_max_(lines_max) {}

  static uint64_t Mark(absl::string_view line) { return absl::Hash<absl::string_view>()(line); }

  void Add(uint64_t mark) {
    if (fresh_.size() >= lines_max_) Age();
    fresh_.insert(mark);
  }

  // Keeps what it finds from being forgotten by the next Age.
  bool Has(uint64_t mark) {
    if (fresh_.contains(mark)) return true;
    if (!aged_.contains(mark)) return false;
    Add(mark);
    return true;
  }

  // Forgets what was neither added nor found since the last Age.
  void Age() {
    aged_ = std::move(fresh_);
    fresh_.clear();
  }

 private:
  const size_t lines_max_;
  absl::flat_hash_set<uint64_t> fresh_;
  absl::flat_hash_set<uint64_t> aged_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TOLD_LINES_H_
