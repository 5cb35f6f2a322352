#ifndef MESOLYS_CLIENT_USAGE_COMPARISON_H_
#define MESOLYS_CLIENT_USAGE_COMPARISON_H_

// The accounting of a site, compared with the ledger: asked for and waited for. Beside it stands
// `mesolys audit reconcile`. One thread.

#include <string>

#include "absl/status/statusor.h"
#include "client/session/session.h"
#include "mesolys/v1/comparison.pb.h"
#include "proto/values/period.h"

namespace mesolys::client {

// A span from what was typed, both ends in the zone of the session. INVALID_ARGUMENT also when it
// is empty; whether it ends in the future is the scheduler's question.
absl::StatusOr<Period> ParseAccountedPeriod(const Session& session, const std::string& from,
                                            const std::string& to);

// Waits until the agent of the site has told everything, and says meanwhile how far it is. An error
// when it fails, or when nothing is heard of it for minutes.
absl::StatusOr<v1::UsageComparison> CompareUsage(Session& session, const std::string& site,
                                                 const Period& period);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_USAGE_COMPARISON_H_
