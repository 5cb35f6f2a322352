#ifndef MESOLYS_PROTO_VALUES_REASON_H_
#define MESOLYS_PROTO_VALUES_REASON_H_

// Why something is refused. A refusal is a canonical code, a stable reason, a sentence that says
// what would be accepted, and every number of that sentence. It travels inside this process as
// payloads of an absl::Status and over the wire as google.rpc.ErrorInfo, the sentence as one more
// detail (proto/runtime/status). Pure; any thread.

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/values/sentence.h"

namespace mesolys {

enum class Reason {
  kNone,
  // The form of what was said.
  kInvalidArgument,
  kInvalidName,
  kInvalidPeriod,
  kInvalidAmount,
  kRequestIdMissing,
  kRequestIdReused,
  kEtagMismatch,
  kPageTokenInvalid,
  // What it speaks of: names of the right form that nothing has.
  kUnknownInstitution,
  kUnknownProgramme,
  kUnknownDataClass,
  kUnknownSite,
  kUnknownCluster,
  kUnknownResource,
  kUnknownProject,
  kUnknownRequest,
  kUnknownGrant,
  kUnknownJob,
  kProjectExists,
  kAccountLinked,
  kAccountNotLinked,
  kCatalogueConflict,
  // Who says it.
  kNotAuthenticated,
  kNotAllowed,
  // The rules of dynamic access.
  kProjectEnded,
  kProgrammeNeedsCall,
  kProgrammeHasNoCalls,
  kPeriodTooLong,
  kTeamSize,
  kSupervisorMissing,
  kThresholdReached,
  kReserveExhausted,
  kSiteNotCertified,
  kSiteLacksResource,
  kSiteExhausted,
  kBelowMinimum,
  kRequestDecided,
  // The life of a grant.
  kGrantEnded,
  kGrantRevoked,
  kNotEnoughLeft,
  kNoOverdraft,
  kOtherResource,
  kOtherFamily,
  kJobNotFinished,
  kJobRefunded,
  kWindowsOverlap,
  kNothingAwaited,
  // Projects, people and the service itself.
  kProjectArchived,
  kProjectInUse,
  kNoSuchMember,
  kNoLoginAtSite,
  kLoginTaken,
  kUnknownRole,
  kReadOnly,
  kUnknownEvent,
  kUnknownComparison,
  // Job records.
  kRecordInvalid,
  kRecordEndsInFuture,
  kRecordForeignCluster,
  kRecordOverflow,
  kTooManyRecords,
  // The state of the service.
  kStoreUnavailable,
  kStoreFull,
};

// "SITE_EXHAUSTED".
absl::string_view ReasonName(Reason reason);
// kNone for an unknown name.
Reason ParseReason(absl::string_view name);

struct Refusal {
  Reason reason = Reason::kNone;
  std::string message;
  std::map<std::string, std::string> metadata;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// The canonical code that goes with a reason (AIP-193).
absl::StatusCode CodeOf(Reason reason);

// A status with CodeOf(refusal.reason) and the refusal as its payload.
absl::Status Refuse(const Refusal& refusal);
// Of the sentence, which it carries too.
absl::Status Refuse(Reason reason, const Sentence& sentence,
                    std::map<std::string, std::string> metadata = {});

// Nothing when the status carries no refusal.
std::optional<Refusal> RefusalOf(const absl::Status& status);

// What the message of the status was made of; nothing when it does not tell.
void SetSentence(const Sentence& sentence, absl::Status& status);
std::optional<Sentence> SentenceOf(const absl::Status& status);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_REASON_H_
