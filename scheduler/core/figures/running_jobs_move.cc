#include "scheduler/core/figures/running_jobs_move.h"

namespace mesolys {

std::vector<RunningUse> RunningUseOf(const Ledger& ledger, absl::string_view project) {
  std::vector<RunningUse> uses;
  const ProjectEntry* entry = ledger.FindProject(project);
  if (entry == nullptr) return uses;
  for (const int64_t number : entry->grants) {
    const GrantEntry& grant = *ledger.FindGrant(number);
    const Totals used = grant.Used();
    if (used.in_flight + used.committed == Amount()) continue;
    uses.push_back({number, grant.grant.resource, grant.grant.period, grant.used});
  }
  return uses;
}

std::vector<RunningJobsMove> RunningJobsMovesTo(const std::vector<RunningUse>& before,
                                                const Grant& grant, absl::Time now) {
  std::vector<RunningJobsMove> moves;
  for (const RunningUse& use : before) {
    // Of two that end together the older one pays.
    if (use.grant == grant.number || use.resource != grant.resource ||
        use.period.end <= grant.period.end || use.period.start >= grant.period.end) {
      continue;
    }
    RunningJobsMove move{use.grant, use.period.end, {}, {}};
    for (const auto& [site, used] : use.sites) {
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
