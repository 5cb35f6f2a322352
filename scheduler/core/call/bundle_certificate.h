#ifndef MESOLYS_SCHEDULER_CORE_CALL_BUNDLE_CERTIFICATE_H_
#define MESOLYS_SCHEDULER_CORE_CALL_BUNDLE_CERTIFICATE_H_

// Checks a division with bundles against what was asked, however it was found: each resource holds
// the certificate of a division, of claims that differ from those asked in nothing but lines of
// bundles; all lines of a bundle get the same part of what they ask, within one unit, and at least
// their minimum, or none gets anything; storage is only where the other lines are. Pure; any
// thread.

#include <vector>

#include "absl/status/status.h"
#include "scheduler/core/call/division/bundles.h"

namespace mesolys {

// INTERNAL names the first condition that does not hold, and where.
absl::Status CertifyTogether(const std::vector<division::Problem>& asked,
                             const std::vector<division::Bundle>& bundles,
                             const division::TogetherDivision& together);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_CALL_BUNDLE_CERTIFICATE_H_
