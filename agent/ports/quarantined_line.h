#ifndef MESOLYS_AGENT_PORTS_QUARANTINED_LINE_H_
#define MESOLYS_AGENT_PORTS_QUARANTINED_LINE_H_

// What a collector met that nobody can settle.

#include <cstddef>
#include <optional>
#include <string>

#include "agent/ports/unread_job.h"

namespace mesolys::agent {

// Of one slice of records; what else is wrong waits for the next.
inline constexpr size_t kQuarantinedMax = 1000;

struct QuarantinedLine {
  std::string origin;  // "jobs.txt:17", "scheduler"
  std::string reason;
  std::string text;  // may hold anything; what is written is one line of at most 4 KiB and escapes
  // Whose use is held back meanwhile; none where nobody's is.
  std::optional<UnreadJob> job{};
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PORTS_QUARANTINED_LINE_H_
