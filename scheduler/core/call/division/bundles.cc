#include "scheduler/core/call/division/bundles.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "scheduler/core/call/division/levels.h"
#include "scheduler/core/call/division/parts.h"

namespace mesolys::division {
namespace {

using ClaimSets = std::vector<std::set<uint32_t>>;     // of each problem
using EachLevels = std::map<uint32_t, LimitedLevels>;  // of problems with lines of bundles

class Together {
 public:
  Together(std::vector<Problem> problems, const std::vector<Bundle>& bundles, Progress* progress)
      : bundles_(bundles), division_(std::move(problems), bundles, progress) {}

  TogetherDivision Run() && {
    Parts parts = {{}, std::vector<bool>(bundles_.size())};
    for (size_t bundle = 0; bundle < bundles_.size(); ++bundle) {
      parts.part.push_back(division_.size(bundle));
    }
    Settle(parts, /*may_drop=*/true);
    TryAgain(parts);
    Balance(parts);
    Raise(parts);
    Show(parts);
    return std::move(division_).Take(std::move(parts));
  }

 private:
  // Bundles fall to what their scarcest line gets, until all lines get their part. False, at once,
  // if one falls below a minimum and none may be dropped.
  bool Settle(Parts& parts, bool may_drop) {
    while (true) {
      division_.Solve(parts);
      std::optional<size_t> worst;
      std::vector<int64_t> usable = parts.part;
      for (size_t bundle = 0; bundle < bundles_.size(); ++bundle) {
        if (parts.dropped[bundle]) continue;
        usable[bundle] = division_.Usable(parts, bundle);
        if (division_.Enough(bundle, usable[bundle])) continue;
        if (!worst.has_value() || DropsBefore(bundle, *worst)) worst = bundle;
      }
      if (worst.has_value()) {
        if (!may_drop) return false;
        parts.dropped[*worst] = true;
      } else if (usable == parts.part) {
        return true;
      } else {
        parts.part = std::move(usable);
      }
    }
  }

  // The highest priority of its lines is the bundle's.
  int64_t PriorityOf(size_t bundle) const {
    int64_t highest = division_.asked(bundle, 0).priority;
    for (size_t line = 1; line < bundles_[bundle].size(); ++line) {
      highest = std::max(highest, division_.asked(bundle, line).priority);
    }
    return highest;
  }

  bool DropsBefore(size_t a, size_t b) const {
    const int64_t left = PriorityOf(a);
    const int64_t right = PriorityOf(b);
    if (left != right) return left < right;
    return division_.asked(a, 0).request > division_.asked(b, 0).request;
  }

  // Bundles that are in, or those that are out; the last to be dropped is first.
  std::vector<size_t> Ordered(const Parts& parts, bool dropped) const {
    std::vector<size_t> order;
    for (size_t bundle = 0; bundle < bundles_.size(); ++bundle) {
      if (parts.dropped[bundle] == dropped) order.push_back(bundle);
    }
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return DropsBefore(b, a); });
    return order;
  }

  // The claims that are dropped now.
  ClaimSets Out() const {
    ClaimSets out;
    for (const Division& division : division_.divisions()) {
      std::set<uint32_t>& claims = out.emplace_back();
      for (const Drop& drop : division.drops) claims.insert(drop.claim);
    }
    return out;
  }

  bool OnlyOut(const ClaimSets& before) const {
    for (size_t i = 0; i < before.size(); ++i) {
      for (const Drop& drop : division_.divisions()[i].drops) {
        if (!before[i].contains(drop.claim)) return false;
      }
    }
    return true;
  }

  // Each dropped bundle comes back if that drops nobody.
  void TryAgain(Parts& parts) {
    for (const size_t bundle : Ordered(parts, /*dropped=*/true)) {
      division_.Solve(parts);
      const ClaimSets before = Out();
      Parts trial = parts;
      trial.dropped[bundle] = false;
      trial.part[bundle] = division_.size(bundle);
      if (Settle(trial, /*may_drop=*/false) && OnlyOut(before)) parts = std::move(trial);
    }
  }

  // As they were solved last.
  EachLevels LevelsOf(const ClaimSets& out) const {
    EachLevels levels;
    for (const Bundle& bundle : bundles_) {
      for (const BundleLine& line : bundle) {
        if (levels.contains(line.problem)) continue;
        Problem problem = division_.problems()[line.problem];
        for (const uint32_t claim : out[line.problem]) problem.claims[claim].amount = 0;
        levels.try_emplace(line.problem, std::move(problem));
      }
    }
    return levels;
  }

  // What bundles gave up moves levels, so the scarcest line of another may now get more. Each in
  // turn takes the part that it gets of its scarcest line beside the parts of the others, until
  // that is the part that it has: then all are held by a line that gets its fair share. Where no
  // such point is found, or a minimum stands in the way, all stays as it was.
  void Balance(Parts& parts) {
    division_.Solve(parts);
    const ClaimSets before = Out();
    EachLevels levels = LevelsOf(before);
    const std::vector<size_t> order = Ordered(parts, /*dropped=*/false);
    Parts trial = parts;
    bool moved = true;
    for (int pass = 0; moved && pass < kPassesMax; ++pass) {
      moved = false;
      for (const size_t bundle : order) {
        if (parts.part[bundle] == 0) continue;  // storage that may be nowhere, or nearly nothing
        const int64_t part = Response(bundle, levels);
        // A unit more or less may be rounding, and go around for ever.
        moved = moved || part > trial.part[bundle] + 1 || part + 1 < trial.part[bundle];
        trial.part[bundle] = part;
      }
    }
    if (Settle(trial, /*may_drop=*/false) && OnlyOut(before)) parts = std::move(trial);
  }

  // What the bundle gets while others stay; it asks for no more from then on.
  int64_t Response(size_t bundle, EachLevels& levels) const {
    const Bundle& lines = bundles_[bundle];
    int64_t part = division_.size(bundle);
    for (size_t i = 0; i < lines.size(); ++i) {
      const int64_t asked = division_.asked(bundle, i).amount;
      levels.at(lines[i].problem).Ask(lines[i].claim, asked);
      const int64_t award = levels.at(lines[i].problem).Award(lines[i].claim);
      if (award < asked) part = std::min(part, division_.PartFor(bundle, i, award));
    }
    for (size_t i = 0; i < lines.size(); ++i) {
      levels.at(lines[i].problem).Ask(lines[i].claim, division_.AmountOf(bundle, i, part));
    }
    return part;
  }

  // Whoever is not whole rises, each by the same part of what it lacks, while every line gets what
  // its bundle may have; who shares the level of a line that does not, stops.
  void Raise(Parts& parts) {
    std::vector<size_t> rising = Ordered(parts, /*dropped=*/false);
    std::erase_if(rising,
                  [&](size_t bundle) { return parts.part[bundle] == division_.size(bundle); });
    while (!rising.empty()) {
      division_.Solve(parts);
      const ClaimSets before = Out();
      int64_t most = 0;
      for (const size_t bundle : rising) {
        most = std::max(most, division_.size(bundle) - parts.part[bundle]);
      }
      // By doubled steps while all is well, then by bisection to one unit.
      int64_t well = 0;
      int64_t bad = most + 1;
      while (bad - well > 1) {
        int64_t step = well + (bad - well) / 2;
        if (bad > most) step = well > most / 2 ? most : std::max<int64_t>(1, 2 * well);
        const Parts raised = Raised(parts, rising, step, most);
        division_.Solve(raised);
        (division_.AllServed(raised) && OnlyOut(before) ? well : bad) = step;
      }
      const Parts stuck = Raised(parts, rising, std::min(bad, most), most);
      Keep(Raised(parts, rising, well, most), parts);
      if (well == most) return;
      division_.Solve(stuck);
      Hold(stuck, before, rising);
    }
  }

  Parts Raised(Parts parts, const std::vector<size_t>& rising, int64_t step, int64_t most) const {
    for (const size_t bundle : rising) {
      const Wide lacking = division_.size(bundle) - parts.part[bundle];
      parts.part[bundle] += static_cast<int64_t>(lacking * step / most);
    }
    return parts;
  }

  // A larger part that gives the scarcest line nothing is none.
  void Keep(Parts raised, Parts& parts) const {
    for (size_t bundle = 0; bundle < bundles_.size(); ++bundle) {
      if (Scarcest(bundle, raised.part[bundle]) > Scarcest(bundle, parts.part[bundle])) {
        parts.part[bundle] = raised.part[bundle];
      }
    }
  }

  int64_t Scarcest(size_t bundle, int64_t part) const {
    int64_t least = division_.size(bundle);
    for (size_t i = 0; i < bundles_[bundle].size(); ++i) {
      if (division_.asked(bundle, i).amount == 0) continue;
      least = std::min(least, division_.PartFor(bundle, i, division_.AmountOf(bundle, i, part)));
    }
    return least;
  }

  // Takes out of `rising` whoever stands in a bottleneck that could not serve all.
  void Hold(const Parts& stuck, const ClaimSets& before, std::vector<size_t>& rising) const {
    std::set<std::pair<uint32_t, int32_t>> crowded;
    for (size_t bundle = 0; bundle < bundles_.size(); ++bundle) {
      for (size_t i = 0; i < bundles_[bundle].size(); ++i) {
        if (division_.Served(stuck, bundle, i)) continue;
        const BundleLine& line = bundles_[bundle][i];
        crowded.insert({line.problem, division_.award(line).share});
      }
    }
    const size_t count = std::erase_if(rising, [&](size_t bundle) {
      for (size_t i = 0; i < bundles_[bundle].size(); ++i) {
        const BundleLine& line = bundles_[bundle][i];
        if (!division_.Served(stuck, bundle, i)) return true;
        if (crowded.contains({line.problem, division_.award(line).share})) return true;
      }
      return false;
    });
    // Who is in the way cannot be told from levels: nobody rises any more.
    if (count == 0 || !OnlyOut(before)) rising.clear();
  }

  // The lines that hold their bundles ask for all again: they get the same, and their pools show
  // the level that holds them.
  void Show(const Parts& parts) {
    division_.Solve(parts);
    const ClaimSets before = Out();
    EachLevels levels = LevelsOf(before);
    for (const size_t bundle : Ordered(parts, /*dropped=*/false)) {
      for (size_t i = 0; i < bundles_[bundle].size(); ++i) {
        const BundleLine& line = bundles_[bundle][i];
        const int64_t amount = division_.AmountOf(bundle, i, parts.part[bundle]);
        levels.at(line.problem).Ask(line.claim, division_.asked(bundle, i).amount);
        const bool holds = levels.at(line.problem).Award(line.claim) <= amount;
        if (!holds) levels.at(line.problem).Ask(line.claim, amount);
        division_.Free(bundle, i, holds);
      }
    }
    division_.Solve(parts);
    while (Limited(parts, !OnlyOut(before))) division_.Solve(parts);
  }

  // Limits those again (or `all`) that took a unit by rounding which another lacks; whether any.
  bool Limited(const Parts& parts, bool all) {
    std::set<uint32_t> short_of;  // problems
    for (size_t bundle = 0; bundle < bundles_.size(); ++bundle) {
      for (size_t i = 0; i < bundles_[bundle].size(); ++i) {
        if (division_.Served(parts, bundle, i)) continue;
        short_of.insert(bundles_[bundle][i].problem);
      }
    }
    bool limited = false;
    for (size_t bundle = 0; bundle < bundles_.size(); ++bundle) {
      const bool apart = !parts.dropped[bundle] && !division_.InProportion(bundle);
      for (size_t i = 0; i < bundles_[bundle].size(); ++i) {
        if (!division_.IsFree(bundle, i)) continue;
        if (!all && !apart && !short_of.contains(bundles_[bundle][i].problem)) continue;
        division_.Free(bundle, i, false);
        limited = true;
      }
    }
    return limited;
  }

  static constexpr int kPassesMax = 20;

  const std::vector<Bundle>& bundles_;
  PartsDivision division_;
};

}  // namespace

TogetherDivision DivideTogether(std::vector<Problem> problems, const std::vector<Bundle>& bundles,
                                Progress* progress) {
  return Together(std::move(problems), bundles, progress).Run();
}

}  // namespace mesolys::division
