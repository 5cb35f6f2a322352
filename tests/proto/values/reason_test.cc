#include "proto/values/reason.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace mesolys {
namespace {

using absl::StatusCode;

using Metadata = std::map<std::string, std::string>;

constexpr absl::string_view kPayloadType = "mesolys/refusal";

std::vector<Reason> AllReasons() {
  std::vector<Reason> reasons;
  for (int i = 0; i <= static_cast<int>(Reason::kStoreFull); ++i) {
    reasons.push_back(static_cast<Reason>(i));
  }
  return reasons;
}

absl::Status StatusWithPayload(const std::string& payload) {
  absl::Status status = absl::InvalidArgumentError("text");
  status.SetPayload(kPayloadType, absl::Cord(payload));
  return status;
}

std::string PayloadOf(const absl::Status& status) {
  return std::string(status.GetPayload(kPayloadType).value());
}

Refusal FullRefusal() {
  return {.reason = Reason::kSiteExhausted,
          .message = std::string("psmn can still grant 5 \0\xff", 24),
          .metadata = {{"", ""},
                       {"left", "5"},
                       {"odd", std::string("3:a\0\n\xff:", 7)},
                       {std::string("k\0", 2), "12:"}}};
}

TEST(ReasonTest, EveryReasonHasAWordOfItsOwnThatComesBack) {
  std::set<std::string> names;
  for (const Reason reason : AllReasons()) {
    const std::string name(ReasonName(reason));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(ParseReason(name), reason) << name;
    EXPECT_FALSE(name.empty());
    EXPECT_EQ(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), std::string::npos) << name;
  }
  EXPECT_EQ(ReasonName(Reason::kSiteExhausted), "SITE_EXHAUSTED");
}

TEST(ReasonTest, AnUnknownNameIsNoReason) {
  for (const char* name : {"", "site_exhausted", "SITE_EXHAUSTED ", "SITE", "TOMORROWS_REASON"}) {
    EXPECT_EQ(ParseReason(name), Reason::kNone) << name;
  }
}

TEST(ReasonTest, EveryReasonHasTheCanonicalCodeOfItsKind) {
  const std::map<StatusCode, std::set<Reason>> reasons_by_code = {
      {StatusCode::kUnknown, {Reason::kNone}},
      {StatusCode::kInvalidArgument,
       {Reason::kInvalidArgument, Reason::kInvalidName, Reason::kInvalidPeriod,
        Reason::kInvalidAmount, Reason::kRequestIdMissing, Reason::kPageTokenInvalid,
        Reason::kRecordInvalid, Reason::kRecordEndsInFuture, Reason::kRecordForeignCluster,
        Reason::kRecordOverflow, Reason::kTooManyRecords, Reason::kUnknownRole}},
      {StatusCode::kNotFound,
       {Reason::kUnknownProject, Reason::kUnknownRequest, Reason::kUnknownGrant,
        Reason::kUnknownJob, Reason::kNoSuchMember, Reason::kUnknownEvent,
        Reason::kUnknownComparison, Reason::kUnknownInstitution, Reason::kUnknownProgramme,
        Reason::kUnknownDataClass, Reason::kUnknownSite, Reason::kUnknownCluster,
        Reason::kUnknownResource, Reason::kAccountNotLinked}},
      {StatusCode::kAlreadyExists,
       {Reason::kProjectExists, Reason::kAccountLinked, Reason::kRequestIdReused,
        Reason::kJobRefunded, Reason::kLoginTaken}},
      {StatusCode::kAborted, {Reason::kEtagMismatch}},
      {StatusCode::kUnauthenticated, {Reason::kNotAuthenticated}},
      {StatusCode::kPermissionDenied, {Reason::kNotAllowed}},
      {StatusCode::kResourceExhausted,
       {Reason::kThresholdReached, Reason::kReserveExhausted, Reason::kSiteExhausted,
        Reason::kBelowMinimum, Reason::kStoreFull}},
      {StatusCode::kFailedPrecondition, {Reason::kProjectEnded,      Reason::kProgrammeNeedsCall,
                                         Reason::kPeriodTooLong,     Reason::kProgrammeHasNoCalls,
                                         Reason::kRequestDecided,    Reason::kTeamSize,
                                         Reason::kSupervisorMissing, Reason::kSiteNotCertified,
                                         Reason::kSiteLacksResource, Reason::kCatalogueConflict,
                                         Reason::kGrantEnded,        Reason::kGrantRevoked,
                                         Reason::kNotEnoughLeft,     Reason::kNoOverdraft,
                                         Reason::kOtherResource,     Reason::kOtherFamily,
                                         Reason::kJobNotFinished,    Reason::kWindowsOverlap,
                                         Reason::kNothingAwaited,    Reason::kProjectArchived,
                                         Reason::kProjectInUse,      Reason::kReadOnly,
                                         Reason::kNoLoginAtSite}},
      {StatusCode::kUnavailable, {Reason::kStoreUnavailable}},
  };
  std::map<Reason, StatusCode> codes;
  for (const auto& [code, reasons] : reasons_by_code) {
    for (const Reason reason : reasons) codes[reason] = code;
  }
  for (const Reason reason : AllReasons()) {
    ASSERT_TRUE(codes.contains(reason)) << ReasonName(reason);
    EXPECT_EQ(CodeOf(reason), codes[reason]) << ReasonName(reason);
  }
}

TEST(ReasonDeathTest, ANumberThatIsNoReasonHasNoName) {
  EXPECT_DEATH((void)ReasonName(static_cast<Reason>(-1)), "");
  EXPECT_DEATH((void)CodeOf(static_cast<Reason>(1000)), "");
}

TEST(RefusalTest, IsAnErrorWithItsCodeAndItsSentence) {
  for (const Reason reason : AllReasons()) {
    const absl::Status status = Refuse(reason, Say("no"));
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.code(), CodeOf(reason));
    EXPECT_EQ(status.message(), "no");
    EXPECT_EQ(RefusalOf(status), (Refusal{.reason = reason, .message = "no", .metadata = {}}));
  }
}

TEST(RefusalTest, ComesBackWithAnyBytes) {
  EXPECT_EQ(RefusalOf(Refuse(FullRefusal())), FullRefusal());
  EXPECT_EQ(RefusalOf(Refuse(
                Refusal{Reason::kSiteExhausted, FullRefusal().message, FullRefusal().metadata})),
            FullRefusal());
}

TEST(RefusalTest, AStatusWithoutOneCarriesNone) {
  EXPECT_EQ(RefusalOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(RefusalOf(absl::NotFoundError("nothing here")), std::nullopt);
}

TEST(RefusalTest, APayloadThatIsCutOrLongerThanItSaysIsNone) {
  const std::string whole = PayloadOf(Refuse(FullRefusal()));
  ASSERT_TRUE(RefusalOf(StatusWithPayload(whole)).has_value());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(RefusalOf(StatusWithPayload(whole.substr(0, size))), std::nullopt) << size;
  }
  EXPECT_EQ(RefusalOf(StatusWithPayload(whole + "1:a1:b")), std::nullopt);
}

TEST(RefusalTest, AHostilePayloadIsNone) {
  // "4:NONE0:" is the shortest right one.
  ASSERT_TRUE(RefusalOf(StatusWithPayload("4:NONE0:")).has_value());
  for (const char* payload : {"",
                              ":",
                              "0:",
                              "0:0:",
                              "4:NONE",
                              "4:NONE:",
                              "-4:NONE0:",
                              "+4:NONE0:",
                              " 4:NONE0:",
                              "4 :NONE0:",
                              "0x4:NONE0:",
                              "5:NONE0:",
                              "8:TOMORROW0:",
                              "18446744073709551615:NONE0:",
                              "99999999999999999999999:NONE0:",
                              "4:NONE18446744073709551615:",
                              "4:NONE-1:",
                              "4:NONE2:1:a1:b1:a1:c",
                              "4:NONE1:1:a",
                              "4:NONE1:1:a18446744073709551615:b"}) {
    EXPECT_EQ(RefusalOf(StatusWithPayload(payload)), std::nullopt) << payload;
  }
}

RC_GTEST_PROP(RefusalProperty, AnyRefusalComesBack,
              (const std::string& message, const Metadata& metadata)) {
  const auto reason =
      static_cast<Reason>(*rc::gen::inRange(0, static_cast<int>(Reason::kStoreFull) + 1));
  const Refusal refusal{.reason = reason, .message = message, .metadata = metadata};
  RC_ASSERT(RefusalOf(Refuse(refusal)) == refusal);
}

RC_GTEST_PROP(RefusalProperty, APayloadOfAnyBytesIsNoneOrComesBackAsTheSame, ()) {
  // Of the characters that the form is made of, so that some get far.
  const std::string text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("0123456789::::NONE-+ \n\xff")));
  for (const std::string& payload : {text, "4:NONE" + text, "4:NONE1:" + text}) {
    const std::optional<Refusal> refusal = RefusalOf(StatusWithPayload(payload));
    if (refusal.has_value()) RC_ASSERT(RefusalOf(Refuse(*refusal)) == refusal);
  }
}

}  // namespace
}  // namespace mesolys
