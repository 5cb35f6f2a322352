#ifndef MESOLYS_PROTO_VALUES_CHARGING_H_
#define MESOLYS_PROTO_VALUES_CHARGING_H_

// What a job is charged for: the units that it held of each resource, and the seconds of them.
// Scheduler and agent derive both with this same code. Pure; any thread.

#include <cstdint>
#include <string>
#include <vector>

#include "proto/values/attribution.h"
#include "proto/values/gpu_part.h"
#include "proto/values/period.h"
#include "proto/values/quantity.h"
#include "proto/values/usage_record.h"

namespace mesolys {

// The node by which shares are measured: a job that holds half of its memory pays half its cores.
struct NodeShape {
  int64_t cores = 0;
  int64_t memory_bytes = 0;
  int64_t gpus = 0;

  friend bool operator==(const NodeShape&, const NodeShape&) = default;
};

// How a site charges.
struct ChargeRule {
  std::string gpu_model;         // what an untyped GPU is; empty: the site has none
  bool gpu_jobs_pay_cpu = true;  // the site's `charge` setting
  NodeShape node;                // by which cpu is charged; no cores: by cores alone
  GpuNames gpu_names{};          // what is held under other names than a resource's own

  friend bool operator==(const ChargeRule&, const ChargeRule&) = default;
};

// What a job holds of one resource: units / whole, in the lowest terms.
struct HeldUnits {
  std::string resource;
  int64_t units = 0;
  // Not allocated, but what its share of the node is worth beyond its cores.
  bool by_share = false;
  int64_t whole = 1;  // above it where a job holds parts of GPUs

  friend bool operator==(const HeldUnits&, const HeldUnits&) = default;
};

// AllocTRES, never what was asked. By resource, then what comes by share; none of 0 units.
std::vector<HeldUnits> HeldBy(const UsageRecord& record, const ChargeRule& rule);

// What so many seconds of them are charged: the nearest whole amount, half a unit rounded up.
Amount AmountOf(const HeldUnits& held, int64_t seconds);

// The same in pieces: what all their seconds are charged is rounded once, and the parts of it, one
// for each piece in their order, add up to that. Each is rounded down, and the units that are left
// go to those that lost most by it, the first of equal ones first.
std::vector<Amount> AmountsOf(const HeldUnits& held, const std::vector<ChargedSeconds>& pieces);

// When a job held its allocation, and when it may go on holding it.
struct JobSpans {
  Period ran;
  int64_t charged_seconds = 0;  // of `ran`, without suspension
  Period ahead;                 // until its time limit; empty for one that has ended or run away
};

JobSpans SpansOf(const UsageRecord& record);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_CHARGING_H_
