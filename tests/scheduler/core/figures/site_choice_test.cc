#include "scheduler/core/figures/site_choice.h"

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/test_catalogue.h"

namespace mesolys {
namespace {

using Shares = std::map<std::string, int64_t>;

std::map<std::string, Amount> Amounts(const Shares& shares) {
  std::map<std::string, Amount> amounts;
  for (const auto& [site, count] : shares) amounts[site] = Amount(count);
  return amounts;
}

struct Wish {
  const char* resource;
  Shares available;
  int64_t wanted;
  bool brings_cores = false;
  bool is_split = false;
};

struct Choice {
  const char* why;
  std::vector<Wish> wishes;
  Shares cores;
  std::vector<Shares> granted;
  Shares brought = {};
};

const Choice kChoices[] = {
    {"one site carries it: the roomiest",
     {{"cpu", {{"north", 50}, {"south", 80}}, 40}},
     {},
     {{{"south", 40}}}},
    {"equally roomy: by name",
     {{"cpu", {{"south", 80}, {"north", 80}}, 40}},
     {},
     {{{"north", 40}}}},
    {"one site carries all lines though it is not the roomiest",
     {{"gpu-a100", {{"north", 90}, {"south", 50}}, 40},
      {"cpu", {{"north", 10}, {"south", 30}}, 30}},
     {},
     {{{"south", 40}}, {{"south", 30}}}},
    {"no site alone: over as few as possible",
     {{"cpu", {{"north", 50}, {"south", 80}, {"east", 10}}, 100}},
     {},
     {{{"south", 80}, {"north", 20}}}},
    {"lines that no site carries together go to different ones",
     {{"gpu-a100", {{"north", 50}}, 50}, {"cpu", {{"south", 80}}, 80}},
     {},
     {{{"north", 50}}, {{"south", 80}}}},
    {"storage goes where the hours are",
     {{"cpu", {{"south", 80}}, 80}, {"storage-work", {{"north", 90}, {"south", 20}}, 60}},
     {},
     {{{"south", 80}}, {{"south", 20}}}},
    {"storage alone goes anywhere",
     {{"storage-work", {{"north", 90}, {"south", 20}}, 100}},
     {},
     {{{"north", 90}, {"south", 10}}}},
    {"support does not bind storage",
     {{"storage-work", {{"south", 20}}, 20}, {"support", {{"north", 9}}, 9}},
     {},
     {{{"south", 20}}, {{"north", 9}}}},
    {"GPUs bring their cores",
     {{"gpu-a100", {{"north", 50}}, 30, true}},
     {{"north", 240}},
     {{{"north", 30}}},
     {{"north", 240}}},
    {"a site without the cores is passed over",
     {{"gpu-a100", {{"north", 50}, {"south", 40}}, 30, true}},
     {{"north", 239}, {"south", 240}},
     {{{"south", 30}}},
     {{"south", 240}}},
    {"cores cut what each site gives",
     {{"gpu-a100", {{"north", 50}, {"south", 40}}, 30, true}},
     {{"north", 100}, {"south", 100}},
     {{{"north", 12}, {"south", 12}}},
     {{"north", 96}, {"south", 96}}},
    {"no cores, no GPUs", {{"gpu-a100", {{"north", 50}}, 30, true}}, {}, {{}}},
    {"GPUs asked with cores bring none",
     {{"gpu-a100", {{"north", 50}}, 30, false}},
     {},
     {{{"north", 30}}}},
    {"GPU jobs that pay no cores bring none",
     {{"gpu-v100", {{"east", 50}}, 30, true}},
     {},
     {{{"east", 30}}}},
    {"two kinds of GPU share the cores of a site",
     {{"gpu-a100", {{"north", 50}}, 10, true}, {"gpu-h100", {{"north", 50}}, 10, true}},
     {{"north", 120}},
     {{{"north", 10}}, {{"north", 5}}},
     {{"north", 120}}},
    {"a split goes where it says though one site could carry it",
     {{"cpu", {{"north", 60}, {"south", 40}}, 100, false, true}},
     {},
     {{{"north", 60}, {"south", 40}}}},
    {"what cuts a split cuts each of its sites in proportion",
     {{"cpu", {{"north", 60}, {"south", 41}}, 50, false, true}},
     {},
     {{{"north", 30}, {"south", 20}}}},
    {"a split of GPUs is cut where the cores run out",
     {{"gpu-a100", {{"north", 30}, {"south", 10}}, 40, true, true}},
     {{"north", 80}, {"south", 80}},
     {{{"north", 10}, {"south", 10}}},
     {{"north", 80}, {"south", 80}}},
    {"space that is split goes where it says",
     {{"cpu", {{"south", 80}}, 80},
      {"storage-work", {{"north", 40}, {"south", 20}}, 60, false, true}},
     {},
     {{{"south", 80}}, {{"north", 40}, {"south", 20}}}},
    {"a line that can be given nothing leaves the others alone",
     {{"cpu", {{"north", 50}}, 30}, {"gpu-a100", {{"north", 50}}, 0, true}},
     {},
     {{{"north", 30}}, {}}},
};

TEST(SiteChoiceTest, ChoosesByTheRules) {
  for (const Choice& choice : kChoices) {
    std::vector<LineChoice> lines;
    for (const Wish& wish : choice.wishes) {
      lines.push_back({wish.resource,
                       Amounts(wish.available),
                       Amount(wish.wanted),
                       wish.brings_cores,
                       {},
                       wish.is_split});
    }
    const std::map<std::string, Amount> brought =
        ChooseSites(TestCatalogue(), Amounts(choice.cores), lines);
    EXPECT_EQ(brought, Amounts(choice.brought)) << choice.why;
    for (size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(lines[i].granted, Amounts(choice.granted[i])) << choice.why << ", line " << i;
    }
  }
}

LineChoice ForAnyOf(const std::string& resource, const Shares& available,
                    bool brings_cores = false) {
  LineChoice line;
  line.resource = resource;
  line.available = Amounts(available);
  line.brings_cores = brings_cores;
  line.any_of = true;
  return line;
}

TEST(SiteChoiceTest, WhatIsComputedFollowsItsUseAndSpaceDoesNot) {
  using testing::ElementsAre;
  using testing::IsEmpty;
  const Shares both = {{"north", 50}, {"south", 0}};
  EXPECT_THAT(FollowedBy(ForAnyOf("cpu", both)), ElementsAre("north", "south"));
  EXPECT_THAT(FollowedBy(ForAnyOf("gpu-a100", both)), ElementsAre("north", "south"));
  EXPECT_THAT(FollowedBy(ForAnyOf("storage-work", both)), IsEmpty());
  EXPECT_THAT(FollowedBy(ForAnyOf("support", both)), IsEmpty());
  EXPECT_THAT(FollowedBy(ForAnyOf("cpu", {{"north", 50}})), IsEmpty()) << "there is no other";
  LineChoice chosen = ForAnyOf("cpu", both);
  chosen.any_of = false;
  EXPECT_THAT(FollowedBy(chosen), IsEmpty());
}

TEST(SiteChoiceTest, TheCoresOfGpusFollowThemWhereGpuJobsPayThem) {
  using testing::ElementsAre;
  using testing::IsEmpty;
  const Shares all = {{"east", 50}, {"north", 50}, {"south", 50}};
  EXPECT_THAT(FollowedByCores(TestCatalogue(), {ForAnyOf("gpu-a100", all, true)}),
              ElementsAre("north", "south"));
  EXPECT_THAT(FollowedByCores(TestCatalogue(), {ForAnyOf("gpu-a100", all, false)}), IsEmpty());
}

TEST(SiteChoiceTest, WhatALineIsGrantedIsTheSumOverItsSites) {
  LineChoice line;
  EXPECT_EQ(line.Granted(), Amount());
  line.granted = Amounts({{"north", 4}, {"south", 5}});
  EXPECT_EQ(line.Granted(), Amount(9));
}

}  // namespace
}  // namespace mesolys
