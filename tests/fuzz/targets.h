#ifndef MESOLYS_TESTS_FUZZ_TARGETS_H_
#define MESOLYS_TESTS_FUZZ_TARGETS_H_

// What reads texts from outside, each with what must hold for any text at all; a text for which it
// does not aborts. Any thread.

#include "absl/strings/string_view.h"

namespace mesolys {

// A row of sacct is refused, says nothing, or is a job that a cluster can have had; and read again
// it says the same.
void FuzzSacctRow(absl::string_view text);

// However the output of a program or a file comes in pieces, its lines are the same and bounded.
void FuzzLines(absl::string_view text);

// A line of scontrol is refused, or is a node, partition or reservation that may be counted.
void FuzzScontrol(absl::string_view text);

// What is no configuration of Slurm is refused, and any other is judged.
void FuzzSlurmConfig(absl::string_view text);

// Names are bounded in number and length.
void FuzzHostList(absl::string_view text);

// A cursor that is read is written as it was, and what is read next goes on from it.
void FuzzCursor(absl::string_view text);

// A call is refused in one line, or is divided by every rule and told in every form.
void FuzzProblem(absl::string_view text);

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FUZZ_TARGETS_H_
