#ifndef MESOLYS_SCHEDULER_METRICS_GRANT_SUMS_H_
#define MESOLYS_SCHEDULER_METRICS_GRANT_SUMS_H_

// What all grants come to, kept up to date: a grant is looked into anew only when an event has
// changed it or its time has come, for looking into each of tens of thousands takes milliseconds.
// One thread at a time.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// How many there are in each state, by its number.
using GrantCounts = std::array<int64_t, static_cast<size_t>(GrantState::kGrace) + 1>;

struct GrantSum {
  Amount leased;  // the ceilings that the site may believe in, of grants that have not ended
  Amount used;    // ever, net of refunds

  friend bool operator==(const GrantSum&, const GrantSum&) = default;
};

class GrantSums {
 public:
  GrantSums() = default;
  GrantSums(const GrantSums&) = delete;
  GrantSums& operator=(const GrantSums&) = delete;

  // `ledger` is the same as before, with more events; `now` may be any time.
  void Update(const Ledger& ledger, absl::Time now);

  // By resource, then site; with zeros where there was something.
  const std::map<std::string, std::map<std::string, GrantSum>>& sums() const { return sums_; }
  // By resource.
  const std::map<std::string, GrantCounts>& counts() const { return counts_; }

 private:
  // What a grant adds at one site.
  struct Share {
    GrantSum* sum = nullptr;
    GrantSum part;
  };
  // What it was when it was looked into.
  struct Known {
    int64_t revision = -1;
    // While this is so, time changes nothing.
    absl::Time from;
    absl::Time until;
    int64_t* count = nullptr;  // of its state
    std::vector<Share> shares;
  };

  void Forget(Known& known);
  void Learn(const GrantEntry& entry, absl::Time now, Known& known);

  std::vector<Known> known_;  // by number - 1
  std::map<std::string, std::map<std::string, GrantSum>> sums_;
  std::map<std::string, GrantCounts> counts_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_METRICS_GRANT_SUMS_H_
