#ifndef MESOLYS_CLIENT_GRANT_H_
#define MESOLYS_CLIENT_GRANT_H_

// Grants as a list: what `grant list` prints and what comes of a request. Pure; any thread.

#include "absl/time/time.h"
#include "client/output.h"
#include "google/protobuf/repeated_field.h"
#include "mesolys/v1/resources.pb.h"

namespace mesolys {

// One row per grant, under the key "grants".
Table GrantsTable(const google::protobuf::RepeatedPtrField<v1::Grant>& grants,
                  const absl::TimeZone& zone);

}  // namespace mesolys

#endif  // MESOLYS_CLIENT_GRANT_H_
