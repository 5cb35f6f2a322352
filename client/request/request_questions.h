#ifndef MESOLYS_CLIENT_REQUEST_REQUEST_QUESTIONS_H_
#define MESOLYS_CLIENT_REQUEST_REQUEST_QUESTIONS_H_

// Asks somebody at a terminal what they want, question by question. One thread.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/request/request_form.h"
#include "client/session/session.h"

namespace mesolys::client {

// An answer that cannot be read is said to be wrong, and asked for again. Says the command line
// that would have asked the same, then whether to send it. INVALID_ARGUMENT when the input ends, or
// the answer to that is no: nothing was sent.
absl::StatusOr<RequestForm> AskForRequest(Session& session, const std::string& project);

// The words behind `mesolys` that ask the same: "request", "create", "proj_a", "--cpu", "100h".
std::vector<std::string> WordsOf(const RequestForm& form);
// "mesolys request create proj_a --cpu 100h --for 6m --justification 'Sparse models'", which a
// shell reads back.
std::string CommandLineOf(const RequestForm& form);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_REQUEST_REQUEST_QUESTIONS_H_
