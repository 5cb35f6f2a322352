#include "proto/runtime/status.h"

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "google/rpc/error_info.pb.h"
#include "mesolys/v1/sentence.pb.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

constexpr char kDomain[] = "mesolys";

// Text and details travel as metadata, of which a peer accepts 8 KiB in all. gRPC writes the text
// percent-encoded (three bytes for each one that is not printable ASCII) and the details in base64
// (four for three); what is left serves the headers that belong to gRPC itself.
constexpr size_t kTextBytesMax = 4096;
constexpr size_t kDetailsBytesMax = 2304;

size_t EncodedSize(char c) { return c >= ' ' && c <= '~' && c != '%' ? 1 : 3; }

// The length of the UTF-8 character at the start of `text`; 0 when there is none.
size_t CharacterLength(absl::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first < 0xC2   ? 0
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF5 ? 4
                                       : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Forms that are too long, surrogates, and what lies beyond U+10FFFF.
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) ||
      (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) {
    return 0;
  }
  return length;
}

// `text` as a peer can read it: UTF-8, with '?' for every byte that is not, and cut between two
// characters where it would take more than `bytes_max` on the wire.
std::string Readable(absl::string_view text, size_t bytes_max) {
  constexpr absl::string_view kCut = "...";
  std::string out;
  size_t used = 0;
  size_t cut_at = 0;  // the longest prefix of `out` that leaves room for kCut
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    const absl::string_view character = length == 0 ? "?" : text.substr(0, length);
    size_t cost = 0;
    for (char c : character) cost += EncodedSize(c);
    if (used + cost > bytes_max) {
      out.resize(cut_at);
      out.append(kCut.data(), kCut.size());
      return out;
    }
    used += cost;
    out.append(character.data(), character.size());
    if (used + kCut.size() <= bytes_max) cut_at = out.size();
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

v1::Sentence ToProto(const Sentence& sentence) {
  v1::Sentence out;
  out.set_pattern(Readable(sentence.pattern, kTextBytesMax));
  for (const std::string& argument : sentence.arguments) {
    out.add_arguments(Readable(argument, kTextBytesMax));
  }
  return out;
}

// The serialized google.rpc.Status of a refusal, at most kDetailsBytesMax long. What does not fit
// is left out, what the text was made of before the numbers, and these before the reason: without
// the reason no program could tell two refusals apart.
std::string Details(int code, const std::string& text, const Refusal& refusal,
                    const std::optional<Sentence>& sentence) {
  google::rpc::Status details;
  details.set_code(code);
  details.set_message(text);
  google::rpc::ErrorInfo info;
  const absl::string_view reason = ReasonName(refusal.reason);
  info.set_reason(reason.data(), reason.size());
  info.set_domain(kDomain);
  for (const auto& [key, value] : refusal.metadata) {
    (*info.mutable_metadata())[Readable(key, kTextBytesMax)] = Readable(value, kTextBytesMax);
  }
  details.add_details()->PackFrom(info);
  if (sentence.has_value()) details.add_details()->PackFrom(ToProto(*sentence));
  if (details.ByteSizeLong() > kDetailsBytesMax) details.clear_message();
  if (details.ByteSizeLong() > kDetailsBytesMax && sentence.has_value()) {
    details.mutable_details()->RemoveLast();
  }
  if (details.ByteSizeLong() > kDetailsBytesMax) {
    info.clear_metadata();
    details.mutable_details(0)->PackFrom(info);
  }
  return details.SerializeAsString();
}

std::optional<Refusal> RefusalIn(const google::rpc::Status& details) {
  for (const google::protobuf::Any& any : details.details()) {
    google::rpc::ErrorInfo info;
    if (!any.Is<google::rpc::ErrorInfo>() || !any.UnpackTo(&info) || info.domain() != kDomain)
      continue;
    const Reason reason = ParseReason(info.reason());
    if (reason == Reason::kNone) continue;
    return Refusal{reason, "", {info.metadata().begin(), info.metadata().end()}};
  }
  return std::nullopt;
}

std::optional<Sentence> SentenceIn(const google::rpc::Status& details) {
  for (const google::protobuf::Any& any : details.details()) {
    v1::Sentence sentence;
    if (!any.Is<v1::Sentence>() || !any.UnpackTo(&sentence)) continue;
    return Sentence{sentence.pattern(), {sentence.arguments().begin(), sentence.arguments().end()}};
  }
  return std::nullopt;
}

absl::StatusCode CodeFrom(grpc::StatusCode code) {
  const int number = static_cast<int>(code);
  return number >= 0 && number <= static_cast<int>(grpc::StatusCode::UNAUTHENTICATED)
             ? static_cast<absl::StatusCode>(number)
             : absl::StatusCode::kUnknown;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string text = Readable(status.message(), kTextBytesMax);
  const auto code = static_cast<grpc::StatusCode>(status.code());
  const std::optional<Refusal> refusal = RefusalOf(status);
  if (!refusal.has_value()) return grpc::Status(code, text);
  return grpc::Status(code, text,
                      Details(static_cast<int>(code), text, *refusal, SentenceOf(status)));
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status out(CodeFrom(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return out;
  if (const std::optional<Refusal> refusal = RefusalIn(details)) {
    // Not the refused status itself: the code is the one that was sent, should a newer program have
    // given the reason another.
    Refuse(*refusal).ForEachPayload(
        [&out](absl::string_view url, const absl::Cord& payload) { out.SetPayload(url, payload); });
  }
  if (const std::optional<Sentence> sentence = SentenceIn(details)) SetSentence(*sentence, out);
  return out;
}

}  // namespace mesolys
