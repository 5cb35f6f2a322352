#ifndef MESOLYS_SCHEDULER_SERVICE_MEANS_VIEW_H_
#define MESOLYS_SCHEDULER_SERVICE_MEANS_VIEW_H_

// What a site's agent says that the site really has, beside what the catalogue promises of it. Any
// thread that may read the ledger.

#include <string>

#include "absl/time/time.h"
#include "mesolys/v1/site.pb.h"
#include "scheduler/core/figures/plausible_record.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// What an agent said, without what no site can have: counts below 0 or beyond reason, names that no
// resource has, a resource said twice, more than 32 of them.
v1::SiteMeans SaneMeans(const v1::SiteMeans& said);

// Adds the promises of the catalogue, and what was promised but is not there; GPUs without a model
// are of the site's.
v1::SiteMeans MeansView(const Ledger& ledger, const std::string& site, const v1::SiteMeans& said,
                        absl::Time now);

// What there is in whatever state; 0 of what the agent did not say.
SiteSize SizeOf(const v1::SiteMeans& said);

// Units that are promised and not available; 0 for none.
int64_t ShortfallOf(const v1::ResourceMeans& means);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_MEANS_VIEW_H_
