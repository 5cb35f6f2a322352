#include "client/frame/arguments.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;

absl::Time At(const std::string& rfc3339) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_sec, rfc3339, &time, &error)) << error;
  return time;
}

const absl::Time kNow = absl::FromUnixSeconds(1795251600);  // 2026-11-21T09:00:00Z

std::string InstantOf(const std::string& text) {
  const absl::StatusOr<absl::Time> time = ParseInstant("--from", text, kNow);
  return time.ok() ? absl::FormatTime(absl::RFC3339_sec, *time, absl::UTCTimeZone()) : "refused";
}

TEST(ArgumentsTest, ReadsADateAsMidnightUtcAndAnInstantAsWritten) {
  EXPECT_EQ(InstantOf("2026-12-01"), "2026-12-01T00:00:00+00:00");
  EXPECT_EQ(InstantOf("today"), "2026-11-21T00:00:00+00:00");
  EXPECT_EQ(InstantOf("2026-12-01T08:30:00+01:00"), "2026-12-01T07:30:00+00:00");
  EXPECT_EQ(InstantOf("2028-02-29"), "2028-02-29T00:00:00+00:00");
}

TEST(ArgumentsTest, RefusesWhatIsNoDate) {
  for (const std::string text :
       {"", "tomorrow", "2026-13-01", "2026-02-30", "2026-1-1", "01/12/2026", "2026-12-01x",
        "2026-12-01T08:00:00", "infinite-future", "0000-01-01", "2026-12-0 "}) {
    EXPECT_EQ(InstantOf(text), "refused") << text;
  }
  EXPECT_THAT(std::string(ParseInstant("--to", "soon", kNow).status().message()),
              HasSubstr("--to: \"soon\" is not a date; write 2026-12-01"));
}

TEST(ArgumentsTest, RefusesALocalTimeThatTheClocksSkipOrShowTwice) {
  absl::TimeZone paris;
  if (!absl::LoadTimeZone("Europe/Paris", &paris)) GTEST_SKIP() << "no time zones here";
  const auto text = [&paris](const std::string& local) {
    const absl::StatusOr<absl::Time> time = ParseLocalInstant("--from", local, paris);
    return time.ok() ? absl::FormatTime(absl::RFC3339_sec, *time, absl::UTCTimeZone()) : "refused";
  };
  EXPECT_EQ(text("2026-07-01"), "2026-06-30T22:00:00+00:00");
  EXPECT_EQ(text("2026-12-01T08:00"), "2026-12-01T07:00:00+00:00");
  EXPECT_EQ(text("2026-12-01 08:00"), "2026-12-01T07:00:00+00:00");
  EXPECT_EQ(text("2026-03-29T02:30"), "refused");  // never
  EXPECT_EQ(text("2026-10-25T02:30"), "refused");  // twice
  EXPECT_EQ(text("2026-10-25T02:30:00+02:00"), "2026-10-25T00:30:00+00:00");
}

TEST(ArgumentsTest, AddsSpansByTheCalendar) {
  struct Row {
    std::string start;
    std::string span;
    std::string end;
  };
  for (const Row& row :
       std::vector<Row>{{"2026-12-01T00:00:00Z", "6m", "2027-06-01T00:00:00Z"},
                        {"2026-12-01T00:00:00Z", "1y", "2027-12-01T00:00:00Z"},
                        {"2026-12-01T00:00:00Z", "90d", "2027-03-01T00:00:00Z"},
                        {"2026-12-01T00:00:00Z", "2w", "2026-12-15T00:00:00Z"},
                        {"2026-08-31T12:00:00Z", "6m", "2027-02-28T12:00:00Z"},  // no 31 February
                        {"2028-02-29T00:00:00Z", "1y", "2029-02-28T00:00:00Z"}}) {
    const absl::StatusOr<absl::Time> end = ParseSpan(row.span, At(row.start));
    ASSERT_TRUE(end.ok()) << row.span << end.status();
    EXPECT_EQ(*end, At(row.end)) << row.start << " + " << row.span;
  }
  for (const std::string span : {"", "6", "m", "0d", "-1d", "6M", "1.5y", "99999999d", "36500y"}) {
    EXPECT_FALSE(ParseSpan(span, kNow).ok()) << span;
  }
}

TEST(ArgumentsTest, WantsOneEndOfAPeriodAndAfterItsStart) {
  EXPECT_EQ(ParsePeriod("", "", "1y", kNow)->start, At("2026-11-21T00:00:00Z"));
  for (const auto& [from, to, span, why] :
       std::vector<std::tuple<std::string, std::string, std::string, std::string>>{
           {"", "", "", "exactly one of --to"},
           {"", "2027-01-01", "6m", "exactly one of --to"},
           {"2027-01-01", "2027-01-01", "", "must be after its start"},
           {"2027-01-02", "2027-01-01", "", "must be after its start"}}) {
    EXPECT_THAT(std::string(ParsePeriod(from, to, span, kNow).status().message()), HasSubstr(why));
  }
}

TEST(ArgumentsTest, ReadsEnergyInWholeWattHours) {
  struct Row {
    std::string text;
    int64_t watt_hours;
  };
  for (const Row& row : std::vector<Row>{{"1200kWh", 1'200'000},
                                         {"1.5MWh", 1'500'000},
                                         {"500Wh", 500},
                                         {"0.001kWh", 1},
                                         {"0kWh", 0}}) {
    const absl::StatusOr<int64_t> energy = ParseEnergy("--energy-median", row.text);
    ASSERT_TRUE(energy.ok()) << energy.status();
    EXPECT_EQ(*energy, row.watt_hours) << row.text;
  }
  for (const std::string text : {"", "1200", "kWh", "1,2kWh", "1.kWh", ".5kWh", "0.0001kWh",
                                 "1.5Wh", "-1kWh", "1e3kWh", "9999999999999MWh", "9000001MWh"}) {
    EXPECT_FALSE(ParseEnergy("--energy-median", text).ok()) << text;
  }
}

TEST(ArgumentsTest, BoundsTheTimeout) {
  EXPECT_EQ(*ParseTimeout("10s"), absl::Seconds(10));
  EXPECT_EQ(*ParseTimeout("500ms"), absl::Milliseconds(500));
  for (const std::string text : {"", "10", "0s", "-1s", "2h", "inf", "soon"}) {
    EXPECT_FALSE(ParseTimeout(text).ok()) << text;
  }
}

TEST(ArgumentsTest, TakesNamesInShortAndInFull) {
  EXPECT_EQ(*ParseProject("proj_a"), "projects/proj_a");
  EXPECT_EQ(*ParseProject("projects/proj_a"), "projects/proj_a");
  EXPECT_EQ(*ParseSite("psmn"), "sites/psmn");
  EXPECT_EQ(*ParseGrant("proj_a/g17"), "projects/proj_a/grants/g17");
  EXPECT_EQ(*ParseGrant("projects/proj_a/grants/g17"), "projects/proj_a/grants/g17");
  EXPECT_EQ(*ParseRequest("proj_a/r5"), "projects/proj_a/requests/r5");
  EXPECT_FALSE(ParseProject("Proj A").ok());
  EXPECT_THAT(std::string(ParseGrant("g17").status().message()),
              HasSubstr("write PROJECT/gNUMBER"));
  EXPECT_FALSE(ParseRequest("proj_a/g5").ok());
}

TEST(ArgumentsTest, SplitsAPairAtItsFirstSeparator) {
  EXPECT_EQ(*ParsePair("--login", "SITE=LOGIN", '=', "psmn=a=b"),
            std::make_pair(std::string("psmn"), std::string("a=b")));
  for (const std::string text : {"", "psmn", "=a", "psmn="}) {
    EXPECT_THAT(std::string(ParsePair("--login", "SITE=LOGIN", '=', text).status().message()),
                HasSubstr("is not of the form SITE=LOGIN"));
  }
}

}  // namespace
}  // namespace mesolys::client
