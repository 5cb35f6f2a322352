#ifndef MESOLYS_PROTO_VALUES_LEASE_H_
#define MESOLYS_PROTO_VALUES_LEASE_H_

// How much a project may still spend of one resource at one site, over all its grants there:
//   R = max(0, sum over the grants valid now of (ceiling - used) - carried)
// Balance and agent use this same code. Pure; any thread.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/values/period.h"
#include "proto/values/quantity.h"

namespace mesolys {

// A grant of one project, resource and site.
struct Lease {
  int64_t grant = 0;
  Period period;  // empty: never valid
  Amount ceiling;
  Amount bonus;  // beyond the ceiling, at low priority
  Amount used;   // what the attribution rule charges it, committed hours included

  friend bool operator==(const Lease&, const Lease&) = default;
};

// Not below 0: what is left of a ceiling, or of an amount.
Amount LeftOf(Amount ceiling, Amount used);
// Not below 0: what was used beyond it.
Amount OverdraftOf(Amount ceiling, Amount used);

struct Remaining {
  Amount left;   // R
  Amount bonus;  // what may be spent beyond R, at low priority

  friend bool operator==(const Remaining&, const Remaining&) = default;
};

// No grant of those that are valid is clamped singly: while two overlap, one pays for both. Once it
// has ended, what it overpaid is carried: its overdraft counts against the grants that overlapped
// it, once, and the one that ends soonest takes it first, as far as something is left of it. What
// none of them could take the last one owes, and hands on as its own. The same with the bonus added
// to every ceiling gives what may be spent at low priority.
Remaining RemainingOf(const std::vector<Lease>& leases, absl::Time now);

// What may be started.
enum class Access {
  kFrozen = 1,       // nothing
  kLowPriority = 2,  // within the bonus
  kOpen = 3,         // everything
};

// "open", "low priority", "frozen".
absl::string_view AccessText(Access access);

Access AccessOf(const Remaining& remaining);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_LEASE_H_
