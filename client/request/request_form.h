#ifndef MESOLYS_CLIENT_REQUEST_REQUEST_FORM_H_
#define MESOLYS_CLIENT_REQUEST_REQUEST_FORM_H_

// What a request asks, as people write it: the options that `request create` and `quote` share.
// Pure; any thread.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/frame/command_tree.h"
#include "client/show/output.h"
#include "google/protobuf/repeated_field.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/request.pb.h"

namespace mesolys::client {

// Of its lines.
struct RequestTexts {
  std::string cpu;                    // "50000h"
  std::vector<std::string> gpus;      // "a100=2000h"
  std::vector<std::string> storages;  // "scratch=2TB"
  std::string support;                // "3d"
  std::vector<std::string> lines;     // "gpu-a100=2000h"
  std::vector<std::string> minimums;  // "cpu=10000h"
  std::vector<std::string> sites;     // "psmn" of every line, or "psmn=600h", "psmn=cpu:600h"

  friend bool operator==(const RequestTexts&, const RequestTexts&) = default;
};

struct RequestForm {
  std::string project;
  RequestTexts lines;
  std::string from;
  std::string to;
  std::string span;
  bool call = false;
  std::vector<std::string> usage;  // "2027-03-01=10%"
  std::string justification;
  std::string necessity;
  std::string energy_median;
  std::string energy_p90;

  friend bool operator==(const RequestForm&, const RequestForm&) = default;
};

// Lines, sites and period.
void AddRequestOptions(Verb& verb, RequestForm& form);

// INVALID_ARGUMENT names the option and says what would be right.
absl::StatusOr<v1::Request> ToRequest(const RequestForm& form, absl::Time now);

// Null where the resource is not asked.
v1::RequestLine* FindLine(v1::Request* request, absl::string_view resource);

// "2027-03-01 10 %, 2027-06-01 80 %"; nothing for a straight line.
Cell UsageCurveCell(const google::protobuf::RepeatedPtrField<v1::UsagePoint>& curve,
                    const absl::TimeZone& zone);

// INVALID_ARGUMENT names the option and says what would be right: nothing asked, a resource asked
// twice, a wrong amount, a minimum of what is not asked or above it, sites that are no split and
// not any of some.
absl::Status AddLines(const RequestTexts& texts, v1::Request* request);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_REQUEST_REQUEST_FORM_H_
