#ifndef MESOLYS_CLIENT_SESSION_KEPT_KEY_H_
#define MESOLYS_CLIENT_SESSION_KEPT_KEY_H_

// Changes that were sent and not answered yet, one file each under <state_dir>/pending. The
// scheduler applies a change once per request_id, so whoever repeats the same command must send the
// same bytes: the whole request is kept, since "--from today" means another day tomorrow. Several
// processes may use one directory; they agree on one request for the same command. One thread.
// Errors: INTERNAL (the directory cannot be used) and DATA_LOSS (a file was damaged; sending anew
// could apply a change twice).

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mesolys::client {

class KeptKeys {
 public:
  explicit KeptKeys(const std::string& state_dir);

  // The name of a command: a hash of what makes two commands the same one (whom it calls, who
  // calls, the words of the command line).
  static std::string NameOf(const std::vector<std::string>& words);

  // The request that an earlier attempt sent; nothing when it had an answer or was never made.
  absl::StatusOr<std::optional<std::string>> Find(const std::string& name) const;

  // Makes `request` durable, and answers what is kept: another process may have been first, and
  // then its request is the one to send.
  absl::StatusOr<std::string> Keep(const std::string& name, const std::string& request) const;

  // A definite answer to `request` came. A later request under the same name is left alone.
  absl::Status Forget(const std::string& name, const std::string& request) const;

 private:
  std::string PathOf(const std::string& name) const;
  std::string directory_;
};

// A new request_id: a random UUID (version 4).
std::string NewRequestId();

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SESSION_KEPT_KEY_H_
