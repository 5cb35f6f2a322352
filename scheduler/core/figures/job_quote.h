#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_JOB_QUOTE_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_JOB_QUOTE_H_

// What a job would cost at most, were it to run for its whole time limit, and whether that fits
// into what its project has left, site by site. Pure.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// A job that somebody thinks of.
struct JobWish {
  int64_t cores = 0;                          // 0: those that come with its GPUs, and at least one
  std::map<std::string, int64_t> gpu_counts;  // by model; "" is the site's configured model
  int64_t time_limit_seconds = 0;
  std::string site;  // empty: wherever the project may spend something of what it takes
};

// What it is charged of one resource at one site.
struct JobQuoteLine {
  std::string site;
  std::string resource;
  Amount price;
  NormalisedSeconds normalised;  // the same, at the rate of now
  Amount left;                   // of the project there, now

  bool Fits() const { return price <= left; }

  friend bool operator==(const JobQuoteLine&, const JobQuoteLine&) = default;
};

// By site, then resource; none where the project may spend nothing of what it takes. UNKNOWN_SITE;
// INVALID_ARGUMENT for a job that takes nothing, or has no time limit or one that is too long.
absl::StatusOr<std::vector<JobQuoteLine>> QuoteJob(const Ledger& ledger,
                                                   const ProjectEntry& project, const JobWish& wish,
                                                   absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_JOB_QUOTE_H_
