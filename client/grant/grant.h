#ifndef MESOLYS_CLIENT_GRANT_GRANT_H_
#define MESOLYS_CLIENT_GRANT_GRANT_H_

// Grants as a list: what `grant list` prints and what comes of a request. Pure; any thread.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/show/output.h"
#include "google/protobuf/repeated_field.h"
#include "mesolys/v1/grant.pb.h"

namespace mesolys::client {

// What the sites made of those that can be spent now, one row per grant and site.
Table EnforcementTable(const std::vector<v1::Grant>& grants);

// "#SBATCH --account=proj_a", for jobs that a grant of the project pays.
std::string SbatchLine(absl::string_view project);

// One row per grant, under the key "grants".
Table GrantsTable(const google::protobuf::RepeatedPtrField<v1::Grant>& grants,
                  const absl::TimeZone& zone);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_GRANT_GRANT_H_
