#ifndef MESOLYS_CLIENT_FRAME_COMPLETION_H_
#define MESOLYS_CLIENT_FRAME_COMPLETION_H_

// What may stand next on a command line, from the same tree that reads it. No scheduler is asked:
// an answer takes no longer than the process does. Pure; any thread.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mesolys::client {

struct Candidate {
  std::string word;
  std::string description;  // a few words on one line; "" for a value
};

// `words` are those behind the program's name; the last one, perhaps empty, is under the cursor.
// Candidates for it in the order of the help; none where only the caller knows what may stand
// there, as a project's name.
std::vector<Candidate> Complete(const CLI::App& root, std::vector<std::string> words);

// What bash, zsh or fish has to read once, so that it asks `mesolys __complete`. INVALID_ARGUMENT
// for another shell.
absl::StatusOr<std::string> CompletionScript(absl::string_view shell);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_FRAME_COMPLETION_H_
