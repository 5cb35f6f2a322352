#include "scheduler/core/figures/shares.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/fakes/test_catalogue.h"

namespace mesolys {
namespace {

Project Of(const std::string& programme, const std::string& institution) {
  Project project;
  project.programme = programme;
  project.institution = institution;
  return project;
}

TEST(SharesTest, AreAllWhereNothingIsSaid) {
  EXPECT_EQ(SharesOf(TestCatalogue(), Of("chair", "ens")), kSharesOfHeaviest);
  EXPECT_EQ(SharesOf(TestCatalogue(), Of("phd-track", "lyon1")), kSharesOfHeaviest);
}

TEST(SharesTest, AreWeightTimesFactorByTheLargestRounded) {
  Catalogue catalogue = TestCatalogue();
  catalogue.programmes["chair"].weight = PartsPerMillion(3'000'000);
  catalogue.institution_factors["lyon1"] = PartsPerMillion(500'000);
  EXPECT_EQ(SharesOf(catalogue, Of("chair", "ens")), 10'000);
  EXPECT_EQ(SharesOf(catalogue, Of("chair", "lyon1")), 5'000);
  EXPECT_EQ(SharesOf(catalogue, Of("phd-track", "ens")), 3'333);
  EXPECT_EQ(SharesOf(catalogue, Of("phd-track", "lyon1")), 1'667);
  // A project may be older than the catalogue.
  EXPECT_EQ(SharesOf(catalogue, Of("gone", "gone")), 3'333);
}

TEST(SharesTest, OfExtremeWeightsAreAtLeastOne) {
  Catalogue catalogue = TestCatalogue();
  catalogue.programmes["chair"].weight = kWeightMax;
  catalogue.institution_factors["ens"] = kWeightMax;
  catalogue.programmes["phd-track"].weight = PartsPerMillion(1);
  catalogue.institution_factors["lyon1"] = PartsPerMillion(1);
  EXPECT_EQ(SharesOf(catalogue, Of("chair", "ens")), 10'000);
  EXPECT_EQ(SharesOf(catalogue, Of("phd-track", "lyon1")), 1);
}

TEST(SharesTest, OnlyJobsOfItsProgrammesMayRunEco) {
  Catalogue catalogue = TestCatalogue();
  catalogue.programmes["chair"].eco = true;
  EXPECT_TRUE(MayRunEco(catalogue, Of("chair", "ens")));
  EXPECT_FALSE(MayRunEco(catalogue, Of("phd-track", "ens")));
  EXPECT_FALSE(MayRunEco(catalogue, Of("gone", "ens")));
}

}  // namespace
}  // namespace mesolys
