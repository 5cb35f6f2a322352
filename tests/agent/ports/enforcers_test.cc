#include "agent/ports/enforcers.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_enforcer.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kNoon = absl::FromUnixSeconds(1800000000);

// A site whose hours and whose storage are limited by different things.
class EnforcersTest : public testing::Test {
 protected:
  EnforcersTest() {
    storage_.kinds = {ResourceKind::kStorage};
    Want(1, "cpu", 5);
    Want(2, "gpu-a100", 7);
    Want(3, "storage-scratch", 100);
  }

  static std::string Name(int64_t grant) { return GrantName("p", grant); }

  void Want(int64_t grant, const std::string& resource, int64_t ceiling) {
    wanted_.accounts["p"].grants[Name(grant)] = {
        resource, Amount(ceiling), {kNoon - absl::Hours(1), kNoon + absl::Hours(1)}};
  }

  // "g1 ENFORCED 5", "g2 FAILED: why".
  static std::vector<std::string> Told(const InForce& in_force) {
    std::vector<std::string> told;
    for (const v1::Enforcement& one : in_force.enforcements) {
      const std::string ceiling = one.ceiling_base_units() == 0
                                      ? std::string()
                                      : absl::StrCat(" ", one.ceiling_base_units());
      told.push_back(absl::StrCat(one.grant().substr(one.grant().rfind('/') + 1), " ",
                                  v1::Ceiling::State_Name(one.state()), ceiling,
                                  one.text().empty() ? "" : ": ", one.text()));
    }
    return told;
  }

  InForce Put(Enforcers& enforcers) {
    return enforcers.PutInForce(wanted_, SiteUse(), {10, false}, kNoon);
  }

  SiteState wanted_;
  FakeEnforcer slurm_;
  FakeEnforcer storage_;
  Enforcers both_{{&slurm_, &storage_}};
};

TEST_F(EnforcersTest, EachHoldsTheGrantsThatItIsForAndAllAreToldInOneOrder) {
  const InForce in_force = Put(both_);
  EXPECT_TRUE(in_force.status.ok()) << in_force.status;
  EXPECT_THAT(Told(in_force), ElementsAre("g1 ENFORCED 5", "g2 ENFORCED 7", "g3 ENFORCED 100"));
  EXPECT_THAT(slurm_.held.accounts["p"].grants, SizeIs(2));
  EXPECT_THAT(storage_.held.accounts["p"].grants, SizeIs(1));
  EXPECT_EQ(in_force.change_count,
            static_cast<int64_t>(slurm_.taken.size() + storage_.taken.size()));
}

TEST_F(EnforcersTest, OneThatIsForAllOfItTellsTheSameAsWithoutTheOthers) {
  wanted_.accounts["p"].grants.erase(Name(3));
  wanted_.accounts["p"].logins = {"alice"};
  slurm_.refused = {Name(2)};
  FakeEnforcer alone = slurm_;
  Enforcers one({&slurm_});
  const InForce told = Put(one);
  const InForce expected = alone.PutInForce(wanted_, SiteUse(), {10, false}, kNoon);
  EXPECT_EQ(told.status, expected.status);
  EXPECT_EQ(told.change_count, expected.change_count);
  ASSERT_THAT(told.enforcements, SizeIs(expected.enforcements.size()));
  for (size_t at = 0; at < told.enforcements.size(); ++at) {
    EXPECT_EQ(told.enforcements[at].SerializeAsString(),
              expected.enforcements[at].SerializeAsString());
  }
  EXPECT_EQ(slurm_.taken, alone.taken);
}

TEST_F(EnforcersTest, WhatNoneIsForIsNeverInForceAndIsNoTrouble) {
  Enforcers hours({&slurm_});
  const InForce in_force = Put(hours);
  EXPECT_TRUE(in_force.status.ok()) << in_force.status;
  EXPECT_THAT(Told(in_force),
              ElementsAre("g1 ENFORCED 5", "g2 ENFORCED 7",
                          "g3 FAILED: the agent of this site sets no quotas of storage-scratch"));
  EXPECT_THAT(slurm_.held.accounts["p"].grants, SizeIs(2));
  EXPECT_TRUE(hours.IsFor("cpu"));
  EXPECT_FALSE(hours.IsFor("storage-scratch"));
}

TEST_F(EnforcersTest, ABonusIsGivenByTheOneThatIsForCores) {
  EXPECT_TRUE(both_.GivesBonus());
  EXPECT_FALSE(Enforcers({&storage_}).GivesBonus());
}

TEST_F(EnforcersTest, OneThatFailsHidesNothingOfWhatTheOthersReadBack) {
  storage_.unreadable = absl::UnavailableError("the file system is away");
  InForce in_force = Put(both_);
  EXPECT_EQ(in_force.status.message(), "the file system is away");
  EXPECT_THAT(Told(in_force),
              ElementsAre("g1 ENFORCED 5", "g2 ENFORCED 7", "g3 FAILED: the file system is away"));
  slurm_.unreadable = absl::InternalError("slurmdbd is down");
  storage_.unreadable = absl::OkStatus();
  in_force = Put(both_);
  EXPECT_EQ(in_force.status.message(), "slurmdbd is down");
  EXPECT_THAT(Told(in_force), ElementsAre("g1 FAILED: slurmdbd is down",
                                          "g2 FAILED: slurmdbd is down", "g3 ENFORCED 100"));
}

TEST_F(EnforcersTest, WhatSeveralHaveToSayIsSaidOnce) {
  slurm_.unreadable = absl::InternalError("slurmdbd is down");
  storage_.unreadable = absl::UnavailableError("the file system is away");
  EXPECT_EQ(Put(both_).status, absl::InternalError("slurmdbd is down; the file system is away"));
  slurm_.unreadable = absl::OkStatus();
  storage_.unreadable = absl::OkStatus();
  const absl::Status unknown = absl::DataLossError("what was used is not known");
  EXPECT_EQ(both_.PutInForce(wanted_, unknown, {10, false}, kNoon).status, unknown);
}

TEST_F(EnforcersTest, OfTwoThatAreForTheSameTheFirstHoldsIt) {
  FakeEnforcer other;
  Enforcers twice({&slurm_, &other});
  EXPECT_THAT(Told(Put(twice)),
              ElementsAre("g1 ENFORCED 5", "g2 ENFORCED 7", HasSubstr("g3 FAILED")));
  EXPECT_THAT(other.held.accounts["p"].grants, IsEmpty());
}

TEST_F(EnforcersTest, WithoutAnyNothingIsInForce) {
  Enforcers none({});
  EXPECT_TRUE(none.Allow(nullptr, wanted_, {10, false}, kNoon).ok());
  EXPECT_THAT(Told(Put(none)),
              ElementsAre(HasSubstr("g1 FAILED"), HasSubstr("g2 FAILED"), HasSubstr("g3 FAILED")));
  EXPECT_EQ(none.Inspect({}).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(EnforcersTest, TheDoubtOfOneKeepsTheWholeStateFromBeingTaken) {
  for (int64_t grant = 4; grant < 20; ++grant) Want(grant, "storage-scratch", 1);
  Put(both_);
  const SiteState last = wanted_;
  wanted_.accounts["p"].grants.clear();
  Want(1, "cpu", 5);
  EXPECT_EQ(both_.Allow(&last, wanted_, {10, false}, kNoon).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Enforcers({&slurm_}).Allow(&last, wanted_, {10, false}, kNoon).ok())
      << "what it does not hold is not taken away";
  EXPECT_TRUE(both_.Allow(&last, wanted_, {100, false}, kNoon).ok());
}

TEST_F(EnforcersTest, OneThatCannotReadKeepsNothingFromTheOthersUnlessThereIsDoubt) {
  Put(both_);
  storage_.unreadable = absl::UnavailableError("the file system is away");
  EXPECT_TRUE(both_.Allow(&wanted_, wanted_, {10, false}, kNoon).ok());
  EXPECT_EQ(both_.Allow(&wanted_, wanted_, {10, true}, kNoon), storage_.unreadable);
  slurm_.unreadable = absl::InternalError("slurmdbd is down");
  EXPECT_EQ(both_.Allow(&wanted_, wanted_, {10, false}, kNoon).code(), absl::StatusCode::kInternal);
}

TEST_F(EnforcersTest, AJobIsLookedAtByTheOneThatIsForItsCores) {
  storage_.jobs[7].set_reason("QuotaExceeded");
  slurm_.jobs[7].set_reason("Priority");
  v1::WantedJob wanted;
  wanted.set_job_id(7);
  const absl::StatusOr<v1::JobSituation> told = Enforcers({&storage_, &slurm_}).Inspect(wanted);
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->reason(), "Priority");
}

}  // namespace
}  // namespace mesolys::agent
