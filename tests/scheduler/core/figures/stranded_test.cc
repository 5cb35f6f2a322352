#include "scheduler/core/figures/stranded.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kHour = 3600;

// alpha has ten hours of a100 and ten core-hours at "north", and a quarter of them as a bonus.
struct StrandedTest : testing::Test {
  StrandedTest() {
    mesocentre.Create(TestProject("alpha"));
    Give("cpu", 10 * kHour);
    Give("gpu-a100", 10 * kHour);
  }

  void Give(const std::string& resource, int64_t amount) {
    Grant grant =
        GrantByHand(mesocentre.ledger(), "alpha", resource,
                    {mesocentre.now() - absl::Hours(1), mesocentre.now() + absl::Hours(240)},
                    {{"north", Amount(amount)}});
    grant.bonus = PartsPerMillion(250'000);
    mesocentre.Issue(grant);
  }
  void UseCores(absl::Duration of_ten) {
    mesocentre.SetNow(mesocentre.now() + of_ten);
    const std::string cluster = mesocentre.ledger().catalogue().sites.at("north").clusters.front();
    mesocentre.Report(
        {FinishedJob(++last_job, cluster, "alpha", mesocentre.now() - of_ten, of_ten)});
  }
  // "gpu-a100 36000 at north".
  std::vector<std::string> Told(const std::set<std::string>& bonus_sites) const {
    std::vector<std::string> told;
    for (const Stranded& each :
         StrandedOf(mesocentre.ledger(), *mesocentre.ledger().FindProject("alpha"), bonus_sites,
                    mesocentre.now())) {
      told.push_back(absl::StrCat(each.resource, " ", each.amount.count(), " at ", each.site));
    }
    return told;
  }

  Mesocentre mesocentre;
  int64_t last_job = 0;
};

TEST_F(StrandedTest, HoursOfGpusWaitWhereThoseOfCoresAreUsedUp) {
  EXPECT_THAT(Told({}), IsEmpty());
  UseCores(absl::Hours(1));
  EXPECT_THAT(Told({}), ElementsAre("gpu-a100 36000 at north"));
}

TEST_F(StrandedTest, NothingWaitsWhileTheSiteLetsTheBonusOfCoresBeSpent) {
  UseCores(absl::Hours(1));
  EXPECT_THAT(Told({"north"}), IsEmpty());
  EXPECT_THAT(Told({"south"}), ElementsAre("gpu-a100 36000 at north"));
  UseCores(absl::Minutes(15));
  EXPECT_THAT(Told({"north"}), ElementsAre("gpu-a100 36000 at north"));
}

TEST_F(StrandedTest, NothingWaitsWhereJobsOnGpusPayNoCores) {
  Catalogue catalogue = mesocentre.ledger().catalogue();
  catalogue.sites.at("north").gpu_jobs_pay_cpu = false;
  mesocentre.Must(AdoptCatalogue{catalogue, "", "cores are not charged with GPUs"});
  UseCores(absl::Hours(1));
  EXPECT_THAT(Told({}), IsEmpty());
}

TEST_F(StrandedTest, AnEndedGrantStrandsNothing) {
  UseCores(absl::Hours(1));
  mesocentre.SetNow(mesocentre.now() + absl::Hours(240));
  EXPECT_THAT(Told({}), IsEmpty());
}

}  // namespace
}  // namespace mesolys
