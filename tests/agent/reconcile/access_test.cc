#include "agent/reconcile/access.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/names.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);
const absl::Duration kDay = absl::Hours(24);

class AccessTest : public testing::Test {
 protected:
  GrantCeiling& Grant(int64_t number, const std::string& resource, int64_t ceiling,
                      int64_t bonus = 0) {
    GrantCeiling& grant = state_.accounts["p"].grants[GrantName("p", number)];
    grant = {resource, Amount(ceiling), {kNow - kDay, kNow + kDay}, Amount(bonus)};
    return grant;
  }
  void Used(int64_t number, int64_t amount) {
    use_.grants[GrantName("p", number)] = Amount(amount);
  }
  std::map<std::string, Access> At(absl::Time now) {
    SetAccess(use_, now, state_);
    return state_.accounts["p"].access;
  }
  std::set<LoginResource> FrozenAt(absl::Time now) {
    SetAccess(use_, now, state_);
    return state_.accounts["p"].frozen_logins;
  }

  SiteState state_;
  SiteUse use_;
};

TEST_F(AccessTest, GoesFromOpenOverTheBonusToFrozenAndBackWithASupplement) {
  GrantCeiling& grant = Grant(1, "cpu", 100, 25);
  EXPECT_THAT(At(kNow), ElementsAre(Pair("cpu", Access::kOpen)));
  Used(1, 99);
  EXPECT_THAT(At(kNow), ElementsAre(Pair("cpu", Access::kOpen)));
  Used(1, 100);
  EXPECT_THAT(At(kNow), ElementsAre(Pair("cpu", Access::kLowPriority)));
  Used(1, 125);
  EXPECT_THAT(At(kNow), ElementsAre(Pair("cpu", Access::kFrozen)));
  grant.ceiling = Amount(126);
  EXPECT_THAT(At(kNow), ElementsAre(Pair("cpu", Access::kOpen)));
}

TEST_F(AccessTest, BeginsAndEndsWithTimeAlone) {
  Grant(1, "cpu", 100);
  EXPECT_THAT(At(kNow - kDay - absl::Seconds(1)), ElementsAre(Pair("cpu", Access::kFrozen)));
  EXPECT_THAT(At(kNow - kDay), ElementsAre(Pair("cpu", Access::kOpen)));
  EXPECT_THAT(At(kNow + kDay - absl::Seconds(1)), ElementsAre(Pair("cpu", Access::kOpen)));
  EXPECT_THAT(At(kNow + kDay), ElementsAre(Pair("cpu", Access::kFrozen)));
}

TEST_F(AccessTest, IsOneOverAllGrantsOfAResourceAndOfEachResourceItsOwn) {
  Grant(1, "cpu", 100);
  Grant(2, "cpu", 50);
  Grant(3, "gpu-a100", 10, 5);
  Grant(4, "storage-work", 10);
  Used(1, 140);
  Used(3, 10);
  EXPECT_THAT(At(kNow),
              ElementsAre(Pair("cpu", Access::kOpen), Pair("gpu-a100", Access::kLowPriority)));
  EXPECT_THAT(StandingsOf(state_, use_, kNow),
              ElementsAre(AccountStanding{"p", "cpu", {Amount(10), Amount(0)}},
                          AccountStanding{"p", "gpu-a100", {Amount(0), Amount(5)}}));
}

TEST_F(AccessTest, AnEndedGrantThatOverpaidCountsAgainstTheOneThatOverlappedIt) {
  Grant(1, "cpu", 100).period.end = kNow;
  Grant(2, "cpu", 50);
  Used(1, 150);
  EXPECT_THAT(At(kNow), ElementsAre(Pair("cpu", Access::kFrozen)));
  Used(1, 149);
  EXPECT_THAT(At(kNow), ElementsAre(Pair("cpu", Access::kOpen)));
}

TEST_F(AccessTest, FreezesTheLoginThatHasUsedUpItsOwnCeilingAndNobodyElse) {
  Grant(1, "cpu", 100);
  SiteAccount& account = state_.accounts["p"];
  account.logins = {"ann", "bob"};
  account.login_ceilings[{"bob", "cpu"}] = {Amount(30), kNow - kDay};
  EXPECT_THAT(FrozenAt(kNow), IsEmpty());
  use_.logins[{"p", "bob", "cpu"}] = Amount(29);
  EXPECT_THAT(FrozenAt(kNow), IsEmpty());
  use_.logins[{"p", "bob", "cpu"}] = Amount(30);
  EXPECT_THAT(FrozenAt(kNow), ElementsAre(Pair("bob", "cpu")));
  EXPECT_THAT(At(kNow), ElementsAre(Pair("cpu", Access::kOpen)));
  account.login_ceilings[{"bob", "cpu"}].amount = Amount(31);
  EXPECT_THAT(FrozenAt(kNow), IsEmpty());
  account.login_ceilings[{"bob", "cpu"}].amount = Amount(0);
  use_.logins.clear();
  EXPECT_THAT(FrozenAt(kNow), ElementsAre(Pair("bob", "cpu")));
}

TEST_F(AccessTest, StaysAsItIsHeldWhereNothingIsKnown) {
  Grant(1, "cpu", 100);
  state_.accounts["p"].logins = {"bob"};
  SiteState held;
  held.accounts["p"].access["cpu"] = Access::kLowPriority;
  held.accounts["p"].frozen_logins = {{"bob", "cpu"}, {"gone", "cpu"}};
  KeepAccess(held, state_);
  EXPECT_THAT(state_.accounts["p"].access, ElementsAre(Pair("cpu", Access::kLowPriority)));
  EXPECT_THAT(state_.accounts["p"].frozen_logins, ElementsAre(Pair("bob", "cpu")));
  KeepAccess({}, state_);
  EXPECT_THAT(state_.accounts["p"].access, IsEmpty());
}

}  // namespace
}  // namespace mesolys::agent
