#ifndef MESOLYS_CLIENT_GRANT_GRANT_H_
#define MESOLYS_CLIENT_GRANT_GRANT_H_

// Grants as a list: what `grant list` prints and what comes of a request. Pure; any thread.

#include <functional>
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

// The entries in the life of grants: what changed, and what waits for sites. Their amounts are of a
// resource that the message does not name: the caller knows it, grant by grant.

// The resource of an entry; "" where it is not known, and then base units are shown.
using ResourceOf = std::function<std::string(const v1::GrantChange&)>;

// One row per entry, under the key "changes"; nothing for people where there is none.
Table ChangesTable(const google::protobuf::RepeatedPtrField<v1::GrantChange>& changes,
                   const ResourceOf& resource_of, const absl::TimeZone& zone);

// One row per order that waits, under the key "orders"; nothing for people where there is none.
Table OrdersTable(const google::protobuf::RepeatedPtrField<v1::ReductionOrder>& orders,
                  const std::string& resource);

// "100 h wait until psmn confirms a lower ceiling"; "would wait" on a dry run.
std::string WaitingText(const v1::ReductionOrder& order, const std::string& resource, bool dry_run);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_GRANT_GRANT_H_
