#include "scheduler/division_text.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "proto/values/quoted.h"

namespace mesolys {
namespace {

using division::Award;
using division::AwardStatus;
using division::Claim;
using division::Division;
using division::Level;
using division::Pool;
using division::Problem;
using division::Wide;

constexpr size_t kNamedMax = 20;

std::string PoolName(const Problem& problem, uint32_t pool) {
  const Pool& named = problem.pools[pool];
  return absl::StrCat(Printable(problem.sites[named.site]), " ",
                      Printable(problem.periods[named.period]));
}

std::string Named(const std::vector<std::string>& names) {
  if (names.size() <= kNamedMax) return absl::StrJoin(names, ", ");
  return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + kNamedMax, ", "), " and ",
                      names.size() - kNamedMax, " more");
}

std::string PerPoint(const Level& level) {
  return level.infinite() ? "all that is asked"
                          : absl::StrFormat("%.6g per point of weight", level.ToDouble());
}

std::string ExplainShare(const Problem& problem, const Division& division, size_t number) {
  const division::Share& share = division.shares[number];
  Wide capacity = 0;
  std::vector<std::string> pools;
  for (const uint32_t pool : share.pools) {
    capacity += problem.pools[pool].capacity;
    pools.push_back(PoolName(problem, pool));
  }
  Wide asked = 0;
  std::vector<std::string> cut;
  for (size_t i = 0; i < problem.claims.size(); ++i) {
    const Claim& claim = problem.claims[i];
    const Award& award = division.awards[i];
    if (award.share != static_cast<int32_t>(number)) continue;
    asked += claim.amount;
    if (award.status == AwardStatus::kFull) continue;
    cut.push_back(
        absl::StrCat(Printable(claim.request), " (", award.amount, " of ", claim.amount, ")"));
  }
  std::string over = "asked for, and there is nothing";
  if (capacity > 0) {
    over = absl::StrFormat("asked %.2f times over",
                           static_cast<double>(asked) / static_cast<double>(capacity));
  }
  return absl::StrCat("  ", Named(pools), ": ", over, "; everyone there got ",
                      PerPoint(share.level), "\n    cut: ", cut.empty() ? "nobody" : Named(cut),
                      "\n");
}

const Level* LevelOf(const Division& division, int32_t share) {
  return share < 0 ? nullptr : &division.shares[static_cast<size_t>(share)].level;
}

absl::string_view StatusWord(AwardStatus status) {
  return status == AwardStatus::kDropped ? " (dropped)" : "";
}

std::string Signed(int64_t difference) {
  return absl::StrCat(difference > 0 ? "+" : "", difference);
}

}  // namespace

std::string Explain(const Call& call, const std::vector<Division>& divisions) {
  std::string text;
  for (size_t i = 0; i < divisions.size(); ++i) {
    const Problem& problem = call.problems[i];
    const Division& division = divisions[i];
    absl::StrAppend(&text, Printable(call.resources[i]), "\n");
    bool cut = false;
    for (size_t share = 0; share < division.shares.size(); ++share) {
      if (division.shares[share].level.infinite()) continue;
      text += ExplainShare(problem, division, share);
      cut = true;
    }
    if (!cut) text += "  no pool is asked for more than it has\n";
    for (const division::Drop& drop : division.drops) {
      const Claim& claim = problem.claims[drop.claim];
      absl::StrAppend(&text, "  dropped: ", Printable(claim.request));
      if (drop.blocker == drop.claim) {
        absl::StrAppend(&text, ", for it would get less than its minimum ", claim.minimum, "\n");
      } else {
        const Claim& blocker = problem.claims[drop.blocker];
        absl::StrAppend(&text, ", kept out by the minimum ", blocker.minimum, " of ",
                        Printable(blocker.request), "\n");
      }
    }
  }
  return text;
}

std::string Differences(const Call& call, const std::vector<Division>& before,
                        const std::vector<Division>& after) {
  std::string text;
  for (const EntryPlace& place : call.pools) {
    const Level* const old =
        LevelOf(before[place.problem], before[place.problem].pools[place.index].share);
    const Level* const now =
        LevelOf(after[place.problem], after[place.problem].pools[place.index].share);
    if (*old == *now) continue;
    absl::StrAppend(&text, "pool ", PoolName(call.problems[place.problem], place.index), " ",
                    Printable(call.resources[place.problem]), ": ", PerPoint(*old), " -> ",
                    PerPoint(*now), "\n");
  }
  for (const EntryPlace& place : call.claims) {
    const Award& old = before[place.problem].awards[place.index];
    const Award& now = after[place.problem].awards[place.index];
    if (old.amount == now.amount && old.status == now.status) continue;
    absl::StrAppend(
        &text, "claim ", Printable(call.problems[place.problem].claims[place.index].request), " ",
        Printable(call.resources[place.problem]), ": ", old.amount, StatusWord(old.status), " -> ",
        now.amount, StatusWord(now.status), " (", Signed(now.amount - old.amount), ")\n");
  }
  return text.empty() ? "nothing changes\n" : text;
}

}  // namespace mesolys
