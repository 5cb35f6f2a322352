#ifndef MESOLYS_SCHEDULER_SERVICE_ACCESS_TABLE_H_
#define MESOLYS_SCHEDULER_SERVICE_ACCESS_TABLE_H_

// Who may call what: one reviewed table, RPC x role x ownership. An RPC without an entry does not
// start the server. Immutable; any thread.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

struct AccessRule {
  std::string method;                // "GrantService.GetBalance"
  bool any_user = false;             // every person with a certificate
  std::vector<std::string> roles;    // of the whole mesocentre
  std::vector<ProjectRole> members;  // of the project that the call names
  bool above = false;                // also for PIs and supervisors of a project above it
  bool own_site = false;             // the agent of the site that the call names
};

// What a call speaks of; empty where it names none.
struct AccessTarget {
  std::string project;
  std::string site;
};

const std::vector<AccessRule>& AccessTable();

// INTERNAL names the RPCs of our services that the table lacks, and the entries without an RPC.
absl::Status CheckAccessTable(const std::vector<AccessRule>& table);

// PERMISSION_DENIED (kNotAllowed) says who could. Whether the target exists is not given away.
// A deputy is a PI between their dates: hence `now`.
absl::Status Authorize(const Ledger& ledger, absl::string_view identity, absl::string_view method,
                       const AccessTarget& target, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_ACCESS_TABLE_H_
