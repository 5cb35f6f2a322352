#ifndef MESOLYS_CLIENT_SESSION_FAILURE_H_
#define MESOLYS_CLIENT_SESSION_FAILURE_H_

// How an error of a command becomes an exit code and a JSON object. Errors travel as absl::Status;
// one whose code does not tell the exit code by itself carries it as a payload. Pure; any thread.

#include "absl/status/status.h"
#include "client/session/exit_code.h"
#include "nlohmann/json_fwd.hpp"

namespace mesolys::client {

// The same error, which ends the program with `exit`. An ok status stays ok.
absl::Status WithExit(absl::Status status, ExitCode exit);

// The same error, of which the command has printed the JSON as part of its answer.
absl::Status AsPrinted(absl::Status status);
bool WasPrinted(const absl::Status& status);

// What WithExit said; otherwise by the canonical code and whether the scheduler gave a reason.
ExitCode ExitOf(const absl::Status& status);

// {"code":"RESOURCE_EXHAUSTED","reason":"THRESHOLD_REACHED","message":...,"metadata":{...},
// "exit":3}; reason is "" where the scheduler gave none.
nlohmann::ordered_json ErrorJson(const absl::Status& status);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SESSION_FAILURE_H_
