#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PROGRESS_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PROGRESS_H_

// Who is told how far a long division is, often and on its thread. Pure.

#include <cstddef>

#include "absl/strings/string_view.h"

namespace mesolys::division {

class Progress {
 public:
  virtual ~Progress() = default;
  // `work` is a noun that people know; `all` is 0 where nobody can say how much there is.
  virtual void Tell(absl::string_view work, size_t done, size_t all) = 0;
};

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PROGRESS_H_
