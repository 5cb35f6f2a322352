#ifndef MESOLYS_CLIENT_GRANT_GRANT_CHANGE_H_
#define MESOLYS_CLIENT_GRANT_GRANT_CHANGE_H_

// The entries in the life of grants, as tables: what changed, and what waits for sites. Their
// amounts are of a resource that the message does not name: the caller knows it, grant by grant.
// Pure; any thread.

#include <functional>
#include <string>

#include "absl/time/time.h"
#include "client/show/output.h"
#include "google/protobuf/repeated_field.h"
#include "mesolys/v1/grant.pb.h"

namespace mesolys::client {

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

#endif  // MESOLYS_CLIENT_GRANT_GRANT_CHANGE_H_
