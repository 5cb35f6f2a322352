#include "client/language/environment.h"

namespace mesolys::client {

std::string Variable(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

}  // namespace mesolys::client
