#ifndef MESOLYS_AGENT_SLURM_FRUITLESS_CHANGES_H_
#define MESOLYS_AGENT_SLURM_FRUITLESS_CHANGES_H_

// Changes that are made turn after turn and come to nothing: Slurm refuses them, or takes them and
// keeps something else. After some turns such a change rests, so that it neither fills Slurm's own
// log nor keeps the others waiting; then it is tried once more. What takes something away, or
// brings jobs below a limit, never rests: better closed too often than left open. One thread.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "agent/slurm/associations/association_changes.h"

namespace mesolys::agent {

class FruitlessChanges {
 public:
  static constexpr int kTurnsMax = 5;
  static constexpr absl::Duration kRest = absl::Minutes(5);

  bool IsGivenUp(const std::string& cluster, const AssociationChange& change, absl::Time now) const;

  // `left` are those that are still to be made at the end of a turn; any other was of use.
  void EndTurn(const std::string& cluster, const std::vector<AssociationChange>& left,
               absl::Time now);

 private:
  struct Tries {
    int turns = 0;
    absl::Time rests_until = absl::InfinitePast();
  };
  // By what it says: with another amount it is another change.
  std::map<std::pair<std::string, std::string>, Tries> tries_;  // by cluster and change
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_FRUITLESS_CHANGES_H_
