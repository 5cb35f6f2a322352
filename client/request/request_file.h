#ifndef MESOLYS_CLIENT_REQUEST_REQUEST_FILE_H_
#define MESOLYS_CLIENT_REQUEST_REQUEST_FILE_H_

// A request in a TOML file, with the words of the options of `request create`. Any thread.

#include <string>

#include "absl/status/statusor.h"
#include "client/request/request_form.h"

namespace mesolys::client {

//   project = "proj_a"
//   gpu = ["a100=2000h"]
//   for = "6m"
//   justification = "Training of a sparse model"
// Errors name file, line and column, and what would be right (proto/config/config_file.h).
absl::StatusOr<RequestForm> LoadRequestFile(const std::string& path);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_REQUEST_REQUEST_FILE_H_
