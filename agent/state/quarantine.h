#ifndef MESOLYS_AGENT_STATE_QUARANTINE_H_
#define MESOLYS_AGENT_STATE_QUARANTINE_H_

// Where lines and records go that nobody can settle: a text file for people, one line each,
// "origin <TAB> reason <TAB> text". The spool keeps how much of the file belongs to committed work,
// so that a crash between the two writes nothing twice: the next Append cuts off what was not
// committed. The file may be moved away at any time. One thread.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/ports/quarantined_line.h"
#include "agent/state/set_aside_table.h"

namespace mesolys::agent {

// What of the quarantine is committed. Kept by the spool.
struct QuarantineMark {
  int64_t line_count = 0;  // ever set aside, files that were moved away included
  int64_t byte_count = 0;  // of the file as it is now
  // Of what was appended, to be committed with it.
  std::vector<SetAsideRow> rows{};

  friend bool operator==(const QuarantineMark&, const QuarantineMark&) = default;
};

class Quarantine {
 public:
  explicit Quarantine(std::string path) : path_(std::move(path)) {}

  // Durable when it answers the mark to commit. INTERNAL with the reason of the operating
  // system.
  absl::StatusOr<QuarantineMark> Append(const QuarantineMark& committed,
                                        const std::vector<QuarantinedLine>& lines,
                                        absl::Time now) const;

 private:
  const std::string path_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_STATE_QUARANTINE_H_
