#include "scheduler/config/catalogue_file.h"

#include <string>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/store/row_hash.h"
#include "tests/fakes/source_tree.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr int64_t kHour = 3600;
constexpr int64_t kTerabyte = 1'000'000'000'000;
constexpr PartsPerMillion kWhole{1'000'000};

// Nothing that may be left out is there.
const char kSmall[] = R"(title = "Small"
first_month = "2026-01"
default_data_class = "open"
dynamic_reserve = 0.25
[data_classes.open]
title = "Open"
[programmes.chair]
title = "Chair"
tracks = ["dynamic"]
[sites.one]
title = "One"
clusters = ["c1"]
capacity = [{resource = "cpu", units = 10}]
)";

absl::Time Utc(int year, int month, int day, int hour = 0) {
  return absl::FromCivil(absl::CivilHour(year, month, day, hour), absl::UTCTimeZone());
}

Catalogue Parsed(const std::string& text) {
  absl::StatusOr<AdoptCatalogue> command = ParseCatalogue("c.toml", text);
  if (!command.ok()) {
    ADD_FAILURE() << command.status();
    return {};
  }
  return command->catalogue;
}

TEST(CatalogueFileTest, TheExampleOfLyonLoads) {
  const absl::StatusOr<AdoptCatalogue> lyon =
      LoadCatalogue(SourcePath("deploy/examples/lyon.toml"));
  ASSERT_TRUE(lyon.ok()) << lyon.status();
  const Catalogue& catalogue = lyon->catalogue;
  EXPECT_EQ(catalogue.title, "AILyS");
  EXPECT_THAT(catalogue.institutions, SizeIs(16));
  EXPECT_THAT(catalogue.programmes, SizeIs(7));
  EXPECT_THAT(catalogue.sites, SizeIs(3));
  EXPECT_THAT(catalogue.month_starts, SizeIs(121));
  EXPECT_EQ(catalogue.month_starts[0], Utc(2024, 12, 31, 23));
  EXPECT_EQ(catalogue.SiteOfCluster("pmcs2i"), "pmcs2i");
  EXPECT_EQ(catalogue.programmes.at("chair").threshold, NormalisedSeconds(20'000 * kHour));
  EXPECT_EQ(catalogue.programmes.at("chair").storage_max, Amount(50 * kTerabyte));
  EXPECT_FALSE(catalogue.programmes.at("springboard").dynamic);
  EXPECT_TRUE(catalogue.programmes.at("springboard").calls);
  EXPECT_TRUE(catalogue.programmes.at("greenhouse").supervisor_required);
  // One V100 hour is half an A100 hour and a quarter of an H100 hour.
  const absl::Time now = Utc(2026, 6, 1);
  EXPECT_EQ(catalogue.RateOf("gpu-v100", now), PartsPerMillion(1'000'000));
  EXPECT_EQ(catalogue.RateOf("gpu-a100", now), PartsPerMillion(2'000'000));
  EXPECT_EQ(catalogue.RateOf("gpu-h100", now), PartsPerMillion(4'000'000));
  EXPECT_TRUE(catalogue.HasRole("olga", "operator"));
  // The text is kept for auditors.
  EXPECT_EQ(lyon->digest, Sha256(lyon->text));
  EXPECT_THAT(lyon->text, HasSubstr("title = \"AILyS\""));
}

TEST(CatalogueFileTest, ASmallOneHasTheDefaults) {
  const Catalogue catalogue = Parsed(kSmall);
  EXPECT_EQ(catalogue.time_zone, "UTC");
  EXPECT_THAT(catalogue.month_starts, SizeIs(121));
  EXPECT_EQ(catalogue.dynamic_reserve, PartsPerMillion(250'000));
  Programme chair;
  chair.title = "Chair";
  chair.dynamic = true;
  chair.bonus = PartsPerMillion(250'000);
  chair.grace_days = 30;
  chair.late_days_warned = 30;
  chair.late_days_max = 60;
  chair.notice_days = 14;
  EXPECT_EQ(catalogue.programmes.at("chair"), chair);
  Site one;
  one.title = "One";
  one.clusters = {"c1"};
  one.capacities = {{"cpu", Utc(2026, 1, 1), 10, kWhole}};
  EXPECT_EQ(catalogue.sites.at("one"), one);
  EXPECT_THAT(catalogue.rates, IsEmpty());
  EXPECT_THAT(catalogue.roles, IsEmpty());
}

TEST(CatalogueFileTest, ReadsEveryKey) {
  const Catalogue catalogue = Parsed(R"(title = "All"
time_zone = "Europe/Paris"
first_month = "2026-03"
months = 2
default_data_class = "open"
dynamic_reserve = 1
[institutions]
ens = "ENS"
[data_classes.open]
title = "Open"
[data_classes.health]
title = "Health"
certifications = ["hds"]
[programmes.team]
title = "Team"
tracks = ["calls", "dynamic"]
threshold = "500h"
storage_max = "1TB"
support_max = "2d"
period_days_max = 184
team_min = 4
team_max = 6
supervisor_required = true
weight = 0.5
eco = true
[institution_factors]
ens = 1.25
[sites.one]
title = "One"
clusters = ["c1", "c2"]
certifications = ["hds"]
pue = 1.355
cores_per_gpu = 8
gpu_model = "a100"
charge = ["gpu"]
gpu_names."a100_1g.10gb" = {resource = "gpu-a100", share = "2/14"}
gpu_names.nvidia_a100 = {resource = "gpu-a100"}
capacity = [
  {resource = "cpu", units = 20, from = 2026-04-01, availability = 0.95},
  {resource = "storage-work", size = "2TB"},
  {resource = "gpu-a100", units = 4},
  {resource = "cpu", units = 10},
]
[[rates]]
resource = "gpu-a100"
rate = 2.5
[[rates]]
resource = "cpu"
rate = 0.03
from = 2026-04-01
[[rates]]
resource = "cpu"
rate = 0.02
[[people]]
user = "olga"
roles = ["operator", "officer"]
)");
  EXPECT_THAT(catalogue.month_starts,
              ElementsAre(Utc(2026, 2, 28, 23), Utc(2026, 3, 31, 22), Utc(2026, 4, 30, 22)));
  EXPECT_EQ(catalogue.institutions.at("ens"), "ENS");
  EXPECT_EQ(catalogue.institution_factors.at("ens"), PartsPerMillion(1'250'000));
  EXPECT_EQ(catalogue.data_classes.at("health"), (DataClass{"Health", {"hds"}}));
  const Programme team{"Team",
                       true,
                       true,
                       NormalisedSeconds(500 * kHour),
                       Amount(kTerabyte),
                       Amount(2 * 7 * kHour),
                       184,
                       4,
                       6,
                       true,
                       PartsPerMillion(250'000),
                       30,
                       30,
                       60,
                       14,
                       PartsPerMillion(500'000),
                       true};
  EXPECT_EQ(catalogue.programmes.at("team"), team);
  const absl::Time start = Utc(2026, 2, 28, 23);
  const absl::Time april = Utc(2026, 3, 31, 22);
  // By resource, then date.
  const Site one{"One",
                 {"c1", "c2"},
                 {"hds"},
                 1355,
                 8,
                 "a100",
                 false,
                 {},
                 {},
                 {{"cpu", start, 10, kWhole},
                  {"cpu", april, 20, PartsPerMillion(950'000)},
                  {"gpu-a100", start, 4, kWhole},
                  {"storage-work", start, 2 * kTerabyte, kWhole}},
                 {{"a100_1g.10gb", {"gpu-a100", 1, 7}}, {"nvidia_a100", {"gpu-a100", 1, 1}}}};
  EXPECT_EQ(catalogue.sites.at("one"), one);
  EXPECT_THAT(catalogue.rates,
              ElementsAre(NormalisationRate{"cpu", start, PartsPerMillion(20'000)},
                          NormalisationRate{"cpu", april, PartsPerMillion(30'000)},
                          NormalisationRate{"gpu-a100", start, PartsPerMillion(2'500'000)}));
  EXPECT_THAT(catalogue.roles.at("olga"), ElementsAre("operator", "officer"));
}

struct Wrong {
  const char* from;  // of kSmall
  const char* to;
  const char* says;
};

const Wrong kWrongs[] = {
    {"title = \"Small\"", "title = 5", "c.toml:1:9: title: a text in quotes is wanted"},
    {"title = \"Small\"", "title = \"Small", "c.toml:1:"},
    {"title = \"Small\"\n", "", "c.toml:1:1: missing key \"title\" at the top of the file"},
    {"title = \"Small\"", "titel = \"Small\"", "c.toml:1:1: unknown key \"titel\""},
    {"\"2026-01\"", "2026-01-01", "c.toml:2:15: first_month: a text in quotes is wanted"},
    {"\"2026-01\"", "\"2026-13\"", "c.toml:2:15: first_month: write it as \"2026-01\""},
    {"\"2026-01\"", "\"2026-00\"", "c.toml:2:15: first_month: write it as"},
    {"\"2026-01\"", "\"1969-12\"", "c.toml:2:15: first_month: write it as"},
    {"\"2026-01\"", "\"2026 01\"", "c.toml:2:15: first_month: write it as"},
    {"\"2026-01\"", "\"January\"", "c.toml:2:15: first_month: write it as"},
    {"default_data", "months = 0\ndefault_data", "c.toml:3:10: months: 0 is out of range"},
    {"default_data", "months = 1201\ndefault_data", "c.toml:3:10: months: 1201 is out of range"},
    {"default_data", "time_zone = \"Europe/Lyon\"\ndefault_data",
     "c.toml:3:13: time_zone: there is no time zone \"Europe/Lyon\""},
    {"0.25", "1.5", "c.toml:4:19: dynamic_reserve: 1.5 is out of range; 0 to 1 is allowed"},
    {"0.25", "\"a lot\"", "c.toml:4:19: dynamic_reserve: a number is wanted, not a text"},
    {"0.25\n", "0.25\ninstitutions = {ens = 5}\n", "c.toml:5:23: ens: a text in quotes is wanted"},
    {"[data_classes.open]\n", "[data_classes.open]\ncertification = [\"hds\"]\n",
     "c.toml:6:1: unknown key \"certification\""},
    {"[\"dynamic\"]", "[\"sometimes\"]",
     "c.toml:9:10: tracks: \"sometimes\" is none of calls, dynamic"},
    {"[\"dynamic\"]", "\"dynamic\"", "c.toml:9:10: tracks: a list of texts is wanted"},
    {"[\"dynamic\"]\n", "[\"dynamic\"]\nthreshold = \"500\"\n", "c.toml:10:13: threshold: "},
    {"[\"dynamic\"]\n", "[\"dynamic\"]\nthreshold = \"5TB\"\n", "c.toml:10:13: threshold: "},
    {"[\"dynamic\"]\n", "[\"dynamic\"]\nstorage_max = \"5h\"\n", "c.toml:10:15: storage_max: "},
    {"[\"dynamic\"]\n", "[\"dynamic\"]\nteam_min = -1\n", "c.toml:10:12: team_min: -1 is out of"},
    {"[\"dynamic\"]\n", "[\"dynamic\"]\nweight = 0\n", "c.toml:10:10: weight: 0 is out of range"},
    {"[\"dynamic\"]\n", "[\"dynamic\"]\neco = 1\n", "c.toml:10:7: eco: "},
    {"0.25\n", "0.25\ninstitution_factors = {ens = 1001}\n",
     "c.toml:5:30: ens: 1001 is out of range"},
    {"0.25\n", "0.25\ninstitution_factors = {ens = 1}\n",
     "c.toml: catalogue: there is a factor of institution ens, which is not among"},
    {"[\"c1\"]\n", "[\"c1\"]\npue = 11\n", "c.toml:13:7: pue: 11 is out of range"},
    {"[\"c1\"]\n", "[\"c1\"]\ncharge = [\"ram\"]\n",
     "c.toml:13:10: charge: \"ram\" is none of cpu, gpu"},
    {"[\"c1\"]\n", "[\"c1\"]\ngpu_names.x = {resource = \"gpu-a100\", share = \"0.5\"}\n",
     "c.toml:13:47: share: \"0.5\" is no share of a GPU: write \"1\", or \"1/7\""},
    {"[\"c1\"]\n", "[\"c1\"]\ngpu_names.x = {share = \"1/7\"}\n",
     "c.toml:13:15: missing key \"resource\""},
    {"[\"c1\"]\n", "[\"c1\"]\ngpu_names.x = {resource = \"gpu-a100\"}\n",
     "c.toml: catalogue: site one takes a GPU called x for 1 gpu-a100 but has no capacity of"},
    {"units = 10", "units = 10.5", "c.toml:13:40: units: an integer is wanted"},
    {"units = 10", "unit = 10", "c.toml:13:32: unknown key \"unit\""},
    {"units = 10", "units = -1", "c.toml:13:40: units: -1 is out of range"},
    {"units = 10", "size = \"2TB\"", "c.toml:13:39: size: is for storage-<tier>"},
    {"units = 10", "units = 10, from = \"2026-01-01\"",
     "c.toml:13:51: from: a date without quotes"},
    {"units = 10", "units = 10, availability = 2", "c.toml:13:59: availability: 2 is out of range"},
    {"[sites.one]", "[[people]]\nuser = \"olga\"\nroles = [\"queen\"]\n[sites.one]",
     "c.toml:12:9: roles: \"queen\" is none of auditor, committee, officer, operator, reviewer"},
    {"[sites.one]", "[[rates]]\nresource = \"cpu\"\nrate = 101\n[sites.one]",
     "c.toml:12:8: rate: 101 is out of range"},
    // What only the whole can show.
    {"default_data_class = \"open\"", "default_data_class = \"shut\"",
     "c.toml: catalogue: the default data class \"shut\""},
    {"[\"c1\"]", "[\"c1\", \"c1\"]", "c.toml: catalogue: cluster c1 is named twice"},
    {"[sites.one]", "[[people]]\nuser = \"\"\nroles = [\"operator\"]\n[sites.one]", "c.toml: "},
};

TEST(CatalogueFileTest, AMistakeIsToldWithItsPlaceAndWhatWouldBeRight) {
  for (const Wrong& wrong : kWrongs) {
    const std::string text = absl::StrReplaceAll(kSmall, {{wrong.from, wrong.to}});
    ASSERT_NE(text, kSmall) << wrong.from;
    const absl::Status status = ParseCatalogue("c.toml", text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << wrong.to;
    EXPECT_THAT(std::string(status.message()), StartsWith(wrong.says)) << wrong.to;
  }
}

TEST(CatalogueFileTest, AFileThatIsNotThereIsTold) {
  const absl::Status status = LoadCatalogue("/nowhere/at-all.toml").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), StartsWith("/nowhere/at-all.toml"));
}

TEST(CatalogueFileTest, EqualTextsHaveEqualDigestsAndOthersDoNot) {
  const std::string digest = ParseCatalogue("a.toml", kSmall)->digest;
  EXPECT_EQ(ParseCatalogue("b.toml", kSmall)->digest, digest);
  EXPECT_NE(ParseCatalogue("a.toml", std::string(kSmall) + "# later\n")->digest, digest);
}

}  // namespace
}  // namespace mesolys
