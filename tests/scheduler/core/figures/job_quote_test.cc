#include "scheduler/core/figures/job_quote.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kHour = 3600;

// alpha has 100 core-hours and 10 hours of a100 at "north", where 8 cores come with a GPU, and 4
// core-hours at "south".
struct JobQuoteTest : testing::Test {
  JobQuoteTest() {
    mesocentre.Create(TestProject("alpha"));
    Give("cpu", "north", 100 * kHour);
    Give("gpu-a100", "north", 10 * kHour);
    Give("cpu", "south", 4 * kHour);
  }

  void Give(const std::string& resource, const std::string& site, int64_t amount) {
    mesocentre.Issue(
        GrantByHand(mesocentre.ledger(), "alpha", resource,
                    {mesocentre.now() - absl::Hours(1), mesocentre.now() + absl::Hours(240)},
                    {{site, Amount(amount)}}));
  }
  absl::StatusOr<std::vector<JobQuoteLine>> Ask(const JobWish& wish) const {
    return QuoteJob(mesocentre.ledger(), *mesocentre.ledger().FindProject("alpha"), wish,
                    mesocentre.now());
  }
  // Without its price at the rate of now, which other tests are about.
  JobQuoteLine Line(const std::string& site, const std::string& resource, int64_t price,
                    int64_t left) const {
    const PartsPerMillion rate = mesocentre.ledger().catalogue().RateOf(resource, mesocentre.now());
    return {site, resource, Amount(price), Normalise(Amount(price), rate), Amount(left)};
  }

  Mesocentre mesocentre;
};

TEST_F(JobQuoteTest, ChargesTheWholeTimeLimitWhereverTheProjectMaySpend) {
  const auto quote = Ask({4, {}, 2 * kHour, ""});
  ASSERT_TRUE(quote.ok()) << quote.status();
  EXPECT_THAT(*quote, ElementsAre(Line("north", "cpu", 8 * kHour, 100 * kHour),
                                  Line("south", "cpu", 8 * kHour, 4 * kHour)));
  EXPECT_TRUE(quote->front().Fits());
  EXPECT_FALSE(quote->back().Fits());
  EXPECT_GT(quote->front().normalised, NormalisedSeconds());
}

TEST_F(JobQuoteTest, BringsTheCoresThatComeWithItsGpus) {
  EXPECT_THAT(*Ask({0, {{"a100", 2}}, kHour, "north"}),
              ElementsAre(Line("north", "cpu", 16 * kHour, 100 * kHour),
                          Line("north", "gpu-a100", 2 * kHour, 10 * kHour)));
  EXPECT_THAT(*Ask({3, {{"", 2}}, kHour, "north"}),
              ElementsAre(Line("north", "cpu", 3 * kHour, 100 * kHour),
                          Line("north", "gpu-a100", 2 * kHour, 10 * kHour)));
}

TEST_F(JobQuoteTest, HasNoSiteWhereTheProjectMaySpendNothingUnlessThatIsAsked) {
  mesocentre.SetNow(mesocentre.now() + absl::Hours(240));
  EXPECT_THAT(*Ask({1, {}, kHour, ""}), IsEmpty());
  EXPECT_THAT(*Ask({1, {}, kHour, "south"}), ElementsAre(Line("south", "cpu", kHour, 0)));
  EXPECT_EQ(Ask({1, {}, kHour, "nowhere"}).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(JobQuoteTest, RefusesWhatIsNoJob) {
  const int64_t many = int64_t{1} << 60;
  for (const JobWish& wish :
       {JobWish{0, {}, kHour, ""}, JobWish{-1, {}, kHour, ""}, JobWish{1, {}, 0, ""},
        JobWish{1, {}, -5, ""}, JobWish{1, {}, many, ""}, JobWish{many, {}, kHour, ""},
        JobWish{1, {{"a100", -1}}, kHour, ""},
        JobWish{0, {{"a100", many}, {"v100", many}}, kHour, ""}}) {
    EXPECT_EQ(Ask(wish).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(Ask({int64_t{1} << 22, {}, int64_t{10} * 366 * 86'400, ""}).ok());
}

}  // namespace
}  // namespace mesolys
