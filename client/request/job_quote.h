#ifndef MESOLYS_CLIENT_REQUEST_JOB_QUOTE_H_
#define MESOLYS_CLIENT_REQUEST_JOB_QUOTE_H_

// `mesolys quote job PROJECT`: what one job would cost, whether it fits, and where.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/request/request_form.h"
#include "client/session/session.h"
#include "mesolys/v1/request.pb.h"

namespace mesolys::client {

// A job as people write it, in the options of a request: --cpu and --gpu are numbers of cores and
// of GPUs, --site is one site, and `time` says for how long. INVALID_ARGUMENT names the option and
// says what would be right. Pure.
absl::StatusOr<v1::QuoteJobRequest> ToJob(const RequestForm& form, const std::string& project,
                                          const std::string& time);

// Asks, and prints the answer.
absl::Status QuoteJob(Session& session, const v1::QuoteJobRequest& job);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_REQUEST_JOB_QUOTE_H_
