#include "proto/values/amount_text.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "proto/values/names.h"
#include "proto/values/quantity.h"
#include "proto/values/quoted.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

struct Unit {
  absl::string_view name;
  int64_t base_units;
};

constexpr int64_t kHour = 3600;
constexpr int64_t kPersonDay = 7 * kHour;

constexpr Unit kTimeUnits[] = {{"h", kHour}, {"min", 60}, {"s", 1}};
constexpr Unit kSupportUnits[] = {{"d", kPersonDay}, {"h", kHour}, {"min", 60}, {"s", 1}};
// Those that FormatAmount uses come first, in rising order.
constexpr size_t kDecimalUnits = 6;
constexpr Unit kByteUnits[] = {
    {"B", 1},
    {"kB", 1'000},
    {"MB", 1'000'000},
    {"GB", 1'000'000'000},
    {"TB", 1'000'000'000'000},
    {"PB", 1'000'000'000'000'000},
    {"KiB", int64_t{1} << 10},
    {"MiB", int64_t{1} << 20},
    {"GiB", int64_t{1} << 30},
    {"TiB", int64_t{1} << 40},
    {"PiB", int64_t{1} << 50},
};

// How amounts of one kind of resource are written.
struct Style {
  absl::string_view base;      // what the base unit is called
  absl::string_view examples;  // ends each sentence about a wrong amount
  absl::string_view doubt;     // why a bare number is refused
  std::span<const Unit> units;
};

constexpr Style kCpuStyle = {SayLater("core-seconds"),
                             SayLater("write it as 50000h, 90min or 3600s"),
                             SayLater("hours or seconds"), kTimeUnits};
constexpr Style kGpuStyle = {SayLater("GPU-seconds"),
                             SayLater("write it as 50000h, 90min or 3600s"),
                             SayLater("hours or seconds"), kTimeUnits};
constexpr Style kStorageStyle = {SayLater("bytes"), SayLater("write it as 2TB, 500GB or 1.5TiB"),
                                 SayLater("bytes or terabytes"), kByteUnits};
constexpr Style kSupportStyle = {SayLater("person-seconds"),
                                 SayLater("write it as 3d (of 7 hours), 10h or 1800s"),
                                 SayLater("days or hours"), kSupportUnits};

const Style& StyleOf(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kCpu:
      return kCpuStyle;
    case ResourceKind::kGpu:
      return kGpuStyle;
    case ResourceKind::kStorage:
      return kStorageStyle;
    case ResourceKind::kSupport:
      return kSupportStyle;
  }
  std::abort();
}

const Unit* FindUnit(const Style& style, absl::string_view name) {
  for (const Unit& unit : style.units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// Takes the digits off the front.
absl::string_view ConsumeDigits(absl::string_view* text) {
  size_t size = 0;
  while (size < text->size() && '0' <= (*text)[size] && (*text)[size] <= '9') ++size;
  const absl::string_view digits = text->substr(0, size);
  text->remove_prefix(size);
  return digits;
}

// Before the point, and after it: the product of such a number and any unit fits a Wide.
constexpr size_t kDigitsMax = 18;

// Nothing when there are more digits than that.
std::optional<Wide> NumberOf(absl::string_view digits) {
  if (digits.size() > kDigitsMax) return std::nullopt;
  int64_t number = 0;
  for (const char digit : digits) number = number * 10 + (digit - '0');
  return number;
}

// "1.5 h", taken apart.
struct Spelling {
  absl::string_view whole;     // without leading zeros; may be empty then
  absl::string_view fraction;  // without trailing zeros; may be empty
  absl::string_view unit;      // may be empty
};

std::optional<Spelling> Split(absl::string_view text) {
  Spelling spelling;
  spelling.whole = ConsumeDigits(&text);
  if (spelling.whole.empty()) return std::nullopt;
  if (absl::ConsumePrefix(&text, ".")) {
    spelling.fraction = ConsumeDigits(&text);
    if (spelling.fraction.empty()) return std::nullopt;
  }
  while (absl::ConsumePrefix(&spelling.whole, "0")) {
  }
  while (absl::ConsumeSuffix(&spelling.fraction, "0")) {
  }
  while (absl::ConsumePrefix(&text, " ")) {
  }
  spelling.unit = text;
  return spelling;
}

// What the spelling of `text` says in base units; says in `*problem` why it cannot.
std::optional<Amount> Count(absl::string_view text, const Spelling& spelling, const Style& style,
                            int64_t base_units, Sentence* problem) {
  const std::optional<Wide> whole = NumberOf(spelling.whole);
  const std::optional<Wide> fraction = NumberOf(spelling.fraction);
  if (!fraction.has_value()) {
    *problem = Say("$0 has more than $1 decimals", Quoted(text), kDigitsMax);
    return std::nullopt;
  }
  Wide scale = 1;
  for (size_t i = 0; i < spelling.fraction.size(); ++i) scale *= 10;
  if (*fraction * base_units % scale != 0) {
    *problem = Say("$0 is not a whole number of $1", Quoted(text), style.base);
    return std::nullopt;
  }
  const Wide count = whole.value_or(0) * base_units + *fraction * base_units / scale;
  if (!whole.has_value() || count > kAmountMax.count()) {
    *problem = Say("$0 is more than $1 $2", Quoted(text), kAmountMax.count(), style.base);
    return std::nullopt;
  }
  return Amount(static_cast<int64_t>(count));
}

// "1.25", of a number of hundredths; `fixed` keeps both decimals unless both are 0.
std::string Decimal(Wide hundredths, bool fixed) {
  const auto whole = static_cast<int64_t>(hundredths / 100);
  const auto rest = static_cast<int>(hundredths % 100);
  if (rest == 0) return absl::StrCat(whole);
  if (rest % 10 == 0 && !fixed) return absl::StrCat(whole, ".", rest / 10);
  return absl::StrCat(whole, ".", rest / 10, rest % 10);
}

// Half a hundredth is rounded up.
Wide Hundredths(Wide magnitude, int64_t base_units) {
  return (magnitude * 200 + base_units) / (2 * Wide{base_units});
}

std::string FormatBytes(Wide magnitude) {
  size_t i = 0;
  // By the rounded number, so that 999,999,999 B is 1 GB and not 1000 MB.
  while (i + 1 < kDecimalUnits && Hundredths(magnitude, kByteUnits[i].base_units) >= 100'000) ++i;
  return absl::StrCat(Decimal(Hundredths(magnitude, kByteUnits[i].base_units), true), " ",
                      kByteUnits[i].name);
}

std::string FormatTime(Wide magnitude, const Unit& unit) {
  const Wide hundredths = Hundredths(magnitude, unit.base_units);
  // Little is not nothing: a job of five seconds was not free.
  if (hundredths == 0 && magnitude > 0) {
    return absl::StrCat(static_cast<int64_t>(magnitude), " s");
  }
  return absl::StrCat(Decimal(hundredths, false), " ", unit.name);
}

}  // namespace

absl::StatusOr<Amount> ParseAmount(absl::string_view resource, absl::string_view text) {
  if (absl::Status status = CheckResource(resource); !status.ok()) return status;
  const Style& style = StyleOf(KindOf(resource));
  const auto refuse = [&](const Sentence& problem) {
    return Refuse(Reason::kInvalidAmount, Say("$0: $1", problem, style.examples),
                  {{"resource", std::string(resource)},
                   {"value", Printable(text)},
                   {"max", absl::StrCat(kAmountMax.count())}});
  };
  absl::string_view positive = text;
  if (absl::ConsumePrefix(&positive, "-") && Split(positive).has_value()) {
    return refuse(Say("$0 is negative", Quoted(text)));
  }
  const std::optional<Spelling> spelling = Split(text);
  if (!spelling.has_value())
    return refuse(Say("$0 is not an amount of $1", Quoted(text), resource));
  if (spelling->unit.empty()) {
    return refuse(Say("$0 has no unit and could be $1", Quoted(text), style.doubt));
  }
  const Unit* unit = FindUnit(style, spelling->unit);
  if (unit == nullptr) {
    return refuse(Say("$0 has the unit $1, which $2 does not have", Quoted(text),
                      Quoted(spelling->unit), resource));
  }
  Sentence problem;
  const std::optional<Amount> amount = Count(text, *spelling, style, unit->base_units, &problem);
  if (!amount.has_value()) return refuse(problem);
  return *amount;
}

std::string FormatAmount(absl::string_view resource, Amount amount) {
  // A newer scheduler may name a resource that this program does not know.
  if (!CheckResource(resource).ok()) return absl::StrCat(amount.count(), " ", BaseUnit(resource));
  const absl::string_view sign = amount.count() < 0 ? "-" : "";
  const Wide magnitude = amount.count() < 0 ? -Wide{amount.count()} : Wide{amount.count()};
  switch (KindOf(resource)) {
    case ResourceKind::kStorage:
      return absl::StrCat(sign, FormatBytes(magnitude));
    case ResourceKind::kSupport:
      return absl::StrCat(sign, FormatTime(magnitude, {"d", kPersonDay}));
    case ResourceKind::kCpu:
    case ResourceKind::kGpu:
      break;
  }
  return absl::StrCat(sign, FormatTime(magnitude, {"h", kHour}));
}

absl::string_view BaseUnit(absl::string_view resource) {
  if (!CheckResource(resource).ok()) return SayLater("base units");
  return StyleOf(KindOf(resource)).base;
}

}  // namespace mesolys
