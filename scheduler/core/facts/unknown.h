#ifndef MESOLYS_SCHEDULER_CORE_FACTS_UNKNOWN_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_UNKNOWN_H_

// The refusals of names that nothing has, in the words of the command line. Pure.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"

namespace mesolys {

inline absl::Status NoProject(const std::string& id) {
  return Refuse(Reason::kUnknownProject,
                absl::StrCat("there is no project \"", id, "\"; see `mesolys project list`"),
                {{"project", id}});
}

inline absl::Status NoSite(const std::string& id) {
  return Refuse(Reason::kUnknownSite,
                absl::StrCat("there is no site \"", id, "\"; see `mesolys site list`"),
                {{"site", id}});
}

inline absl::Status NoCluster(const std::string& id) {
  return Refuse(Reason::kUnknownCluster,
                absl::StrCat("there is no cluster \"", id, "\"; see `mesolys site list`"),
                {{"cluster", id}});
}

inline absl::Status NoGrant(const NumberedName& name) {
  return Refuse(Reason::kUnknownGrant,
                absl::StrCat("there is no grant ", name.project, "/g", name.number,
                             "; see `mesolys grant list ", name.project, "`"),
                {{"grant", GrantName(name.project, name.number)}});
}

// Of no project that is known.
inline absl::Status NoGrant(int64_t number) {
  return Refuse(Reason::kUnknownGrant, absl::StrCat("there is no grant g", number));
}

inline absl::Status NoRequest(const NumberedName& name) {
  return Refuse(Reason::kUnknownRequest,
                absl::StrCat("there is no request ", name.project, "/r", name.number,
                             "; see `mesolys request list ", name.project, "`"),
                {{"request", RequestName(name.project, name.number)}});
}

// Of no project that is known.
inline absl::Status NoRequest(int64_t number) {
  return Refuse(Reason::kUnknownRequest, absl::StrCat("there is no request r", number));
}

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_UNKNOWN_H_
