#include "agent/slurm/text/sacct_time.h"

#include "gmock/gmock.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;

absl::TimeZone Paris() {
  absl::TimeZone paris;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Paris", &paris));
  return paris;
}

TEST(SacctTimeTest, ReadsDatesOffsetsAndSeconds) {
  const struct {
    const char* text;
    int64_t seconds;  // -1: has not come
  } kCases[] = {
      {"2016-12-22T07:15:12", 1482390912},
      {"1970-01-01T00:00:01", 1},
      {"2024-02-29T23:59:59", 1709251199},
      {"2016-12-22T07:15:12Z", 1482390912},
      {"2016-12-22T08:15:12+0100", 1482390912},
      {"2016-12-22T08:15:12+01:00", 1482390912},
      {"2016-12-22T01:45:12-0530", 1482390912},
      {"1482390912", 1482390912},
      {"Unknown", -1},
      {"None", -1},
      {"", -1},
      {"0", -1},
  };
  for (const auto& one : kCases) {
    const auto time = ParseSacctTime(one.text, absl::UTCTimeZone());
    ASSERT_TRUE(time.ok()) << one.text << ": " << time.status();
    EXPECT_EQ(time->has_value(), one.seconds >= 0) << one.text;
    if (!time->has_value()) continue;
    EXPECT_EQ(absl::ToUnixSeconds((*time)->first), one.seconds) << one.text;
    EXPECT_EQ((*time)->second, (*time)->first) << one.text;
  }
}

TEST(SacctTimeTest, TakesADateWithoutAnOffsetForOneOfTheZone) {
  const struct {
    const char* text;
    int64_t first;
    int64_t second;
  } kCases[] = {
      {"2026-08-31T23:00:00", 1788210000, 1788210000},
      {"2026-12-31T23:00:00", 1798754400, 1798754400},
      {"2026-10-25T01:59:59", 1792886399, 1792886399},
      {"2026-10-25T02:00:00", 1792886400, 1792890000},  // comes twice
      {"2026-10-25T02:59:59", 1792889999, 1792893599},
      {"2026-10-25T03:00:00", 1792893600, 1792893600},
      {"2026-10-25T02:30:00+0100", 1792891800, 1792891800},
      {"1792886400", 1792886400, 1792886400},
  };
  for (const auto& one : kCases) {
    const auto time = ParseSacctTime(one.text, Paris());
    ASSERT_TRUE(time.ok() && time->has_value()) << one.text << ": " << time.status();
    EXPECT_EQ(absl::ToUnixSeconds((*time)->first), one.first) << one.text;
    EXPECT_EQ(absl::ToUnixSeconds((*time)->second), one.second) << one.text;
  }
}

TEST(SacctTimeTest, RefusesTheHourThatDoesNotCome) {
  const absl::Status status = ParseSacctTime("2026-03-29T02:30:00", Paris()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("does not come in Europe/Paris"));
}

TEST(SacctTimeTest, RefusesWhatIsNoTime) {
  for (const char* text :
       {"yesterday", "2016-13-01T00:00:00", "2016-00-01T00:00:00", "2023-02-29T00:00:00",
        "2016-12-22 07:15:12", "2016-12-22T24:00:00", "2016-12-22T07:60:00", "2016-12-22T07:15",
        "-5", "1e9", "99999999999999999999", "2016-12-2 T07:15:12", "2016-12-22T07:15:12+1",
        "2016-12-22T07:15:12+01", "2016-12-22T07:15:12+2400", "2016-12-22T07:15:12+0160",
        "2016-12-22T07:15:12 0100", "2016-12-22T07:15:12+01000", "2016-12-22T07:15:12ZZ"}) {
    const absl::Status status = ParseSacctTime(text, absl::UTCTimeZone()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("+0100")) << text;
  }
}

TEST(SacctTimeTest, KnowsADateWithoutAZone) {
  EXPECT_TRUE(IsWithoutZone("2016-12-22T07:15:12"));
  for (const char* text : {"2016-12-22T07:15:12Z", "1482390912", "", "2016-12-22 07:15:12"}) {
    EXPECT_FALSE(IsWithoutZone(text)) << text;
  }
}

}  // namespace
}  // namespace mesolys::agent
