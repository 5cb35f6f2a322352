#ifndef MESOLYS_PROTO_VALUES_COMMANDS_H_
#define MESOLYS_PROTO_VALUES_COMMANDS_H_

// Which call each command of `mesolys` makes: so that the scheduler speaks of commands, not of
// calls, and the client can ask what its user may do. Immutable; any thread.

#include <string>
#include <vector>

namespace mesolys {

struct CommandCall {
  std::string command;      // "grant extend"
  std::string method;       // "AllocationService.ExtendGrant"
  bool of_project = false;  // it speaks of a project
};

// Every command that asks the scheduler, by name; of a method that several call, the one to speak
// of comes first.
const std::vector<CommandCall>& CommandCalls();

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_COMMANDS_H_
