#include "scheduler/config/month_starts.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/core/facts/catalogue.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kHour = 3600;

absl::Time Utc(int year, int month, int day, int hour) {
  return absl::FromCivil(absl::CivilHour(year, month, day, hour), absl::UTCTimeZone());
}

TEST(MonthStartsTest, MonthsOfUtcBeginAtMidnight) {
  EXPECT_THAT(MonthStarts("UTC", Month(2025, 11), 3).value(),
              ElementsAre(Utc(2025, 11, 1, 0), Utc(2025, 12, 1, 0), Utc(2026, 1, 1, 0),
                          Utc(2026, 2, 1, 0)));
}

TEST(MonthStartsTest, MonthsOfParisBeginAnHourBeforeUtcInWinterAndTwoInSummer) {
  EXPECT_THAT(MonthStarts("Europe/Paris", Month(2026, 3), 2).value(),
              ElementsAre(Utc(2026, 2, 28, 23), Utc(2026, 3, 31, 22), Utc(2026, 4, 30, 22)));
}

struct Length {
  int month;
  int64_t hours;
};

TEST(MonthStartsTest, InParisMarchIsAnHourShorterAndOctoberAnHourLonger) {
  Catalogue catalogue;
  catalogue.first_month = Month(2026, 1);
  catalogue.month_starts = MonthStarts("Europe/Paris", Month(2026, 1), 12).value();
  Site site;
  site.capacities = {{"cpu", absl::InfinitePast(), 2, PartsPerMillion(1'000'000)}};
  for (const Length& length : {Length{1, 744}, Length{2, 672}, Length{3, 743}, Length{4, 720},
                               Length{9, 720}, Length{10, 745}, Length{11, 720}}) {
    const Period month = catalogue.PeriodOf(Month(2026, length.month));
    EXPECT_EQ(month.Seconds(), length.hours * kHour) << "month " << length.month;
    EXPECT_EQ(catalogue.CapacityOf(site, "cpu", month), Amount(2 * length.hours * kHour));
  }
  // The whole year is whole.
  EXPECT_EQ(catalogue.Horizon().Seconds(), 365 * 24 * kHour);
}

TEST(MonthStartsTest, WhereAClockChangeSkipsMidnightTheMonthBeginsAfterIt) {
  // Paraguay's clocks went from 00:00 to 01:00 on 1 October 2017.
  EXPECT_THAT(MonthStarts("America/Asuncion", Month(2017, 10), 0).value(),
              ElementsAre(Utc(2017, 10, 1, 4)));
}

TEST(MonthStartsTest, ADayBeginsAtItsOwnMidnight) {
  EXPECT_EQ(DayStart("Europe/Paris", absl::CivilDay(2026, 7, 1)).value(), Utc(2026, 6, 30, 22));
  EXPECT_EQ(DayStart("UTC", absl::CivilDay(2026, 7, 1)).value(), Utc(2026, 7, 1, 0));
}

TEST(MonthStartsTest, AZoneThatIsNoneIsRefused) {
  for (const absl::Status& status :
       {MonthStarts("Europe/Lyon", Month(2026, 1), 1).status(),
        DayStart("Europe/Lyon", absl::CivilDay(2026, 1, 1)).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("Europe/Lyon"));
  }
}

}  // namespace
}  // namespace mesolys
