#ifndef MESOLYS_SCHEDULER_CALL_DIVIDE_H_
#define MESOLYS_SCHEDULER_CALL_DIVIDE_H_

// `mesolys-scheduler divide`: a call from a file, divided without server and database.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/call/division_text.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys {

struct DivideOptions {
  std::string file = "";  // "" and "-": standard input
  bool explain = false;
  bool plot = false;
  Bars bars = Bars::kAscii;
  std::string html_file = "";  // "": no page
  // capacity:SITE:PERIOD:RESOURCE=AMOUNT or weight:REQUEST:RESOURCE=POINTS, each.
  std::vector<std::string> what_if = {};
};

struct DivideAnswer {
  std::string text;  // for standard output
  std::string page;  // if one was asked for
};

// What the problem `text` comes to; `progress` may be null. INVALID_ARGUMENT, in one line, for a
// bad problem or change; INTERNAL if a result fails its certificate.
absl::StatusOr<DivideAnswer> DivideText(absl::string_view text, const DivideOptions& options,
                                        division::Progress* progress = nullptr);

// Reads, divides and writes the page, then standard output: all or nothing. NOT_FOUND for a file
// that cannot be read, DATA_LOSS for an answer that cannot be written.
absl::Status Divide(const DivideOptions& options);

// "claims with a minimum: [====>     ] 41 %", or how many are done where all are not known.
std::string ProgressLine(absl::string_view work, size_t done, size_t all);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_DIVIDE_H_
