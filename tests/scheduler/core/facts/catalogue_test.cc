#include "scheduler/core/facts/catalogue.h"

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/reason.h"
#include "tests/fakes/test_catalogue.h"

namespace mesolys {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kDay = 86'400;

TEST(CatalogueTest, TheTestCatalogueIsRight) {
  EXPECT_EQ(CheckCatalogue(TestCatalogue()), absl::OkStatus());
}

TEST(CatalogueTest, FindsTheSiteOfACluster) {
  const Catalogue catalogue = TestCatalogue();
  EXPECT_EQ(catalogue.SiteOfCluster("n2"), "north");
  EXPECT_EQ(catalogue.SiteOfCluster("e1"), "east");
  EXPECT_EQ(catalogue.SiteOfCluster("north"), std::nullopt);
}

TEST(CatalogueTest, AMonthBelongsToTheInstantThatBeginsIt) {
  const Catalogue catalogue = TestCatalogue();
  EXPECT_EQ(catalogue.MonthAt(Day(2026, 3)), Month(2026, 3));
  EXPECT_EQ(catalogue.MonthAt(Day(2026, 3) - absl::Seconds(1)), Month(2026, 2));
  EXPECT_EQ(catalogue.MonthAt(Day(2026, 12, 31)), Month(2026, 12));
}

TEST(CatalogueTest, ATimeOutsideTheCatalogueIsOfItsFirstOrLastMonth) {
  const Catalogue catalogue = TestCatalogue();
  EXPECT_EQ(catalogue.MonthAt(Day(2020, 5)), Month(2026, 1));
  EXPECT_EQ(catalogue.MonthAt(Day(2028, 1)), Month(2027, 12));
  EXPECT_EQ(catalogue.MonthAt(absl::InfiniteFuture()), Month(2027, 12));
}

TEST(CatalogueTest, AMonthOutsideTheCatalogueIsEmpty) {
  const Catalogue catalogue = TestCatalogue();
  EXPECT_EQ(catalogue.PeriodOf(Month(2027, 12)), (Period{Day(2027, 12), Day(2028, 1)}));
  EXPECT_EQ(catalogue.PeriodOf(Month(2025, 12)).Seconds(), 0);
  EXPECT_EQ(catalogue.PeriodOf(Month(2028, 1)).Seconds(), 0);
  EXPECT_EQ(catalogue.Horizon(), (Period{Day(2026, 1), Day(2028, 1)}));
}

TEST(CatalogueTest, AFlowHasUnitsTimesSecondsTimesAvailability) {
  const Catalogue catalogue = TestCatalogue();
  const Site& north = catalogue.sites.at("north");
  const Period february = catalogue.PeriodOf(Month(2026, 2));
  EXPECT_EQ(catalogue.CapacityOf(north, "cpu", february), Amount(100 * 28 * kDay));
  EXPECT_EQ(catalogue.CapacityOf(north, "support", february), Amount(28 * kDay / 5));
  EXPECT_EQ(catalogue.CapacityOf(north, "gpu-v100", february), Amount());
}

TEST(CatalogueTest, AvailabilityIsRoundedDown) {
  Site site;
  site.capacities = {{"cpu", Day(2026, 1), 1, PartsPerMillion(333'333)}};
  const Period ten{Day(2026, 2), Day(2026, 2) + absl::Seconds(10)};
  EXPECT_EQ(TestCatalogue().CapacityOf(site, "cpu", ten), Amount(3));
}

struct DatedCase {
  const char* resource;
  std::vector<std::pair<int, int64_t>> lines;  // (day of March 2026, units)
  int64_t capacity;
};

TEST(CatalogueTest, ALineOfCapacityCountsFromItsDayUntilTheNextOneOfItsResource) {
  for (const DatedCase& c : {
           DatedCase{"cpu", {{1, 10}}, 10 * 31 * kDay},
           DatedCase{"cpu", {{11, 10}}, 10 * 21 * kDay},
           DatedCase{"cpu", {{1, 10}, {11, 30}}, 10 * 10 * kDay + 30 * 21 * kDay},
           DatedCase{"cpu", {{1, 10}, {11, 0}}, 10 * 10 * kDay},
           DatedCase{"cpu", {{1, 10}, {11, 0}, {21, 10}}, 10 * 21 * kDay},
           DatedCase{"storage-work", {{1, 10}}, 10},
           DatedCase{"storage-work", {{1, 10}, {11, 7}}, 7},
           DatedCase{"storage-work", {{1, 7}, {11, 10}}, 7},
           DatedCase{"storage-work", {{1, 7}, {11, 0}, {12, 9}}, 0},
           DatedCase{"storage-work", {{2, 7}}, 0},  // nothing on the first of March
       }) {
    Site site;
    for (const auto& [day, units] : c.lines) {
      site.capacities.push_back({c.resource, Day(2026, 3, day), units, PartsPerMillion(1'000'000)});
    }
    site.capacities.push_back({"support", Day(2026, 1), 5, PartsPerMillion(1'000'000)});
    EXPECT_EQ(TestCatalogue().CapacityOf(site, c.resource, {Day(2026, 3), Day(2026, 4)}),
              Amount(c.capacity))
        << c.resource << " first line from day " << c.lines.front().first << " with "
        << c.lines.size() << " lines";
  }
}

TEST(CatalogueTest, ALineBeforeTheMonthCountsInIt) {
  Site site;
  site.capacities = {{"storage-work", Day(2026, 1), 9, PartsPerMillion(1'000'000)},
                     {"storage-work", Day(2026, 2), 4, PartsPerMillion(1'000'000)}};
  EXPECT_EQ(TestCatalogue().CapacityOf(site, "storage-work", {Day(2026, 3), Day(2026, 4)}),
            Amount(4));
}

TEST(CatalogueTest, ARateCountsFromItsDay) {
  Catalogue catalogue = TestCatalogue();
  catalogue.rates = {{"cpu", Day(2026, 1), PartsPerMillion(10)},
                     {"cpu", Day(2026, 7), PartsPerMillion(30)}};
  EXPECT_EQ(catalogue.RateOf("cpu", Day(2025, 12)), PartsPerMillion(0));
  EXPECT_EQ(catalogue.RateOf("cpu", Day(2026, 6, 30)), PartsPerMillion(10));
  EXPECT_EQ(catalogue.RateOf("cpu", Day(2026, 7)), PartsPerMillion(30));
  EXPECT_EQ(catalogue.RateOf("gpu-a100", Day(2026, 7)), PartsPerMillion(0));
}

TEST(CatalogueTest, NormalisingRoundsUpSoThatNoThresholdIsPassedByRounding) {
  EXPECT_EQ(Normalise(Amount(1), PartsPerMillion(20'000)), NormalisedSeconds(1));
  EXPECT_EQ(Normalise(Amount(50), PartsPerMillion(20'000)), NormalisedSeconds(1));
  EXPECT_EQ(Normalise(Amount(51), PartsPerMillion(20'000)), NormalisedSeconds(2));
  EXPECT_EQ(Normalise(Amount(), PartsPerMillion(20'000)), NormalisedSeconds(0));
  EXPECT_EQ(Normalise(kAmountMax, PartsPerMillion(100'000'000)),
            NormalisedSeconds(kAmountMax.count() * 100));
}

TEST(CatalogueTest, KnowsTheRolesOfTheWholeMesocentre) {
  const Catalogue catalogue = TestCatalogue();
  EXPECT_TRUE(catalogue.HasRole("olga", "operator"));
  EXPECT_FALSE(catalogue.HasRole("olga", "auditor"));
  EXPECT_FALSE(catalogue.HasRole("aude", "operator"));
  EXPECT_FALSE(catalogue.HasRole("", "operator"));
}

struct WrongCase {
  const char* says;
  std::function<void(Catalogue&)> spoil;
};

Capacity& FirstCapacity(Catalogue& catalogue) { return catalogue.sites["north"].capacities[0]; }

const WrongCase kWrongCases[] = {
    {"covers no month", [](Catalogue& c) { c.month_starts.resize(1); }},
    {"do not follow", [](Catalogue& c) { c.month_starts[3] = c.month_starts[2]; }},
    {"do not follow", [](Catalogue& c) { std::swap(c.month_starts[3], c.month_starts[4]); }},
    {"institution", [](Catalogue& c) { c.institutions["ENS"] = "ENS de Lyon"; }},
    {"programme", [](Catalogue& c) { c.programmes["phd track"] = {}; }},
    {"data class", [](Catalogue& c) { c.data_classes["1st"] = {}; }},
    {"site", [](Catalogue& c) { c.sites["Nord"] = c.sites["east"]; }},
    {"user", [](Catalogue& c) { c.roles[""] = {"operator"}; }},
    {"user", [](Catalogue& c) { c.roles["two words"] = {"operator"}; }},
    {"no site", [](Catalogue& c) { c.sites.clear(); }},
    {"site east has no cluster", [](Catalogue& c) { c.sites["east"].clusters.clear(); }},
    {"cluster", [](Catalogue& c) { c.sites["east"].clusters = {"E1"}; }},
    {"cluster n1 is named twice", [](Catalogue& c) { c.sites["east"].clusters = {"n1"}; }},
    {"cluster n1 is named twice",
     [](Catalogue& c) {
       c.sites["north"].clusters = {"n1", "n1"};
     }},
    {"\"gpu\"", [](Catalogue& c) { FirstCapacity(c).resource = "gpu"; }},
    {"has -1 cpu", [](Catalogue& c) { FirstCapacity(c).units = -1; }},
    {"has 1000000001 cpu", [](Catalogue& c) { FirstCapacity(c).units = 1'000'000'001; }},
    {"storage-work",
     [](Catalogue& c) { c.sites["north"].capacities[2].units = (int64_t{1} << 60) + 1; }},
    {"availability of cpu at site north",
     [](Catalogue& c) { FirstCapacity(c).availability = PartsPerMillion(1'000'001); }},
    {"availability of cpu at site north",
     [](Catalogue& c) { FirstCapacity(c).availability = PartsPerMillion(-1); }},
    {"has no capacity of gpu-h100", [](Catalogue& c) { c.sites["north"].gpu_model = "h100"; }},
    {"gpu_names of site north: GPUs cannot be called \"A100\"",
     [](Catalogue& c) {
       c.sites["north"].gpu_names["A100"] = {"gpu-a100", 1, 1};
     }},
    {"site north takes a GPU called 1g.10gb for 1/7 gpu-h100 but has no capacity of that",
     [](Catalogue& c) {
       c.sites["north"].gpu_names["1g.10gb"] = {"gpu-h100", 1, 7};
     }},
    {"site north has capacity of gpu-a100 and takes a GPU of that name for 1/2 gpu-a100",
     [](Catalogue& c) {
       c.sites["north"].gpu_names["a100"] = {"gpu-a100", 1, 2};
     }},
    {"needs the certification hdss",
     [](Catalogue& c) { c.data_classes["health"].certifications = {"hdss"}; }},
    {"default data class \"secret\"", [](Catalogue& c) { c.default_data_class = "secret"; }},
    {"\"tape\"", [](Catalogue& c) { c.rates[0].resource = "tape"; }},
    {"rate of cpu is not within 0 and 100",
     [](Catalogue& c) { c.rates[0].rate = PartsPerMillion(100'000'001); }},
    {"rate of cpu is not within 0 and 100",
     [](Catalogue& c) { c.rates[0].rate = PartsPerMillion(-1); }},
    {"weight of programme chair",
     [](Catalogue& c) { c.programmes["chair"].weight = PartsPerMillion(0); }},
    {"weight of programme chair",
     [](Catalogue& c) { c.programmes["chair"].weight = kWeightMax + PartsPerMillion(1); }},
    {"factor of institution ens",
     [](Catalogue& c) { c.institution_factors["ens"] = PartsPerMillion(-1); }},
    {"factor of institution paris, which is not among",
     [](Catalogue& c) { c.institution_factors["paris"] = kWeightMax; }},
};

TEST(CatalogueTest, KnowsWhatJobsCanBeOf) {
  const Catalogue catalogue = TestCatalogue();
  EXPECT_TRUE(catalogue.Knows("north", "cpu"));
  EXPECT_TRUE(catalogue.Knows("north", "gpu-a100"));
  EXPECT_TRUE(catalogue.Knows("elsewhere", "gpu-1g.10gb"));
  EXPECT_FALSE(catalogue.Knows("north", "gpu-1g.10gb"));
  EXPECT_FALSE(catalogue.Knows("north", "gpu-untyped"));
  Catalogue rated = catalogue;
  rated.rates.push_back({"gpu-1g.10gb", absl::UnixEpoch(), PartsPerMillion(1)});
  EXPECT_TRUE(rated.Knows("north", "gpu-1g.10gb"));
}

TEST(CatalogueTest, OneThatContradictsItselfIsRefusedWithWhatIsWrong) {
  for (const WrongCase& c : kWrongCases) {
    Catalogue catalogue = TestCatalogue();
    c.spoil(catalogue);
    const absl::Status status = CheckCatalogue(catalogue);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.says;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says));
  }
}

}  // namespace
}  // namespace mesolys
