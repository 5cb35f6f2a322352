#ifndef MESOLYS_CLIENT_REQUEST_REQUEST_LINES_H_
#define MESOLYS_CLIENT_REQUEST_REQUEST_LINES_H_

// The lines of a request, from what people write. Pure; any thread.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mesolys/v1/request.pb.h"

namespace mesolys::client {

struct RequestTexts {
  std::string cpu;                    // "50000h"
  std::vector<std::string> gpus;      // "a100=2000h"
  std::vector<std::string> storages;  // "scratch=2TB"
  std::string support;                // "3d"
  std::vector<std::string> lines;     // "gpu-a100=2000h"
  std::vector<std::string> minimums;  // "cpu=10000h"
  std::vector<std::string> sites;     // of every line

  friend bool operator==(const RequestTexts&, const RequestTexts&) = default;
};

// INVALID_ARGUMENT names the option and says what would be right: nothing asked, a resource asked
// twice, a wrong amount, a minimum of what is not asked or above it.
absl::Status AddLines(const RequestTexts& texts, v1::Request* request);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_REQUEST_REQUEST_LINES_H_
