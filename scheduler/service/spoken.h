#ifndef MESOLYS_SCHEDULER_SERVICE_SPOKEN_H_
#define MESOLYS_SCHEDULER_SERVICE_SPOKEN_H_

// What the program calls something, in the words of who reads a message. Pure; any thread.

#include <string>

#include "absl/strings/string_view.h"

namespace mesolys {

// "AllocationService.AddMember" -> "`mesolys member add`", the command that calls it; the words of
// the method's name, "the call to add member", where no one command does.
std::string SpokenMethod(absl::string_view method);

// "spiffe://mesolys/user/alice" -> "alice", "spiffe://mesolys/site/psmn" -> "the agent of psmn";
// another identity as it is.
std::string SpokenIdentity(absl::string_view identity);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_SPOKEN_H_
