#ifndef MESOLYS_SCHEDULER_CORE_FACTS_UNKNOWN_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_UNKNOWN_H_

// The refusals of names that nothing has, in the words of the command line. Pure.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"

namespace mesolys {

inline absl::Status NoProject(const std::string& id) {
  return Refuse(Reason::kUnknownProject,
                Say("there is no project \"$0\"; see `mesolys project list`", id),
                {{"project", id}});
}

inline absl::Status NoSite(const std::string& id) {
  return Refuse(Reason::kUnknownSite, Say("there is no site \"$0\"; see `mesolys site list`", id),
                {{"site", id}});
}

inline absl::Status NoCluster(const std::string& id) {
  return Refuse(Reason::kUnknownCluster,
                Say("there is no cluster \"$0\"; see `mesolys site list`", id), {{"cluster", id}});
}

inline absl::Status NoGrant(const NumberedName& name) {
  return Refuse(
      Reason::kUnknownGrant,
      Say("there is no grant $0/g$1; see `mesolys grant list $0`", name.project, name.number),
      {{"grant", GrantName(name.project, name.number)}});
}

// Of no project that is known.
inline absl::Status NoGrant(int64_t number) {
  return Refuse(Reason::kUnknownGrant, Say("there is no grant g$0", number));
}

inline absl::Status NoRequest(const NumberedName& name) {
  return Refuse(
      Reason::kUnknownRequest,
      Say("there is no request $0/r$1; see `mesolys request list $0`", name.project, name.number),
      {{"request", RequestName(name.project, name.number)}});
}

// Of no project that is known.
inline absl::Status NoRequest(int64_t number) {
  return Refuse(Reason::kUnknownRequest, Say("there is no request r$0", number));
}

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_UNKNOWN_H_
