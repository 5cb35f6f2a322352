#include "proto/values/amount_text.h"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/quantity.h"
#include "proto/values/reason.h"
#include "rapidcheck/gtest.h"

namespace mesolys {
namespace {

using testing::HasSubstr;

TEST(ParseAmountTest, CountsBaseUnits) {
  struct Case {
    const char* resource;
    const char* text;
    int64_t count;
  };
  for (const Case& c : {
           Case{"cpu", "50000h", 180'000'000},
           Case{"cpu", "90min", 5400},
           Case{"cpu", "3600s", 3600},
           Case{"cpu", "0h", 0},
           Case{"cpu", "007h", 25'200},
           Case{"cpu", "12.5 h", 45'000},
           Case{"gpu-a100", "1.5h", 5400},
           Case{"gpu-a100", "0.25h", 900},
           Case{"gpu-a100", "1.500000000000000000000000h", 5400},
           Case{"support", "3d", 75'600},
           Case{"support", "0.5d", 12'600},
           Case{"support", "2h", 7200},
           Case{"storage-work", "1B", 1},
           Case{"storage-work", "2kB", 2000},
           Case{"storage-work", "2.5MB", 2'500'000},
           Case{"storage-work", "500GB", 500'000'000'000},
           Case{"storage-work", "2TB", 2'000'000'000'000},
           Case{"storage-work", "1PB", 1'000'000'000'000'000},
           Case{"storage-work", "1KiB", 1024},
           Case{"storage-work", "3MiB", 3'145'728},
           Case{"storage-work", "1GiB", 1'073'741'824},
           Case{"storage-work", "1.5TiB", 1'649'267'441'664},
           Case{"storage-work", "8PiB", int64_t{1} << 53},
           Case{"cpu", "9007199254740992s", int64_t{1} << 53},
       }) {
    const absl::StatusOr<Amount> amount = ParseAmount(c.resource, c.text);
    ASSERT_TRUE(amount.ok()) << c.text << ": " << amount.status();
    EXPECT_EQ(amount->count(), c.count) << c.text;
  }
}

TEST(ParseAmountTest, SaysWhatIsWrongAndWhatIsRight) {
  const std::string hours = ": write it as 50000h, 90min or 3600s";
  const std::string bytes = ": write it as 2TB, 500GB or 1.5TiB";
  const std::string days = ": write it as 3d (of 7 hours), 10h or 1800s";
  struct Case {
    const char* resource;
    const char* text;
    std::string message;
  };
  const Case cases[] = {
      {"cpu", "", "\"\" is not an amount of cpu" + hours},
      {"cpu", "many", "\"many\" is not an amount of cpu" + hours},
      {"cpu", "h", "\"h\" is not an amount of cpu" + hours},
      {"cpu", ".5h", "\".5h\" is not an amount of cpu" + hours},
      {"cpu", "5.h", "\"5.h\" is not an amount of cpu" + hours},
      {"cpu", "+5h", "\"+5h\" is not an amount of cpu" + hours},
      {"cpu", " 5h", "\" 5h\" is not an amount of cpu" + hours},
      {"cpu", "-h", "\"-h\" is not an amount of cpu" + hours},
      {"cpu", "-5h", "\"-5h\" is negative" + hours},
      {"cpu", "50000", "\"50000\" has no unit and could be hours or seconds" + hours},
      {"storage-work", "2", "\"2\" has no unit and could be bytes or terabytes" + bytes},
      {"support", "2", "\"2\" has no unit and could be days or hours" + days},
      {"cpu", "2TB", "\"2TB\" has the unit \"TB\", which cpu does not have" + hours},
      {"cpu", "2d", "\"2d\" has the unit \"d\", which cpu does not have" + hours},
      {"cpu", "2H", "\"2H\" has the unit \"H\", which cpu does not have" + hours},
      {"cpu", "2h ", "\"2h \" has the unit \"h \", which cpu does not have" + hours},
      {"cpu", "1,5h", "\"1,5h\" has the unit \",5h\", which cpu does not have" + hours},
      {"cpu", "50_000h", "\"50_000h\" has the unit \"_000h\", which cpu does not have" + hours},
      {"cpu", "50'000h", "\"50\\'000h\" has the unit \"\\'000h\", which cpu does not have" + hours},
      {"storage-work", "2h", "\"2h\" has the unit \"h\", which storage-work does not have" + bytes},
      {"cpu", "0.0001h", "\"0.0001h\" is not a whole number of core-seconds" + hours},
      {"gpu-a100", "1.5s", "\"1.5s\" is not a whole number of GPU-seconds" + hours},
      {"storage-work", "0.5B", "\"0.5B\" is not a whole number of bytes" + bytes},
      {"cpu", "1.3333333333333333333h",
       "\"1.3333333333333333333h\" has more than 18 decimals" + hours},
      {"cpu", "9007199254740993s",
       "\"9007199254740993s\" is more than 9007199254740992 core-seconds" + hours},
      {"cpu", "99999999999999999999999999h",
       "\"99999999999999999999999999h\" is more than 9007199254740992 core-seconds" + hours},
      {"storage-work", "9.5PB", "\"9.5PB\" is more than 9007199254740992 bytes" + bytes},
      {"support", "999999999999999999d",
       "\"999999999999999999d\" is more than 9007199254740992 person-seconds" + days},
  };
  for (const Case& c : cases) {
    const absl::Status status = ParseAmount(c.resource, c.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_EQ(status.message(), c.message);
    const auto refusal = RefusalOf(status);
    ASSERT_TRUE(refusal.has_value()) << c.text;
    EXPECT_EQ(refusal->reason, Reason::kInvalidAmount) << c.text;
    EXPECT_EQ(refusal->metadata.at("resource"), c.resource);
    EXPECT_EQ(refusal->metadata.at("max"), "9007199254740992");
  }
}

TEST(ParseAmountTest, RefusesAnAmountOfWhatIsNoResource) {
  const absl::Status status = ParseAmount("ram", "5h").status();
  EXPECT_EQ(RefusalOf(status)->reason, Reason::kInvalidName);
  EXPECT_THAT(std::string(status.message()), HasSubstr("resource \"ram\""));
}

TEST(FormatAmountTest, UsesTheCustomaryUnit) {
  struct Case {
    const char* resource;
    int64_t count;
    const char* text;
  };
  for (const Case& c : {
           Case{"cpu", 0, "0 h"},
           Case{"cpu", 3600, "1 h"},
           Case{"cpu", 180'000'000, "50000 h"},
           Case{"gpu-a100", 45'000, "12.5 h"},
           Case{"cpu", 900, "0.25 h"},
           Case{"cpu", 3636, "1.01 h"},
           Case{"cpu", 1200, "0.33 h"},
           Case{"cpu", 18, "0.01 h"},
           Case{"cpu", 17, "17 s"},
           Case{"cpu", -17, "-17 s"},
           Case{"cpu", -5400, "-1.5 h"},
           Case{"cpu", 3599, "1 h"},
           Case{"cpu", INT64_MIN, "-2562047788015215.5 h"},
           Case{"support", 63'000, "2.5 d"},
           Case{"support", 25'200, "1 d"},
           Case{"support", 100, "100 s"},
           Case{"storage-work", 0, "0 B"},
           Case{"storage-work", 999, "999 B"},
           Case{"storage-work", 1000, "1 kB"},
           Case{"storage-work", 1'200'000'000'000, "1.20 TB"},
           Case{"storage-work", 1'649'267'441'664, "1.65 TB"},
           Case{"storage-work", 2'000'000'000'000, "2 TB"},
           Case{"storage-work", 999'994'999, "999.99 MB"},
           Case{"storage-work", 999'999'999, "1 GB"},
           Case{"storage-work", -1'500'000, "-1.50 MB"},
           Case{"storage-work", 9'007'199'254'740'992, "9.01 PB"},
           Case{"storage-work", INT64_MAX, "9223.37 PB"},
       }) {
    EXPECT_EQ(FormatAmount(c.resource, Amount(c.count)), c.text);
  }
}

TEST(FormatAmountTest, ShowsBaseUnitsOfAResourceThatANewerSchedulerKnows) {
  EXPECT_EQ(FormatAmount("qpu", Amount(12)), "12 base units");
}

TEST(BaseUnitTest, NamesTheUnitThatIsCounted) {
  const std::map<std::string, std::string> units = {{"cpu", "core-seconds"},
                                                    {"gpu-a100", "GPU-seconds"},
                                                    {"storage-work", "bytes"},
                                                    {"support", "person-seconds"},
                                                    {"qpu", "base units"}};
  for (const auto& [resource, unit] : units) EXPECT_EQ(BaseUnit(resource), unit);
}

RC_GTEST_PROP(AmountTextProperty, HundredthsOfHoursAreExact, ()) {
  const auto hundredths = *rc::gen::inRange<int64_t>(0, kAmountMax.count() / 36);
  const std::string text = absl::StrFormat("%d.%02dh", hundredths / 100, hundredths % 100);
  RC_ASSERT(ParseAmount("cpu", text).value() == Amount(hundredths * 36));
}

RC_GTEST_PROP(AmountTextProperty, WhatIsShownCanBeTypedAndDiffersByNoMoreThanItWasRounded, ()) {
  struct Kind {
    const char* resource;
    int64_t rounding;  // half a hundredth of the unit; of bytes, of the amount at most
  };
  const auto amount = *rc::gen::inRange<int64_t>(0, kAmountMax.count() / 2);
  const auto shift = *rc::gen::inRange(0, 52);
  const int64_t count = amount >> shift;
  for (const Kind& kind :
       {Kind{"cpu", 18}, Kind{"support", 126}, Kind{"storage-work", count / 200 + 1}}) {
    const std::string shown = FormatAmount(kind.resource, Amount(count));
    const absl::StatusOr<Amount> typed = ParseAmount(kind.resource, shown);
    RC_ASSERT(typed.ok());
    RC_ASSERT(std::abs(typed->count() - count) <= kind.rounding);
  }
}

RC_GTEST_PROP(AmountTextProperty, AnyBytesGiveAnAmountOrARefusal, (const std::string& text)) {
  for (const char* resource : {"cpu", "gpu-a100", "storage-work", "support"}) {
    for (const std::string& typed : {text, absl::StrCat("1", text), absl::StrCat("1.5", text)}) {
      const absl::StatusOr<Amount> amount = ParseAmount(resource, typed);
      const bool counted = amount.ok() && amount->count() >= 0 && *amount <= kAmountMax;
      RC_ASSERT(counted || RefusalOf(amount.status()).has_value());
    }
  }
}

}  // namespace
}  // namespace mesolys
