#ifndef MESOLYS_CLIENT_LANGUAGE_ENVIRONMENT_H_
#define MESOLYS_CLIENT_LANGUAGE_ENVIRONMENT_H_

// What the process was started with. Any thread.

#include <map>
#include <string>

namespace mesolys::client {

// A copy of the variables that matter: MESOLYS_CONFIG, XDG_CONFIG_HOME, XDG_STATE_HOME, HOME,
// NO_COLOR, LC_ALL, LC_CTYPE, LC_MESSAGES, LANG, LANGUAGE, TERM.
using Environment = std::map<std::string, std::string>;

// "" for a variable that is not set.
std::string Variable(const Environment& environment, const std::string& name);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_LANGUAGE_ENVIRONMENT_H_
