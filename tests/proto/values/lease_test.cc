#include "proto/values/lease.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/attribution.h"
#include "rapidcheck/gtest.h"

namespace mesolys {
namespace {

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }

Lease Of(int64_t grant, int64_t start, int64_t end, int64_t ceiling, int64_t used,
         int64_t bonus = 0) {
  return {grant, {At(start), At(end)}, Amount(ceiling), Amount(bonus), Amount(used)};
}

TEST(LeaseTest, SaysWhatIsLeftOverAllGrants) {
  const struct {
    const char* name;
    std::vector<Lease> leases;
    int64_t left;
    int64_t bonus;
  } kCases[] = {
      // Everything at second 100.
      {"no grant", {}, 0, 0},
      {"one grant", {Of(1, 0, 200, 50, 20)}, 30, 0},
      {"one that is used up", {Of(1, 0, 200, 50, 50)}, 0, 0},
      {"one that has not begun", {Of(1, 101, 200, 50, 0)}, 0, 0},
      {"one that begins this second", {Of(1, 100, 200, 50, 0)}, 50, 0},
      {"one that ends this second", {Of(1, 0, 100, 50, 0)}, 0, 0},
      {"one that was revoked before it began", {Of(1, 100, 100, 50, 0)}, 0, 0},
      {"two are one budget: neither is clamped",
       {Of(1, 0, 200, 50, 70), Of(2, 0, 300, 50, 0)},
       30,
       0},
      {"overdrawn together", {Of(1, 0, 200, 50, 70), Of(2, 0, 300, 50, 40)}, 0, 0},
      {"the bonus comes on top", {Of(1, 0, 200, 100, 60, 25)}, 40, 25},
      {"part of the bonus is used", {Of(1, 0, 200, 100, 110, 25)}, 0, 15},
      {"all of it and more", {Of(1, 0, 200, 100, 130, 25)}, 0, 0},
      {"the bonus of one helps the other",
       {Of(1, 0, 200, 100, 140, 25), Of(2, 0, 300, 20, 0, 5)},
       0,
       10},
      {"an ended grant that overlapped hands on its overdraft",
       {Of(1, 0, 90, 50, 70), Of(2, 50, 200, 50, 0)},
       30,
       0},
      {"one that did not overlap does not", {Of(1, 0, 50, 50, 70), Of(2, 50, 200, 50, 0)}, 50, 0},
      {"what an ended grant has left is gone with it",
       {Of(1, 0, 90, 50, 10), Of(2, 50, 200, 50, 0)},
       50,
       0},
      {"an overdraft counts once against two",
       {Of(1, 0, 90, 50, 70), Of(2, 50, 200, 50, 0), Of(3, 50, 300, 50, 0)},
       80,
       0},
      {"the one that ended meanwhile has taken it",
       {Of(1, 0, 50, 50, 70), Of(2, 0, 90, 50, 10), Of(3, 0, 200, 50, 0)},
       50,
       0},
      {"as far as something was left of it",
       {Of(1, 0, 50, 50, 70), Of(2, 0, 90, 50, 45), Of(3, 0, 200, 50, 0)},
       35,
       0},
      {"and hands on the rest with its own",
       {Of(1, 0, 50, 50, 70), Of(2, 0, 90, 50, 60), Of(3, 60, 200, 50, 0)},
       20,
       0},
      {"an overdraft larger than all that is left",
       {Of(1, 0, 90, 50, 500), Of(2, 50, 200, 50, 0, 10)},
       0,
       0},
      {"the bonus that was allowed is no debt of the bonus",
       {Of(1, 0, 90, 50, 60, 10), Of(2, 50, 200, 50, 0, 10)},
       40,
       20},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.name);
    EXPECT_EQ(RemainingOf(one.leases, At(100)), (Remaining{Amount(one.left), Amount(one.bonus)}));
    // The order in which they are told does not matter.
    std::vector<Lease> turned(one.leases.rbegin(), one.leases.rend());
    EXPECT_EQ(RemainingOf(turned, At(100)), (Remaining{Amount(one.left), Amount(one.bonus)}));
  }
}

TEST(LeaseTest, OpensWhileSomethingIsLeftThenTheBonusThenNothing) {
  EXPECT_EQ(AccessOf({Amount(1), Amount(5)}), Access::kOpen);
  EXPECT_EQ(AccessOf({Amount(1), Amount(0)}), Access::kOpen);
  EXPECT_EQ(AccessOf({Amount(0), Amount(5)}), Access::kLowPriority);
  EXPECT_EQ(AccessOf({Amount(0), Amount(0)}), Access::kFrozen);
}

// A project that lives on its leases, second by second, as attribution charges it.
class Life {
 public:
  explicit Life(std::vector<Lease> leases) : leases_(std::move(leases)) {
    for (const Lease& lease : leases_) payers_.push_back({lease.grant, lease.period});
  }

  Remaining At(int64_t second) const { return RemainingOf(leases_, mesolys::At(second)); }

  // Whether somebody paid.
  bool Spend(int64_t second, Amount amount) {
    const Period now{mesolys::At(second), mesolys::At(second + 1)};
    const int64_t grant = Attribute(payers_, now, 1).at(0).grant;
    for (Lease& lease : leases_) {
      if (lease.grant == grant) lease.used += amount;
    }
    if (grant != 0) spent_ += amount;
    return grant != 0;
  }

  Amount spent() const { return spent_; }
  // What everything that has begun may give.
  Amount Begun(int64_t second) const {
    Amount sum;
    for (const Lease& lease : leases_) {
      if (lease.period.start <= mesolys::At(second)) sum += lease.ceiling + lease.bonus;
    }
    return sum;
  }

 private:
  std::vector<Lease> leases_;
  std::vector<Payer> payers_;
  Amount spent_;
};

std::vector<Lease> SomeLeases(bool with_bonus) {
  std::vector<Lease> leases;
  const int count = *rc::gen::inRange(1, 7);
  for (int grant = 1; grant <= count; ++grant) {
    const int64_t start = *rc::gen::inRange(0, 50);
    const int64_t length = *rc::gen::inRange(1, 40);
    leases.push_back(Of(grant, start, start + length, *rc::gen::inRange(0, 100), 0,
                        with_bonus ? *rc::gen::inRange(0, 30) : 0));
  }
  return leases;
}

RC_GTEST_PROP(LeaseRandomTest, WhoeverStaysWithinNeverSpendsMoreThanWasGranted, ()) {
  Life life(SomeLeases(/*with_bonus=*/true));
  for (int64_t second = 0; second < 100; ++second) {
    const Remaining remaining = life.At(second);
    const Amount most = remaining.left + remaining.bonus;
    if (most == Amount()) continue;
    // All of it, or some.
    const Amount amount = *rc::gen::element(most, Amount(1), Amount((most.count() + 1) / 2));
    RC_ASSERT(life.Spend(second, amount));
    RC_ASSERT(life.spent() <= life.Begun(second));
    const Remaining after = life.At(second);
    RC_ASSERT(after.left + after.bonus == most - amount);
  }
}

RC_GTEST_PROP(LeaseRandomTest, WhatRanBeyondIsTakenFromWhatFollows, ()) {
  Life life(SomeLeases(/*with_bonus=*/false));
  Amount beyond;
  for (int64_t second = 0; second < 100; ++second) {
    const Amount left = life.At(second).left;
    // A job that was already running does not ask.
    const Amount unasked(*rc::gen::element(0, 0, 0, 5, 60));
    const Amount amount = left + unasked;
    if (amount == Amount() || !life.Spend(second, amount)) continue;
    beyond += unasked;
    RC_ASSERT(life.spent() <= life.Begun(second) + beyond);
  }
}

}  // namespace
}  // namespace mesolys
