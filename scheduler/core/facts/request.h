#ifndef MESOLYS_SCHEDULER_CORE_FACTS_REQUEST_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_REQUEST_H_

// What a project asks for, and what was decided. Pure values.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/values/period.h"
#include "proto/values/quantity.h"
#include "proto/values/reason.h"
#include "scheduler/core/facts/fields.h"
#include "scheduler/core/facts/usage_curve.h"

namespace mesolys {

struct RequestLine {
  std::string resource;
  Amount amount;
  Amount minimum;                  // less is of no use; 0 takes whatever there is
  std::vector<std::string> sites;  // empty: any
  bool derived = false;            // the cores that come with GPUs, added by the policy
  // A split: so much at each of `sites`, in all `amount`. Empty: the policy chooses among them.
  std::map<std::string, Amount> by_site{};
  // What is granted follows its use to any of `sites`; never with a split.
  bool any_of = false;

  FIELDS(RequestLine, resource, amount, minimum, sites, derived);
  LATER_FIELDS(RequestLine, by_site, any_of);
};

// Numbered as Request.State of the contract but for the first, and stored so: never renumber.
enum class RequestState {
  kUndecided = 0,  // submitted; waits for whoever decides its track
  kGranted = 1,
  kPartlyGranted = 2,
  kRefused = 3,
  kWithdrawn = 5,
};

// How a request is decided. Numbered as Request.Track of the contract, and stored so: never
// renumber.
enum class Track {
  kDynamic = 0,  // at once, by the programme's rules
  kCall = 2,     // it waits for the committee
};

struct Request {
  int64_t number = 0;  // over the whole ledger, from 1
  std::string project;
  std::vector<RequestLine> lines;
  Period period;
  std::string justification;
  std::string necessity;
  int64_t energy_median_watt_hours = 0;
  int64_t energy_p90_watt_hours = 0;
  std::string requester;  // identity
  Track track = Track::kDynamic;
  UsageCurve curve;  // how the project means to spend it; of every line

  FIELDS(Request, number, project, lines, period, justification, necessity,
         energy_median_watt_hours, energy_p90_watt_hours, requester, track, curve);
};

struct RequestOutcome {
  int64_t request = 0;
  RequestState state = RequestState::kUndecided;
  std::vector<Refusal> refusals;  // why it was refused, or what cut it
  std::string reason{};           // in the words of who decided, or withdrew, it

  FIELDS(RequestOutcome, request, state, refusals, reason);
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_REQUEST_H_
