#ifndef MESOLYS_AGENT_CHECKS_HOST_FACTS_H_
#define MESOLYS_AGENT_CHECKS_HOST_FACTS_H_

// What the machine of the agent must have, whatever its site: a folder for its state, certificates,
// files that can be read. Any thread.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/checks/finding.h"
#include "proto/runtime/tls_files.h"

namespace mesolys::agent {

// Writes a file there and removes it. One that is missing is made by the agent, if it may.
Finding CheckStateDir(const std::string& path);

// That they can be used, say that we are `site`, and hold for longer than it takes to renew them.
std::vector<Finding> CheckCertificates(const TlsFiles& files, absl::string_view site,
                                       absl::Time now);

Finding CheckReadable(const std::string& subject, const std::string& path);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_CHECKS_HOST_FACTS_H_
