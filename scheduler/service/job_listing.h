#ifndef MESOLYS_SCHEDULER_SERVICE_JOB_LISTING_H_
#define MESOLYS_SCHEDULER_SERVICE_JOB_LISTING_H_

// Jobs, page by page, read from the store: never on a gRPC thread. A page may be shorter than asked
// before the end, even empty. The caller is authorized already.

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mesolys/v1/project.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "mesolys/v1/values.pb.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/engine/engine.h"
#include "scheduler/service/page.h"

namespace mesolys {

// Whose jobs of a project may be shown to somebody: nothing for everybody's, else one login per
// site.
using Logins = std::optional<std::map<std::string, std::string>>;
Logins VisibleLogins(const Ledger& ledger, const ProjectEntry& entry, absl::string_view identity,
                     absl::Time now);

// Those who lead the project, and the readers of everything, see all jobs; a researcher those of
// their own logins. `uncovered`: only those with seconds that no grant covers.
absl::Status ListJobs(const Engine& engine, const std::string& identity, const std::string& project,
                      bool uncovered, const Page& page, v1::ListJobsResponse& out);

// What an account ran while no project claims it; both names are of the right form. NOT_FOUND for a
// cluster that no site has.
absl::Status ListUnassignedJobs(const Engine& engine, const v1::AccountLink& account,
                                const Page& page, v1::ListJobsResponse& out);

// One job, to whom ListJobs would show it; NOT_FOUND to those who may read every job.
absl::Status FindJob(const Engine& engine, const std::string& identity, const v1::JobName& name,
                     v1::Job& out);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_JOB_LISTING_H_
