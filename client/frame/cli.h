#ifndef MESOLYS_CLIENT_FRAME_CLI_H_
#define MESOLYS_CLIENT_FRAME_CLI_H_

// The whole program but for its process: reads the arguments, runs the command, prints, and says
// how to end. Data goes to `world.out`, everything else to `world.err`. One thread.

#include <string>
#include <vector>

#include "client/session/exit_code.h"
#include "client/session/session.h"

namespace mesolys::client {

// The language of what the program will say: what programs read is the same in every language.
void ChooseLanguage(const std::vector<std::string>& arguments, const Environment& environment);

// `arguments` without the name of the program.
ExitCode RunCli(const std::vector<std::string>& arguments, World& world);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_FRAME_CLI_H_
