#include "proto/runtime/status.h"

#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "google/rpc/error_info.pb.h"
#include "gtest/gtest.h"
#include "mesolys/v1/sentence.pb.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::SizeIs;

constexpr size_t kTextBytesMax = 4096;

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status out;
  EXPECT_TRUE(out.ParseFromString(status.error_details()));
  return out;
}

// Details as a program of another domain or version would send them.
grpc::Status StatusWith(grpc::StatusCode code, const std::string& domain,
                        const std::string& reason) {
  google::rpc::ErrorInfo info;
  info.set_domain(domain);
  info.set_reason(reason);
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  return grpc::Status(code, "no", details.SerializeAsString());
}

TEST(StatusTest, KeepsEveryCodeAndItsText) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    const grpc::Status sent = ToGrpcStatus(status);
    EXPECT_EQ(static_cast<int>(sent.error_code()), code);
    EXPECT_EQ(sent.error_details(), "");
    EXPECT_EQ(FromGrpcStatus(sent), status);
  }
}

TEST(StatusTest, KeepsARefusal) {
  const Refusal refusal{Reason::kSiteExhausted,
                        "psmn can still grant 5 core-seconds; asked: 7",
                        {{"left", "5"}, {"asked", "7"}}};
  const absl::Status status = Refuse(refusal);
  const absl::Status back = FromGrpcStatus(ToGrpcStatus(status));
  EXPECT_EQ(back, status);
  EXPECT_EQ(RefusalOf(back), refusal);
}

TEST(StatusTest, SendsARefusalAsErrorInfo) {
  const google::rpc::Status details =
      DetailsOf(ToGrpcStatus(Refuse(Reason::kSiteExhausted, Say("full"), {{"left", "0"}})));
  EXPECT_EQ(details.code(), static_cast<int>(CodeOf(Reason::kSiteExhausted)));
  EXPECT_EQ(details.message(), "full");
  ASSERT_THAT(details.details(), SizeIs(2));
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "SITE_EXHAUSTED");
  EXPECT_EQ(info.domain(), "mesolys");
  EXPECT_EQ(info.metadata().at("left"), "0");
}

TEST(StatusTest, SendsWhatTheTextWasMadeOf) {
  const absl::Status status =
      Refuse(Reason::kSiteExhausted, Say("$0 has $1 left", "psmn", 5), {{"left", "5"}});
  v1::Sentence sent;
  ASSERT_TRUE(DetailsOf(ToGrpcStatus(status)).details(1).UnpackTo(&sent));
  EXPECT_EQ(sent.pattern(), "$0 has $1 left");
  EXPECT_THAT(sent.arguments(), ElementsAre("psmn", "5"));
  const absl::Status back = FromGrpcStatus(ToGrpcStatus(status));
  EXPECT_EQ(back, status);
  EXPECT_EQ(SentenceOf(back), Say("$0 has $1 left", "psmn", 5));
}

TEST(StatusTest, LeavesOutWhatTheTextWasMadeOfRatherThanNumbers) {
  const std::string name(1'500, 'x');
  const absl::Status back = FromGrpcStatus(
      ToGrpcStatus(Refuse(Reason::kInvalidName, Say("no $0", name), {{"name", name}})));
  EXPECT_EQ(RefusalOf(back), (Refusal{Reason::kInvalidName, "no " + name, {{"name", name}}}));
  EXPECT_EQ(SentenceOf(back), std::nullopt);
}

TEST(StatusTest, TakesNoRefusalFromDetailsThatAreNotOurs) {
  for (const grpc::Status& status :
       {StatusWith(grpc::StatusCode::INTERNAL, "elsewhere.org", "SITE_EXHAUSTED"),
        StatusWith(grpc::StatusCode::INTERNAL, "mesolys", "NOT_INVENTED_YET"),
        grpc::Status(grpc::StatusCode::INTERNAL, "no", "\xFF\xFF not a message")}) {
    EXPECT_EQ(FromGrpcStatus(status), absl::InternalError("no"));
  }
}

TEST(StatusTest, KeepsTheCodeThatWasSentWithAReason) {
  const absl::Status status =
      FromGrpcStatus(StatusWith(grpc::StatusCode::DATA_LOSS, "mesolys", "SITE_EXHAUSTED"));
  ASSERT_NE(CodeOf(Reason::kSiteExhausted), absl::StatusCode::kDataLoss);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  const std::optional<Refusal> refusal = RefusalOf(status);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->reason, Reason::kSiteExhausted);
}

TEST(StatusTest, CutsALongTextBetweenTwoCharacters) {
  const std::string exact(kTextBytesMax, 'x');
  EXPECT_EQ(ToGrpcStatus(absl::InternalError(exact)).error_message(), exact);
  const std::string cut = ToGrpcStatus(absl::InternalError(exact + "x")).error_message();
  EXPECT_THAT(cut, SizeIs(kTextBytesMax));
  EXPECT_THAT(cut, EndsWith("x..."));

  // Two bytes that become six on the wire.
  std::string accents;
  for (int i = 0; i < 4000; ++i) accents += "é";
  const std::string text = ToGrpcStatus(absl::InternalError(accents)).error_message();
  EXPECT_LE(3 * (text.size() - 3) + 3, kTextBytesMax);
  EXPECT_THAT(text, EndsWith("é..."));
}

TEST(StatusTest, ReplacesBytesThatAreNotUtf8) {
  struct Case {
    std::string said;
    std::string sent;
  };
  for (const Case& c :
       {Case{"caf\xE9 au lait", "caf? au lait"}, Case{"\xC3", "?"}, Case{"\xC0\x80", "??"},
        Case{"\xED\xA0\x80", "???"}, Case{"\xF5\x80\x80\x80", "????"}, Case{"\xE2\x82", "??"},
        Case{"é€😀", "é€😀"}}) {
    EXPECT_EQ(ToGrpcStatus(absl::InternalError(c.said)).error_message(), c.sent);
    const absl::Status back =
        FromGrpcStatus(ToGrpcStatus(Refuse(Reason::kInvalidName, Say("x"), {{"name", c.said}})));
    const std::optional<Refusal> refusal = RefusalOf(back);
    ASSERT_TRUE(refusal.has_value());
    EXPECT_EQ(refusal->metadata.at("name"), c.sent);
  }
}

TEST(StatusTest, LeavesOutNumbersRatherThanTheReasonWhenDetailsGrowTooLong) {
  const absl::Status status =
      Refuse(Reason::kInvalidName, Say("bad name"), {{"name", std::string(50'000, 'x')}});
  const grpc::Status sent = ToGrpcStatus(status);
  EXPECT_LT(sent.error_details().size(), size_t{2400});
  const std::optional<Refusal> refusal = RefusalOf(FromGrpcStatus(sent));
  EXPECT_EQ(refusal, (Refusal{Reason::kInvalidName, "bad name", {}}));
}

}  // namespace
}  // namespace mesolys
