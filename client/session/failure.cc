#include "client/session/failure.h"

#include <optional>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/values/reason.h"

namespace mesolys::client {
namespace {

constexpr char kExitPayload[] = "mesolys/exit";
constexpr char kPrintedPayload[] = "mesolys/printed";

}  // namespace

absl::Status WithExit(absl::Status status, ExitCode exit) {
  if (!status.ok()) {
    status.SetPayload(kExitPayload, absl::Cord(absl::StrCat(static_cast<int>(exit))));
  }
  return status;
}

absl::Status AsPrinted(absl::Status status) {
  if (!status.ok()) status.SetPayload(kPrintedPayload, absl::Cord("yes"));
  return status;
}

bool WasPrinted(const absl::Status& status) {
  return status.GetPayload(kPrintedPayload).has_value();
}

ExitCode ExitOf(const absl::Status& status) {
  if (const auto payload = status.GetPayload(kExitPayload); payload.has_value()) {
    int number = 0;
    if (absl::SimpleAtoi(std::string(*payload), &number)) return static_cast<ExitCode>(number);
  }
  const std::optional<Refusal> refusal = RefusalOf(status);
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kDone;
    case absl::StatusCode::kInvalidArgument:
      return ExitCode::kUsage;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
      // gRPC uses these codes too (a message too large), and a full disk is not a rule.
      return refusal.has_value() && refusal->reason != Reason::kStoreFull ? ExitCode::kRefused
                                                                          : ExitCode::kFailed;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kNotAllowed;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
      return ExitCode::kUnreachable;
    default:
      return ExitCode::kFailed;
  }
}

nlohmann::ordered_json ErrorJson(const absl::Status& status) {
  const std::optional<Refusal> refusal = RefusalOf(status);
  nlohmann::ordered_json metadata = nlohmann::ordered_json::object();
  std::string reason;
  if (refusal.has_value()) {
    reason = std::string(ReasonName(refusal->reason));
    for (const auto& [key, value] : refusal->metadata) metadata[key] = value;
  }
  nlohmann::ordered_json out;
  out["code"] = absl::StatusCodeToString(status.code());
  out["reason"] = reason;
  out["message"] = std::string(status.message());
  out["metadata"] = metadata;
  out["exit"] = static_cast<int>(ExitOf(status));
  return out;
}

}  // namespace mesolys::client
