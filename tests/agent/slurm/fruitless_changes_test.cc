#include "agent/slurm/fruitless_changes.h"

#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using Kind = AssociationChange::Kind;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

AssociationChange Change(Kind kind, const std::string& user) {
  AssociationChange change;
  change.kind = kind;
  change.account = "p";
  change.user = user;
  return change;
}

class FruitlessChangesTest : public testing::Test {
 protected:
  void EndTurns(int count, const std::vector<AssociationChange>& left, absl::Time now = kNow) {
    for (int turn = 0; turn < count; ++turn) fruitless_.EndTurn("c1", left, now);
  }

  const AssociationChange adding_ = Change(Kind::kAddUser, "Alice");
  const AssociationChange closing_ = Change(Kind::kFreezeUser, "alice");
  FruitlessChanges fruitless_;
};

TEST_F(FruitlessChangesTest, RestAfterSomeTurnsAndAreTriedOnceMore) {
  EndTurns(FruitlessChanges::kTurnsMax - 1, {adding_});
  EXPECT_FALSE(fruitless_.IsGivenUp("c1", adding_, kNow));
  EndTurns(1, {adding_});
  EXPECT_TRUE(fruitless_.IsGivenUp("c1", adding_, kNow));
  EXPECT_FALSE(fruitless_.IsGivenUp("c2", adding_, kNow));
  const absl::Time later = kNow + FruitlessChanges::kRest;
  EndTurns(1, {adding_}, later - absl::Seconds(1));
  EXPECT_TRUE(fruitless_.IsGivenUp("c1", adding_, later - absl::Seconds(1)));
  EXPECT_FALSE(fruitless_.IsGivenUp("c1", adding_, later));
  EndTurns(1, {adding_}, later);
  EXPECT_TRUE(fruitless_.IsGivenUp("c1", adding_, later));
}

TEST_F(FruitlessChangesTest, OneThatWasOfUseBeginsAnew) {
  EndTurns(FruitlessChanges::kTurnsMax - 1, {adding_});
  EndTurns(1, {});
  EndTurns(FruitlessChanges::kTurnsMax - 1, {adding_});
  EXPECT_FALSE(fruitless_.IsGivenUp("c1", adding_, kNow));
}

TEST_F(FruitlessChangesTest, WhatTakesAwayNeverRests) {
  const AssociationChange moving = Change(Kind::kMoveAccount, "");
  const AssociationChange removing = Change(Kind::kRemoveUser, "alice");
  EndTurns(10 * FruitlessChanges::kTurnsMax, {closing_, moving, removing, adding_});
  EXPECT_FALSE(fruitless_.IsGivenUp("c1", closing_, kNow));
  EXPECT_FALSE(fruitless_.IsGivenUp("c1", moving, kNow)) << "it brings jobs below a limit";
  EXPECT_TRUE(fruitless_.IsGivenUp("c1", removing, kNow)) << "it is closed already";
  EXPECT_TRUE(fruitless_.IsGivenUp("c1", adding_, kNow));
}

}  // namespace
}  // namespace mesolys::agent
