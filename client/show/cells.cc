#include "client/show/cells.h"

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "client/show/terminal_text.h"
#include "proto/runtime/convert.h"
#include "proto/values/amount_text.h"
#include "proto/values/names.h"
#include "proto/values/quantity.h"

namespace mesolys::client {
namespace {

Cell TimeCell(bool given, const google::protobuf::Timestamp& time, const absl::TimeZone& zone,
              const char* form) {
  const absl::StatusOr<absl::Time> parsed = FromProto(time);
  if (!given || !parsed.ok()) return {"", nullptr};
  return {absl::FormatTime(form, *parsed, zone),
          absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", *parsed, absl::UTCTimeZone())};
}

}  // namespace

Cell TextCell(absl::string_view text) { return {Escaped(text), std::string(text)}; }

Cell ToldCell(absl::string_view sentence) {
  return {Escaped(Told(sentence)), std::string(sentence)};
}

Cell NumberCell(int64_t number) { return {absl::StrCat(number), number}; }

Cell TextsCell(const std::vector<std::string>& texts) {
  return {Escaped(absl::StrJoin(texts, ", ")), texts};
}

std::string ShortName(absl::string_view name) {
  return Escaped(absl::StrReplaceAll(
      name, {{"projects/", ""}, {"sites/", ""}, {"/grants/", "/"}, {"/requests/", "/"}}));
}

Cell NameCell(absl::string_view name) { return {ShortName(name), std::string(name)}; }

Cell IdentityCell(absl::string_view identity) {
  absl::string_view text = identity;
  if (absl::ConsumePrefix(&text, "spiffe://mesolys/")) absl::ConsumePrefix(&text, "user/");
  return {Escaped(text), std::string(identity)};
}

Cell StateCell(absl::string_view state, Tone tone) {
  const std::string words = absl::StrReplaceAll(absl::AsciiStrToLower(state), {{"_", " "}});
  return {Tr(words.c_str()), std::string(state), tone};
}

std::string AmountTextOf(absl::string_view resource, int64_t base_units) {
  if (!CheckResource(resource).ok()) return absl::StrCat(base_units);
  return FormatAmount(resource, Amount(base_units));
}

Cell AmountCell(absl::string_view resource, int64_t base_units) {
  return {AmountTextOf(resource, base_units), base_units};
}

Cell AmountCellUnlessZero(absl::string_view resource, int64_t base_units) {
  return {base_units == 0 ? "" : AmountTextOf(resource, base_units), base_units};
}

Cell DifferenceCell(absl::string_view resource, int64_t base_units) {
  Cell cell = AmountCellUnlessZero(resource, base_units);
  if (base_units > 0) cell.text.insert(cell.text.begin(), '+');
  return cell;
}

Cell DayCell(bool given, const google::protobuf::Timestamp& time, const absl::TimeZone& zone) {
  // A day that somebody wrote begins at midnight UTC, and is that day wherever it is read.
  constexpr int64_t kDaySeconds = 86'400;
  const bool is_day = time.seconds() % kDaySeconds == 0 && time.nanos() == 0;
  if (is_day) return TimeCell(given, time, absl::UTCTimeZone(), "%Y-%m-%d");
  return TimeCell(given, time, zone, "%Y-%m-%d");
}

Cell MinuteCell(bool given, const google::protobuf::Timestamp& time, const absl::TimeZone& zone) {
  return TimeCell(given, time, zone, "%Y-%m-%d %H:%M");
}

Cell ElapsedCell(int64_t seconds) {
  constexpr int64_t kDay = 86'400;
  const int64_t rest = seconds % kDay;
  const std::string clock =
      absl::StrFormat("%02d:%02d:%02d", rest / 3600, rest / 60 % 60, rest % 60);
  if (seconds < 0) return {"", seconds};
  return {seconds < kDay ? clock : absl::StrCat(seconds / kDay, "d ", clock), seconds};
}

}  // namespace mesolys::client
