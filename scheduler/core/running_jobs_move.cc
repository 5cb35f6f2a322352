#include "scheduler/core/running_jobs_move.h"

#include "proto/values/names.h"

namespace mesolys {

std::vector<RunningJobsMove> RunningJobsMovesTo(const Ledger& ledger, const Grant& grant,
                                                absl::Time now) {
  std::vector<RunningJobsMove> moves;
  const ProjectEntry* project = ledger.FindProject(grant.project);
  if (project == nullptr || IsStock(grant.resource)) return moves;
  for (const int64_t number : project->grants) {
    const GrantEntry& entry = *ledger.FindGrant(number);
    const Period& period = entry.grant.period;
    // Of two that end together the older one pays.
    if (number == grant.number || entry.grant.resource != grant.resource ||
        period.end <= grant.period.end || period.start >= grant.period.end) {
      continue;
    }
    RunningJobsMove move{number, {}, {}};
    for (const auto& [site, used] : entry.used) {
      if (!grant.ceilings.contains(site)) continue;
      // Seconds before the new grant begins stay where they are, and so do those after its end.
      if (grant.period.start < now) move.in_flight += used.in_flight;
      if (grant.period.end > now) move.committed += used.committed;
    }
    if (move.in_flight + move.committed > Amount()) moves.push_back(move);
  }
  return moves;
}

}  // namespace mesolys
