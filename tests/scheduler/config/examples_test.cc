// Every catalogue of deploy/examples/, whichever lie there: it loads, a new scheduler adopts it,
// and what the log keeps of it is the whole of it.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/config/catalogue_file.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/core/rules/policy.h"
#include "scheduler/store/event_codec.h"
#include "scheduler/store/row_hash.h"
#include "tests/fakes/source_tree.h"

namespace mesolys {
namespace {

using ::testing::_;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::Pair;
using ::testing::SizeIs;

// By name, so that a failing list reads the same everywhere.
std::vector<std::string> Examples() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(SourcePath("deploy/examples"))) {
    if (entry.path().extension() == ".toml") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string NameOf(const std::string& path) { return std::filesystem::path(path).stem().string(); }

std::string TextOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

absl::Time Now() { return absl::FromCivil(absl::CivilDay(2026, 6, 15), absl::UTCTimeZone()); }

TEST(ExamplesTest, ThereIsOneForEachKindOfMesocentre) {
  std::set<std::string> names;
  for (const std::string& path : Examples()) names.insert(NameOf(path));
  EXPECT_THAT(names, IsSupersetOf({"lyon", "grand-est", "university", "consortium"}));
}

TEST(ExamplesTest, EachLoadsWithItsTextAndTheDigestOfIt) {
  std::set<std::string> digests;
  for (const std::string& path : Examples()) {
    SCOPED_TRACE(path);
    const absl::StatusOr<AdoptCatalogue> command = LoadCatalogue(path);
    ASSERT_TRUE(command.ok()) << command.status();
    EXPECT_EQ(command->text, TextOf(path));
    EXPECT_EQ(command->digest, Sha256(command->text));
    EXPECT_TRUE(digests.insert(command->digest).second) << "two examples are the same";
  }
}

TEST(ExamplesTest, EachIsAdoptedAndComesBackWholeFromTheLog) {
  for (const std::string& path : Examples()) {
    SCOPED_TRACE(path);
    const absl::StatusOr<AdoptCatalogue> command = LoadCatalogue(path);
    ASSERT_TRUE(command.ok()) << command.status();
    const absl::StatusOr<Verdict> verdict =
        DecideCommand({Ledger(), JobRows(), "spiffe://mesolys/service/scheduler", Now()}, *command);
    ASSERT_TRUE(verdict.ok()) << verdict.status();
    const Event adopted =
        Event(CatalogueAdopted{command->catalogue, command->text, command->digest});
    EXPECT_THAT(verdict->events, ElementsAre(adopted));
    const absl::StatusOr<std::vector<Event>> read = DecodeEvents(EncodeEvents(verdict->events));
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_THAT(*read, ElementsAre(adopted));
    Ledger ledger;
    ledger.Apply(read->front(), Now(), 1);
    EXPECT_EQ(ledger.catalogue(), command->catalogue);
    EXPECT_EQ(ledger.catalogue_digest(), Sha256(TextOf(path)));
  }
}

// What a mesocentre cannot do without to be tried: somebody who may create projects, months around
// the present, an institution, a programme and something to hand out.
TEST(ExamplesTest, EachCanBeStartedWith) {
  for (const std::string& path : Examples()) {
    SCOPED_TRACE(path);
    const absl::StatusOr<AdoptCatalogue> command = LoadCatalogue(path);
    ASSERT_TRUE(command.ok()) << command.status();
    const Catalogue& catalogue = command->catalogue;
    EXPECT_THAT(catalogue.roles, Contains(Pair(_, Contains("operator"))));
    EXPECT_LE(catalogue.Horizon().start, Now());
    EXPECT_GT(catalogue.Horizon().end, Now() + absl::Hours(5 * 366 * 24));
    EXPECT_FALSE(catalogue.institutions.empty());
    EXPECT_FALSE(catalogue.programmes.empty());
    for (const auto& [id, site] : catalogue.sites) {
      EXPECT_TRUE(catalogue.Offers(site, "cpu")) << id;
      for (const Capacity& capacity : site.capacities) {
        // Without a rate a resource would be free: no threshold would ever be reached.
        if (capacity.resource != "cpu" && capacity.resource.rfind("gpu-", 0) != 0) continue;
        EXPECT_GT(catalogue.RateOf(capacity.resource, Now()).count(), 0) << capacity.resource;
      }
    }
  }
}

TEST(ExamplesTest, GrandEstIsThreeSitesOfItsOwn) {
  const absl::StatusOr<AdoptCatalogue> command =
      LoadCatalogue(SourcePath("deploy/examples/grand-est.toml"));
  ASSERT_TRUE(command.ok()) << command.status();
  const Catalogue& catalogue = command->catalogue;
  EXPECT_THAT(catalogue.sites,
              ElementsAre(Pair("metz", _), Pair("nancy", _), Pair("strasbourg", _)));
  EXPECT_EQ(catalogue.SiteOfCluster("grands-moulins"), "nancy");
  EXPECT_FALSE(catalogue.sites.at("metz").gpu_jobs_pay_cpu);
  EXPECT_TRUE(catalogue.sites.at("nancy").gpu_jobs_pay_cpu);
  EXPECT_TRUE(catalogue.IsCertified("strasbourg", "patients"));
  EXPECT_FALSE(catalogue.IsCertified("nancy", "patients"));
  EXPECT_EQ(catalogue.programmes.at("regional-chair").bonus, PartsPerMillion(200'000));
  EXPECT_EQ(catalogue.programmes.at("regional-chair").grace_days, 60);
  // A machine that comes in March 2027 counts from midnight in Paris on, not a second before.
  const Site& nancy = catalogue.sites.at("nancy");
  EXPECT_EQ(catalogue.CapacityOf(nancy, "gpu-h100", catalogue.PeriodOf(Month(2027, 2))), Amount());
  const Period march = catalogue.PeriodOf(Month(2027, 3));
  EXPECT_EQ(march.Seconds(), 743 * 3600);  // the clocks go forward
  EXPECT_EQ(catalogue.CapacityOf(nancy, "gpu-h100", march),
            Amount(24 * march.Seconds() * 92 / 100));
  // Of a stock, the least within the month counts.
  EXPECT_EQ(catalogue.CapacityOf(catalogue.sites.at("metz"), "storage-scratch",
                                 catalogue.PeriodOf(Month(2026, 8))),
            Amount(150'000'000'000'000));
  // A rate that changes on a day.
  const absl::Time july = catalogue.PeriodOf(Month(2026, 7)).start;
  EXPECT_EQ(catalogue.RateOf("gpu-v100", july - absl::Seconds(1)), PartsPerMillion(500'000));
  EXPECT_EQ(catalogue.RateOf("gpu-v100", july), PartsPerMillion(350'000));
}

TEST(ExamplesTest, TheUniversityLeavesOutWhatHasADefault) {
  const absl::StatusOr<AdoptCatalogue> command =
      LoadCatalogue(SourcePath("deploy/examples/university.toml"));
  ASSERT_TRUE(command.ok()) << command.status();
  const Catalogue& catalogue = command->catalogue;
  EXPECT_THAT(catalogue.sites, SizeIs(1));
  EXPECT_THAT(catalogue.month_starts, SizeIs(121));
  // Four hours ahead of UTC, in summer as in winter.
  for (const absl::Time start : catalogue.month_starts) {
    EXPECT_EQ(absl::ToCivilHour(start, absl::UTCTimeZone()).hour(), 20);
  }
  const Programme& group = catalogue.programmes.at("lab-group");
  EXPECT_EQ(group.bonus, PartsPerMillion(250'000));
  EXPECT_EQ(group.grace_days, 30);
  EXPECT_TRUE(catalogue.sites.at("campus-north").gpu_jobs_pay_cpu);
}

TEST(ExamplesTest, TheConsortiumHasCollaborativeProgrammesAndChargesByShareAtOneSite) {
  const absl::StatusOr<AdoptCatalogue> command =
      LoadCatalogue(SourcePath("deploy/examples/consortium.toml"));
  ASSERT_TRUE(command.ok()) << command.status();
  const Catalogue& catalogue = command->catalogue;
  const Programme& alliance = catalogue.programmes.at("alliance");
  EXPECT_TRUE(alliance.calls && alliance.dynamic);
  EXPECT_EQ(alliance.team_min, 2);
  EXPECT_FALSE(catalogue.programmes.at("flagship").dynamic);
  const Site& harbour = catalogue.sites.at("harbour");
  EXPECT_EQ(harbour.node_share, (NodeShape{64, int64_t{512} << 30, 4}));
  EXPECT_THAT(harbour.admin_uids, ElementsAre(1201, 1202));
  EXPECT_EQ(catalogue.sites.at("infirmary").node_share, NodeShape());
  // Toronto is four hours behind UTC in July and five in January.
  EXPECT_EQ(catalogue.PeriodOf(Month(2026, 7)).start,
            absl::FromCivil(absl::CivilHour(2026, 7, 1, 4), absl::UTCTimeZone()));
  EXPECT_EQ(catalogue.PeriodOf(Month(2026, 1)).start,
            absl::FromCivil(absl::CivilHour(2026, 1, 1, 5), absl::UTCTimeZone()));
}

}  // namespace
}  // namespace mesolys
