#include "proto/values/reason.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace mesolys {
namespace {

constexpr absl::string_view kPayloadType = "mesolys/refusal";
constexpr absl::string_view kSentenceType = "mesolys/sentence";

struct Row {
  Reason reason;
  absl::string_view name;
  absl::StatusCode code;
};

using absl::StatusCode;

// In the order of the enum, so that a reason is its index. kNone is what an unknown name of a newer
// program becomes.
constexpr std::array kRows = {
    Row{Reason::kNone, "NONE", StatusCode::kUnknown},
    Row{Reason::kInvalidArgument, "INVALID_ARGUMENT", StatusCode::kInvalidArgument},
    Row{Reason::kInvalidName, "INVALID_NAME", StatusCode::kInvalidArgument},
    Row{Reason::kInvalidPeriod, "INVALID_PERIOD", StatusCode::kInvalidArgument},
    Row{Reason::kInvalidAmount, "INVALID_AMOUNT", StatusCode::kInvalidArgument},
    Row{Reason::kRequestIdMissing, "REQUEST_ID_MISSING", StatusCode::kInvalidArgument},
    Row{Reason::kRequestIdReused, "REQUEST_ID_REUSED", StatusCode::kAlreadyExists},
    Row{Reason::kEtagMismatch, "ETAG_MISMATCH", StatusCode::kAborted},
    Row{Reason::kPageTokenInvalid, "PAGE_TOKEN_INVALID", StatusCode::kInvalidArgument},
    Row{Reason::kUnknownInstitution, "UNKNOWN_INSTITUTION", StatusCode::kNotFound},
    Row{Reason::kUnknownProgramme, "UNKNOWN_PROGRAMME", StatusCode::kNotFound},
    Row{Reason::kUnknownDataClass, "UNKNOWN_DATA_CLASS", StatusCode::kNotFound},
    Row{Reason::kUnknownSite, "UNKNOWN_SITE", StatusCode::kNotFound},
    Row{Reason::kUnknownCluster, "UNKNOWN_CLUSTER", StatusCode::kNotFound},
    Row{Reason::kUnknownResource, "UNKNOWN_RESOURCE", StatusCode::kNotFound},
    Row{Reason::kUnknownProject, "UNKNOWN_PROJECT", StatusCode::kNotFound},
    Row{Reason::kUnknownRequest, "UNKNOWN_REQUEST", StatusCode::kNotFound},
    Row{Reason::kUnknownGrant, "UNKNOWN_GRANT", StatusCode::kNotFound},
    Row{Reason::kUnknownJob, "UNKNOWN_JOB", StatusCode::kNotFound},
    Row{Reason::kProjectExists, "PROJECT_EXISTS", StatusCode::kAlreadyExists},
    Row{Reason::kAccountLinked, "ACCOUNT_LINKED", StatusCode::kAlreadyExists},
    Row{Reason::kAccountNotLinked, "ACCOUNT_NOT_LINKED", StatusCode::kNotFound},
    Row{Reason::kCatalogueConflict, "CATALOGUE_CONFLICT", StatusCode::kFailedPrecondition},
    Row{Reason::kNotAuthenticated, "NOT_AUTHENTICATED", StatusCode::kUnauthenticated},
    Row{Reason::kNotAllowed, "NOT_ALLOWED", StatusCode::kPermissionDenied},
    Row{Reason::kProjectEnded, "PROJECT_ENDED", StatusCode::kFailedPrecondition},
    Row{Reason::kProgrammeNeedsCall, "PROGRAMME_NEEDS_CALL", StatusCode::kFailedPrecondition},
    Row{Reason::kProgrammeHasNoCalls, "PROGRAMME_HAS_NO_CALLS", StatusCode::kFailedPrecondition},
    Row{Reason::kPeriodTooLong, "PERIOD_TOO_LONG", StatusCode::kFailedPrecondition},
    Row{Reason::kTeamSize, "TEAM_SIZE", StatusCode::kFailedPrecondition},
    Row{Reason::kSupervisorMissing, "SUPERVISOR_MISSING", StatusCode::kFailedPrecondition},
    Row{Reason::kThresholdReached, "THRESHOLD_REACHED", StatusCode::kResourceExhausted},
    Row{Reason::kReserveExhausted, "RESERVE_EXHAUSTED", StatusCode::kResourceExhausted},
    Row{Reason::kSiteNotCertified, "SITE_NOT_CERTIFIED", StatusCode::kFailedPrecondition},
    Row{Reason::kSiteLacksResource, "SITE_LACKS_RESOURCE", StatusCode::kFailedPrecondition},
    Row{Reason::kSiteExhausted, "SITE_EXHAUSTED", StatusCode::kResourceExhausted},
    Row{Reason::kBelowMinimum, "BELOW_MINIMUM", StatusCode::kResourceExhausted},
    Row{Reason::kRequestDecided, "REQUEST_DECIDED", StatusCode::kFailedPrecondition},
    Row{Reason::kGrantEnded, "GRANT_ENDED", StatusCode::kFailedPrecondition},
    Row{Reason::kGrantRevoked, "GRANT_REVOKED", StatusCode::kFailedPrecondition},
    Row{Reason::kNotEnoughLeft, "NOT_ENOUGH_LEFT", StatusCode::kFailedPrecondition},
    Row{Reason::kNoOverdraft, "NO_OVERDRAFT", StatusCode::kFailedPrecondition},
    Row{Reason::kOtherResource, "OTHER_RESOURCE", StatusCode::kFailedPrecondition},
    Row{Reason::kOtherFamily, "OTHER_FAMILY", StatusCode::kFailedPrecondition},
    Row{Reason::kJobNotFinished, "JOB_NOT_FINISHED", StatusCode::kFailedPrecondition},
    Row{Reason::kJobRefunded, "JOB_REFUNDED", StatusCode::kAlreadyExists},
    Row{Reason::kWindowsOverlap, "WINDOWS_OVERLAP", StatusCode::kFailedPrecondition},
    Row{Reason::kNothingAwaited, "NOTHING_AWAITED", StatusCode::kFailedPrecondition},
    Row{Reason::kProjectArchived, "PROJECT_ARCHIVED", StatusCode::kFailedPrecondition},
    Row{Reason::kProjectInUse, "PROJECT_IN_USE", StatusCode::kFailedPrecondition},
    Row{Reason::kNoSuchMember, "NO_SUCH_MEMBER", StatusCode::kNotFound},
    Row{Reason::kNoLoginAtSite, "NO_LOGIN_AT_SITE", StatusCode::kFailedPrecondition},
    Row{Reason::kLoginTaken, "LOGIN_TAKEN", StatusCode::kAlreadyExists},
    Row{Reason::kUnknownRole, "UNKNOWN_ROLE", StatusCode::kInvalidArgument},
    Row{Reason::kReadOnly, "READ_ONLY", StatusCode::kFailedPrecondition},
    Row{Reason::kUnknownEvent, "UNKNOWN_EVENT", StatusCode::kNotFound},
    Row{Reason::kUnknownComparison, "UNKNOWN_COMPARISON", StatusCode::kNotFound},
    Row{Reason::kRecordInvalid, "RECORD_INVALID", StatusCode::kInvalidArgument},
    Row{Reason::kRecordEndsInFuture, "RECORD_ENDS_IN_FUTURE", StatusCode::kInvalidArgument},
    Row{Reason::kRecordForeignCluster, "RECORD_FOREIGN_CLUSTER", StatusCode::kInvalidArgument},
    Row{Reason::kRecordOverflow, "RECORD_OVERFLOW", StatusCode::kInvalidArgument},
    Row{Reason::kTooManyRecords, "TOO_MANY_RECORDS", StatusCode::kInvalidArgument},
    Row{Reason::kStoreUnavailable, "STORE_UNAVAILABLE", StatusCode::kUnavailable},
    Row{Reason::kStoreFull, "STORE_FULL", StatusCode::kResourceExhausted},
};

constexpr bool RowsFollowTheEnum() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<size_t>(kRows[i].reason) != i) return false;
  }
  return true;
}
static_assert(RowsFollowTheEnum());
static_assert(kRows.size() == static_cast<size_t>(Reason::kStoreFull) + 1);

const Row& RowOf(Reason reason) {
  const auto index = static_cast<size_t>(reason);
  if (index >= kRows.size()) std::abort();
  return kRows[index];
}

// "5:hello": the length goes first, so that a field may hold any bytes.
void AppendField(absl::string_view field, std::string* text) {
  absl::StrAppend(text, field.size(), ":", field);
}

// Takes "17:" off the front; nothing when it is not there.
std::optional<size_t> ConsumeNumber(absl::string_view* text) {
  const size_t colon = text->find(':');
  if (colon == 0 || colon == absl::string_view::npos) return std::nullopt;
  const absl::string_view digits = text->substr(0, colon);
  size_t number = 0;
  // SimpleAtoi alone would let signs and spaces through.
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return '0' <= c && c <= '9'; }) ||
      !absl::SimpleAtoi(digits, &number)) {
    return std::nullopt;
  }
  text->remove_prefix(colon + 1);
  return number;
}

// Takes one field off the front; nothing when there is none.
std::optional<absl::string_view> ConsumeField(absl::string_view* text) {
  const std::optional<size_t> size = ConsumeNumber(text);
  if (!size.has_value() || *size > text->size()) return std::nullopt;
  const absl::string_view field = text->substr(0, *size);
  text->remove_prefix(*size);
  return field;
}

// The reason's name, how many pairs follow, then keys and values in turn. The message is the
// status's own.
std::string Encode(const Refusal& refusal) {
  std::string text;
  AppendField(ReasonName(refusal.reason), &text);
  absl::StrAppend(&text, refusal.metadata.size(), ":");
  for (const auto& [key, value] : refusal.metadata) {
    AppendField(key, &text);
    AppendField(value, &text);
  }
  return text;
}

std::optional<Refusal> Decode(absl::string_view text) {
  const std::optional<absl::string_view> name = ConsumeField(&text);
  if (!name.has_value()) return std::nullopt;
  Refusal refusal{.reason = ParseReason(*name), .message = {}, .metadata = {}};
  if (ReasonName(refusal.reason) != *name) return std::nullopt;
  const std::optional<size_t> pairs = ConsumeNumber(&text);
  if (!pairs.has_value()) return std::nullopt;
  // Each round takes bytes off the text or ends, however large the number claims to be.
  for (size_t i = 0; i < *pairs; ++i) {
    const std::optional<absl::string_view> key = ConsumeField(&text);
    if (!key.has_value()) return std::nullopt;
    const std::optional<absl::string_view> value = ConsumeField(&text);
    if (!value.has_value()) return std::nullopt;
    const bool added = refusal.metadata.emplace(std::string(*key), std::string(*value)).second;
    if (!added) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  return refusal;
}

}  // namespace

absl::string_view ReasonName(Reason reason) { return RowOf(reason).name; }

Reason ParseReason(absl::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.reason;
  }
  return Reason::kNone;
}

absl::StatusCode CodeOf(Reason reason) { return RowOf(reason).code; }

absl::Status Refuse(const Refusal& refusal) {
  absl::Status status(CodeOf(refusal.reason), refusal.message);
  status.SetPayload(kPayloadType, absl::Cord(Encode(refusal)));
  return status;
}

absl::Status Refuse(Reason reason, const Sentence& sentence,
                    std::map<std::string, std::string> metadata) {
  absl::Status status = Refuse(
      Refusal{.reason = reason, .message = sentence.Render(), .metadata = std::move(metadata)});
  SetSentence(sentence, status);
  return status;
}

std::optional<Refusal> RefusalOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadType);
  if (!payload.has_value()) return std::nullopt;
  std::optional<Refusal> refusal = Decode(std::string(*payload));
  if (refusal.has_value()) refusal->message = std::string(status.message());
  return refusal;
}

void SetSentence(const Sentence& sentence, absl::Status& status) {
  std::string text;
  AppendField(sentence.pattern, &text);
  for (const std::string& argument : sentence.arguments) AppendField(argument, &text);
  status.SetPayload(kSentenceType, absl::Cord(text));
}

std::optional<Sentence> SentenceOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kSentenceType);
  if (!payload.has_value()) return std::nullopt;
  const std::string encoded(*payload);
  absl::string_view text = encoded;
  std::vector<std::string> fields;
  while (!text.empty()) {
    const std::optional<absl::string_view> field = ConsumeField(&text);
    if (!field.has_value()) return std::nullopt;
    fields.emplace_back(*field);
  }
  if (fields.empty()) return std::nullopt;
  Sentence sentence{std::move(fields.front()), {}};
  sentence.arguments.assign(std::make_move_iterator(fields.begin() + 1),
                            std::make_move_iterator(fields.end()));
  return sentence;
}

}  // namespace mesolys
