#include "agent/ports/in_force.h"

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

const absl::Time kNow = absl::FromUnixSeconds(1800000000);
const RemovalLimit kUsual = {10, false};

GrantCeiling Cpu(int64_t ceiling) {
  return {"cpu", Amount(ceiling), {kNow - absl::Hours(1), kNow + absl::Hours(1)}};
}

SiteState Site(std::map<std::string, GrantCeiling> grants) {
  SiteState state;
  state.accounts["p"].grants = std::move(grants);
  return state;
}

// "g1 ENFORCED", "g2 FAILED: why".
std::vector<std::string> Say(const InForce& in_force) {
  std::vector<std::string> said;
  for (const v1::Enforcement& one : in_force.enforcements) {
    said.push_back(absl::StrCat(one.grant(), " ", v1::Ceiling::State_Name(one.state()),
                                one.text().empty() ? "" : ": ", one.text()));
  }
  return said;
}

TEST(InForceTest, TellsWhatWasReadBack) {
  FakeEnforcer enforcer;
  const InForce in_force =
      enforcer.PutInForce(Site({{"g1", Cpu(5)}, {"g2", Cpu(7)}}), SiteUse(), kUsual, kNow);
  EXPECT_TRUE(in_force.status.ok()) << in_force.status;
  EXPECT_EQ(in_force.change_count, 4);  // and the account is opened
  EXPECT_THAT(Say(in_force), ElementsAre("g1 ENFORCED", "g2 ENFORCED"));
}

TEST(InForceTest, ChangesNothingTheSecondTime) {
  FakeEnforcer enforcer;
  enforcer.PutInForce(Site({{"g1", Cpu(5)}}), SiteUse(), kUsual, kNow);
  const InForce again = enforcer.PutInForce(Site({{"g1", Cpu(5)}}), SiteUse(), kUsual, kNow);
  EXPECT_EQ(again.change_count, 0);
  EXPECT_THAT(Say(again), ElementsAre("g1 ENFORCED"));
}

TEST(InForceTest, TellsAFailureInTheSitesWordsAndGoesOnWithTheOthers) {
  FakeEnforcer enforcer;
  enforcer.refused = {"g1"};
  const InForce in_force =
      enforcer.PutInForce(Site({{"g1", Cpu(5)}, {"g2", Cpu(7)}}), SiteUse(), kUsual, kNow);
  EXPECT_FALSE(in_force.status.ok());
  EXPECT_THAT(Say(in_force), ElementsAre("g1 FAILED: slurmdbd is down", "g2 ENFORCED"));
}

TEST(InForceTest, CallsItDriftWhenASiteSaysYesAndHoldsSomethingElse) {
  FakeEnforcer enforcer;
  enforcer.held = Site({{"g1", Cpu(5)}});
  enforcer.ignored = {"g1", "g2"};
  const InForce in_force =
      enforcer.PutInForce(Site({{"g1", Cpu(8)}, {"g2", Cpu(7)}}), SiteUse(), kUsual, kNow);
  EXPECT_FALSE(in_force.status.ok());
  EXPECT_THAT(Say(in_force), ElementsAre("g1 DRIFTED: the site holds 5 of 8 core-seconds",
                                         "g2 DRIFTED: the site does not hold it"));
}

TEST(InForceTest, ChangesNothingWhereNothingCanBeRead) {
  FakeEnforcer enforcer;
  enforcer.unreadable = absl::InternalError("no slurmctld");
  const InForce in_force = enforcer.PutInForce(Site({{"g1", Cpu(5)}}), SiteUse(), kUsual, kNow);
  EXPECT_EQ(in_force.status, enforcer.unreadable);
  EXPECT_THAT(enforcer.taken, IsEmpty());
  EXPECT_THAT(Say(in_force), ElementsAre("g1 FAILED: no slurmctld"));
}

TEST(InForceTest, AGrantThatHasEndedIsInForceOnceTheSiteHoldsNothingOfIt) {
  FakeEnforcer enforcer;
  enforcer.PutInForce(Site({{"g1", Cpu(5)}}), SiteUse(), kUsual, kNow);
  EXPECT_EQ(enforcer.held.accounts["p"].AccessTo("cpu"), Access::kOpen);
  const absl::Time end = kNow + absl::Hours(1);
  enforcer.ignored = {"g1"};
  EXPECT_THAT(Say(enforcer.PutInForce(Site({{"g1", Cpu(5)}}), SiteUse(), kUsual, end)),
              ElementsAre("g1 DRIFTED: the site still holds it"));
  enforcer.ignored.clear();
  const InForce later = enforcer.PutInForce(Site({{"g1", Cpu(5)}}), SiteUse(), kUsual, end);
  EXPECT_TRUE(later.status.ok());
  EXPECT_THAT(Say(later), ElementsAre("g1 ENFORCED"));
  EXPECT_THAT(enforcer.held.accounts["p"].grants, IsEmpty());
  EXPECT_EQ(enforcer.held.accounts["p"].AccessTo("cpu"), Access::kFrozen);
}

TEST(InForceTest, AGrantIsNotInForceWhileItsAccountIsOpenerThanItShallBe) {
  FakeEnforcer enforcer;
  enforcer.PutInForce(Site({{"g1", Cpu(5)}}), SiteUse(), kUsual, kNow);
  SiteUse all;
  all.grants["g1"] = Amount(5);
  enforcer.ignored = {"cpu"};
  EXPECT_THAT(Say(enforcer.PutInForce(Site({{"g1", Cpu(5)}}), all, kUsual, kNow)),
              ElementsAre("g1 DRIFTED: cpu is open at the site, not frozen"));
  enforcer.refused = {"cpu"};
  EXPECT_THAT(Say(enforcer.PutInForce(Site({{"g1", Cpu(5)}}), all, kUsual, kNow)),
              ElementsAre("g1 FAILED: slurmdbd is down"));
}

TEST(InForceTest, KeepsEveryAccessWhereItIsNotKnownWhatWasUsed) {
  FakeEnforcer enforcer;
  SiteUse all;
  all.grants["g1"] = Amount(5);
  enforcer.PutInForce(Site({{"g1", Cpu(5)}}), all, kUsual, kNow);
  const absl::Status broken = absl::DataLossError("spool.db: malformed");
  for (const Access access : {Access::kFrozen, Access::kLowPriority, Access::kOpen}) {
    enforcer.held.accounts["p"].access["cpu"] = access;
    const InForce in_force = enforcer.PutInForce(Site({{"g1", Cpu(9)}}), broken, kUsual, kNow);
    EXPECT_EQ(in_force.status, broken);
    EXPECT_EQ(enforcer.held.accounts["p"].AccessTo("cpu"), access);
  }
}

TEST(RemovalLimitTest, IsTheLargerOfANumberAndHalfOfWhatIsHeld) {
  const struct {
    int64_t removed;
    int64_t held;
    RemovalLimit limit;
    bool is_allowed;
  } kCases[] = {
      {0, 0, {10, false}, true},   {10, 10, {10, false}, true},  {11, 20, {10, false}, false},
      {11, 22, {10, false}, true}, {50, 100, {10, false}, true}, {51, 100, {10, false}, false},
      {1, 1, {0, false}, false},   {1, 2, {0, false}, true},     {0, 100, {10, true}, true},
      {1, 100, {10, true}, false},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(CheckRemovals({one.removed, one.held}, one.limit).ok(), one.is_allowed)
        << one.removed << " of " << one.held;
  }
}

TEST(InForceTest, KeepsEverythingWhenTooMuchWouldGo) {
  FakeEnforcer enforcer;
  std::map<std::string, GrantCeiling> grants;
  for (int grant = 0; grant < 30; ++grant) grants[absl::StrCat("g", grant)] = Cpu(5);
  enforcer.PutInForce(Site(grants), SiteUse(), kUsual, kNow);
  const InForce emptied = enforcer.PutInForce(Site({}), SiteUse(), kUsual, kNow);
  EXPECT_EQ(emptied.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(emptied.status.message()), HasSubstr("remove 30 of the 30"));
  EXPECT_THAT(std::string(emptied.status.message()), HasSubstr("max_removals"));
  EXPECT_THAT(enforcer.held.accounts["p"].grants, SizeIs(30));
}

}  // namespace
}  // namespace mesolys::agent
