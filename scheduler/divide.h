#ifndef MESOLYS_SCHEDULER_DIVIDE_H_
#define MESOLYS_SCHEDULER_DIVIDE_H_

// `mesolys-scheduler divide`: a call from a file, divided without server and database.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mesolys {

struct DivideOptions {
  std::string file;  // "" and "-": standard input
  bool explain = false;
  std::vector<std::string>
      what_if;  // "capacity:SITE:PERIOD:RESOURCE=90", "weight:REQUEST:RESOURCE=2"
};

// What is printed for the problem `text`. INVALID_ARGUMENT, in one line, for a bad problem or
// change; INTERNAL if a result fails its certificate.
absl::StatusOr<std::string> DivideText(absl::string_view text, const DivideOptions& options);

// Reads, divides and writes to standard output: all or nothing. NOT_FOUND for a file that cannot be
// read, DATA_LOSS for an answer that cannot be written.
absl::Status Divide(const DivideOptions& options);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_DIVIDE_H_
