#ifndef MESOLYS_CLIENT_CAN_I_H_
#define MESOLYS_CLIENT_CAN_I_H_

// Which right each command needs. Immutable; any thread.

#include <string>
#include <vector>

namespace mesolys {

struct CommandRight {
  std::string command;      // "grant extend"
  std::string method;       // "AllocationService.ExtendGrant"
  bool of_project = false;  // it speaks of a project
};

// Every command that asks the scheduler, by name.
const std::vector<CommandRight>& CommandRights();

}  // namespace mesolys

#endif  // MESOLYS_CLIENT_CAN_I_H_
