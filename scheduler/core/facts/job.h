#ifndef MESOLYS_SCHEDULER_CORE_FACTS_JOB_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_JOB_H_

// A job: its winning record and every entry that it is charged. Pure values.

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/values/quantity.h"
#include "proto/values/usage_record.h"
#include "scheduler/core/facts/fields.h"

namespace mesolys {

// Numbered as Charge.Kind of the contract, and stored so: never renumber.
enum class ChargeKind { kNone = 0, kSettled = 1, kInFlight = 2, kCommitted = 3, kRefund = 4 };

// Clocks of sites differ; a record from further ahead of the scheduler's clock is a mistake.
inline constexpr absl::Duration kRecordAheadMax = absl::Minutes(5);

// Why an entry of a job is there. Stored as numbers: never renumber.
enum class ChargeBasis {
  kAllocated = 0,  // what the job held
  kNodeShare = 1,  // what its share of the node's memory or GPUs is worth beyond its cores
  kNodeFail = 2,   // this one and the following: why it is given back
  kBootFail = 3,
  kPreempted = 4,
  kAdminCancelled = 5,
  kIncident = 6,
  kOperator = 7,  // by hand
};

struct Charge {
  int64_t grant = 0;  // 0: no grant covers it
  std::string resource;
  ChargeKind kind = ChargeKind::kNone;
  Amount amount;
  ChargeBasis basis = ChargeBasis::kAllocated;

  friend bool operator==(const Charge&, const Charge&) = default;
};

struct Job {
  UsageRecord record;
  std::string site;
  std::string project;  // empty while its account is unassigned
  std::vector<Charge> charges;

  friend bool operator==(const Job&, const Job&) = default;
};

// Where an amount is booked. With a grant it is that grant's; without one it is the project's
// uncovered use; without a project it is the account's unassigned use.
struct PostingKey {
  int64_t grant = 0;
  std::string project;
  std::string cluster;
  std::string account;
  std::string resource;
  ChargeKind kind = ChargeKind::kNone;

  friend bool operator==(const PostingKey&, const PostingKey&) = default;
  friend std::strong_ordering operator<=>(const PostingKey&, const PostingKey&) = default;
};

// A difference to be added to what is booked.
struct Posting {
  PostingKey key;
  Amount amount;

  FIELDS(Posting, key.grant, key.project, key.cluster, key.account, key.resource, key.kind, amount);
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_JOB_H_
