#ifndef MESOLYS_PROTO_RUNTIME_LOG_H_
#define MESOLYS_PROTO_RUNTIME_LOG_H_

// The log of a program: spdlog on standard error, "2026-11-21T01:02:03.456Z level text", each
// record on one line whatever its text holds. What gRPC says goes there too. Any thread.

#include <string>

namespace mesolys {

// Once, first thing in main. `level` is one of debug, info, warning, error (checked by the caller).
void StartLog(const std::string& level);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_LOG_H_
