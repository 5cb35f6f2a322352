#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_PLAUSIBLE_RECORD_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_PLAUSIBLE_RECORD_H_

// Whether a record can be of a job that ran: no job holds more than twice what its site has, or
// runs for longer than it has been there. A row of an accounting that was damaged would be charged
// as any other. Pure.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/values/gpu_part.h"
#include "proto/values/usage_record.h"
#include "scheduler/core/facts/catalogue.h"

namespace mesolys {

// What a site has; 0 for what nobody knows of.
struct SiteSize {
  int64_t cores = 0;
  int64_t gpus = 0;  // of all models

  friend bool operator==(const SiteSize&, const SiteSize&) = default;
};

// Of a site that has not said yet what it has: whatever a record says.
inline constexpr SiteSize kSizeUnknown{int64_t{1} << 40, int64_t{1} << 40};

// The most that the catalogue promises of it, on any day.
SiteSize PromisedSize(const Site& site);

// The larger of each.
SiteSize LargerOf(const SiteSize& a, const SiteSize& b);

// RECORD_INVALID with what is wrong. `size` is that of the site, `names` what it calls its GPUs,
// `now` the scheduler's clock.
absl::Status CheckPlausible(const UsageRecord& record, const SiteSize& size, const GpuNames& names,
                            absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_PLAUSIBLE_RECORD_H_
