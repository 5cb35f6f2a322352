#include "agent/reconcile/reconcile.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);
const absl::Duration kDay = absl::Hours(24);

GrantCeiling Cpu(int64_t ceiling, absl::Time start = kNow - 10 * kDay,
                 absl::Time end = kNow + 10 * kDay) {
  return {"cpu", Amount(ceiling), {start, end}};
}

// "lower p1 g1 5": what the tables below speak of.
std::string Say(const Action& action) {
  constexpr const char* kVerbs[] = {"restrict", "freeze", "drop",  "lower", "logout",
                                    "unlink",   "create", "move",  "link",  "login",
                                    "freeze",   "raise",  "widen", "open"};
  std::string text = absl::StrCat(kVerbs[static_cast<int>(action.kind)], " ", action.account);
  if (!action.subject.empty()) absl::StrAppend(&text, " ", action.subject);
  if (action.kind == Action::Kind::kLowerCeiling || action.kind == Action::Kind::kRaiseCeiling) {
    absl::StrAppend(&text, " ", action.grant.ceiling.count());
  }
  if (!action.resource.empty()) absl::StrAppend(&text, " ", action.resource);
  if (action.kind == Action::Kind::kRestrictAccess || action.kind == Action::Kind::kWidenAccess) {
    absl::StrAppend(&text, " ", AccessText(action.access));
  }
  return text;
}

std::vector<std::string> SayAll(const Plan& plan) {
  std::vector<std::string> said;
  for (const Action& action : plan.actions) said.push_back(Say(action));
  return said;
}

SiteState State(std::map<std::string, SiteAccount> accounts) { return {1, std::move(accounts)}; }

TEST(ReconcileTest, DoesNothingWhereNothingDiffers) {
  const SiteState state =
      State({{"p1", {"", {"alice"}, {{"g1", Cpu(5)}}, {{"c1", "old"}}}}, {"p2", {}}});
  const Plan plan = Reconcile(state, state, kNow);
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.removal_count, 0);
  EXPECT_EQ(plan.held_count, 3);
}

TEST(ReconcileTest, TurnsEachDifferenceIntoItsActions) {
  const absl::Time past = kNow - kDay;
  const struct {
    const char* name;
    SiteAccount held;
    SiteAccount wanted;
    std::vector<std::string> actions;
    int64_t removal_count;
  } kCases[] = {
      {"a new grant", {}, {"", {}, {{"g1", Cpu(5)}}, {}}, {"raise p g1 5"}, 0},
      {"more", {"", {}, {{"g1", Cpu(5)}}, {}}, {"", {}, {{"g1", Cpu(7)}}, {}}, {"raise p g1 7"}, 0},
      {"less", {"", {}, {{"g1", Cpu(5)}}, {}}, {"", {}, {{"g1", Cpu(3)}}, {}}, {"lower p g1 3"}, 0},
      {"to nothing",
       {"", {}, {{"g1", Cpu(5)}}, {}},
       {"", {}, {{"g1", Cpu(0)}}, {}},
       {"lower p g1 0"},
       0},
      {"a later end",
       {"", {}, {{"g1", Cpu(5)}}, {}},
       {"", {}, {{"g1", Cpu(5, kNow - 10 * kDay, kNow + 20 * kDay)}}, {}},
       {"raise p g1 5"},
       0},
      {"an earlier end",
       {"", {}, {{"g1", Cpu(5)}}, {}},
       {"", {}, {{"g1", Cpu(5, kNow - 10 * kDay, kNow + kDay)}}, {}},
       {"lower p g1 5"},
       0},
      {"more for a shorter time",
       {"", {}, {{"g1", Cpu(5)}}, {}},
       {"", {}, {{"g1", Cpu(9, kNow - 10 * kDay, kNow + kDay)}}, {}},
       {"lower p g1 5", "raise p g1 9"},
       0},
      {"another time altogether",
       {"", {}, {{"g1", Cpu(5)}}, {}},
       {"", {}, {{"g1", Cpu(5, kNow + 20 * kDay, kNow + 30 * kDay)}}, {}},
       {"drop p g1", "raise p g1 5"},
       0},
      {"another resource",
       {"", {}, {{"g1", {"gpu-a100", Amount(5), Cpu(5).period}}}, {}},
       {"", {}, {{"g1", Cpu(5)}}, {}},
       {"drop p g1", "raise p g1 5"},
       0},
      {"no longer desired", {"", {}, {{"g1", Cpu(5)}}, {}}, {}, {"drop p g1"}, 1},
      {"ended and still desired",
       {"", {}, {{"g1", Cpu(5, past - kDay, past)}}, {}},
       {"", {}, {{"g1", Cpu(5, past - kDay, past)}}, {}},
       {"drop p g1"},
       0},
      {"ended and no longer desired",
       {"", {}, {{"g1", Cpu(5, past - kDay, past)}}, {}},
       {},
       {"drop p g1"},
       0},
      {"ended before it was held", {}, {"", {}, {{"g1", Cpu(5, past - kDay, past)}}, {}}, {}, 0},
      {"ends this second",
       {"", {}, {{"g1", Cpu(5, past, kNow)}}, {}},
       {"", {}, {{"g1", Cpu(5, past, kNow)}}, {}},
       {"drop p g1"},
       0},
      {"has not begun",
       {},
       {"", {}, {{"g1", Cpu(5, kNow + kDay, kNow + 2 * kDay)}}, {}},
       {"raise p g1 5"},
       0},
      {"a member comes and one goes",
       {"", {"alice"}, {}, {}},
       {"", {"bob"}, {}, {}},
       {"logout p alice", "login p bob"},
       1},
      {"an account is linked", {}, {"", {}, {}, {{"c1", "old"}}}, {"link p old"}, 0},
      {"and unlinked", {"", {}, {}, {{"c1", "old"}}}, {}, {"unlink p old"}, 1},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.name);
    const Plan plan = Reconcile(State({{"p", one.held}}), State({{"p", one.wanted}}), kNow);
    EXPECT_EQ(SayAll(plan), one.actions);
    EXPECT_EQ(plan.removal_count, one.removal_count);
  }
}

TEST(ReconcileTest, TakesAwayBeforeItGives) {
  const SiteState held = State({{"p1", {"", {"alice"}, {{"g1", Cpu(9)}}, {}}},
                                {"p2", {"", {}, {{"g2", Cpu(1)}, {"g3", Cpu(1)}}, {}}}});
  const SiteState wanted = State({{"p1", {"", {}, {{"g1", Cpu(5)}}, {}}},
                                  {"p2", {"", {"bob"}, {{"g2", Cpu(5)}}, {}}},
                                  {"p0", {"", {"carol"}, {{"g4", Cpu(1)}}, {}}}});
  EXPECT_THAT(SayAll(Reconcile(held, wanted, kNow)),
              ElementsAre("drop p2 g3", "lower p1 g1 5", "logout p1 alice", "create p0",
                          "login p0 carol", "login p2 bob", "raise p0 g4 1", "raise p2 g2 5"));
}

SiteAccount With(std::map<std::string, Access> access, std::set<std::string> logins = {},
                 std::set<LoginResource> frozen = {}) {
  SiteAccount account;
  account.access = std::move(access);
  account.logins = std::move(logins);
  account.frozen_logins = std::move(frozen);
  return account;
}

TEST(ReconcileTest, TurnsEachChangeOfAccessIntoItsActions) {
  const struct {
    const char* name;
    SiteAccount held;
    SiteAccount wanted;
    std::vector<std::string> actions;
  } kCases[] = {
      {"opens what was never open", {}, With({{"cpu", Access::kOpen}}), {"widen p cpu open"}},
      {"what is not there is frozen", {}, With({{"cpu", Access::kFrozen}}), {}},
      {"used up to the bonus",
       With({{"cpu", Access::kOpen}}),
       With({{"cpu", Access::kLowPriority}}),
       {"restrict p cpu low priority"}},
      {"used up",
       With({{"cpu", Access::kLowPriority}}),
       With({{"cpu", Access::kFrozen}}),
       {"restrict p cpu frozen"}},
      {"supplemented",
       With({{"cpu", Access::kFrozen}}),
       With({{"cpu", Access::kOpen}}),
       {"widen p cpu open"}},
      {"no longer spoken of", With({{"cpu", Access::kOpen}}), {}, {"restrict p cpu frozen"}},
      {"takes away before it gives",
       With({{"cpu", Access::kFrozen}, {"gpu-a100", Access::kOpen}}),
       With({{"cpu", Access::kOpen}, {"gpu-a100", Access::kLowPriority}}),
       {"restrict p gpu-a100 low priority", "widen p cpu open"}},
      {"a login has used up its own ceiling",
       With({}, {"bob"}),
       With({}, {"bob"}, {{"bob", "cpu"}}),
       {"freeze p bob cpu"}},
      {"its ceiling was raised",
       With({}, {"bob"}, {{"bob", "cpu"}}),
       With({}, {"bob"}),
       {"open p bob cpu"}},
      {"a new login without hours",
       {},
       With({}, {"bob"}, {{"bob", "cpu"}}),
       {"login p bob", "freeze p bob cpu"}},
      {"a frozen login goes", With({}, {"bob"}, {{"bob", "cpu"}}), With({}), {"logout p bob"}},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.name);
    SiteState held = State({{"p", one.held}});
    const SiteState wanted = State({{"p", one.wanted}});
    const Plan plan = Reconcile(held, wanted, kNow);
    EXPECT_EQ(SayAll(plan), one.actions);
    for (const Action& action : plan.actions) Apply(action, held);
    EXPECT_THAT(SayAll(Reconcile(held, wanted, kNow)), IsEmpty());
  }
}

TEST(ReconcileTest, AnAccountThatIsNoLongerDesiredIsFrozen) {
  const SiteState held = State({{"p", With({{"cpu", Access::kOpen}})}});
  EXPECT_THAT(SayAll(Reconcile(held, {}, kNow)), ElementsAre("restrict p cpu frozen"));
}

TEST(ReconcileTest, AGrantThatWasRevokedBeforeItBeganIsNeverHeld) {
  const SiteState wanted = State({{"p", {"", {}, {{"g1", Cpu(5, kNow + kDay, kNow + kDay)}}, {}}}});
  EXPECT_THAT(SayAll(Reconcile(State({{"p", {}}}), wanted, kNow)), IsEmpty());
  const SiteState held =
      State({{"p", {"", {}, {{"g1", Cpu(5, kNow + kDay, kNow + 2 * kDay)}}, {}}}});
  EXPECT_THAT(SayAll(Reconcile(held, wanted, kNow)), ElementsAre("drop p g1"));
}

TEST(ReconcileTest, CreatesAnAccountAfterThoseAboveIt) {
  const SiteState wanted = State({{"a", {"m", {}, {}, {}}}, {"m", {"z", {}, {}, {}}}, {"z", {}}});
  EXPECT_THAT(SayAll(Reconcile({}, wanted, kNow)),
              ElementsAre("create z", "create m z", "create a m"));
}

TEST(ReconcileTest, CreatesAChairThatHasNoClaimOfItsOwnHere) {
  EXPECT_THAT(SayAll(Reconcile({}, State({{"a", {"chair", {}, {}, {}}}}), kNow)),
              ElementsAre("create chair", "create a chair"));
}

TEST(ReconcileTest, MovesAnAccountBelowAnotherChair) {
  const SiteState held = State({{"a", {"x", {}, {}, {}}}, {"x", {}}, {"y", {}}});
  const SiteState wanted = State({{"a", {"y", {}, {}, {}}}, {"x", {}}, {"y", {}}});
  EXPECT_THAT(SayAll(Reconcile(held, wanted, kNow)), ElementsAre("move a y"));
}

TEST(ReconcileTest, EndsAlsoWhereAccountsStandAboveEachOther) {
  const SiteState wanted = State({{"a", {"b", {}, {}, {}}}, {"b", {"a", {}, {}, {}}}});
  EXPECT_EQ(Reconcile({}, wanted, kNow).actions.size(), 2U);
}

TEST(ReconcileTest, NeverDeletesAnAccount) {
  const SiteState held = State({{"p1", {"", {"alice"}, {{"g1", Cpu(5)}}, {}}}});
  const Plan plan = Reconcile(held, {}, kNow);
  EXPECT_THAT(SayAll(plan), ElementsAre("drop p1 g1", "logout p1 alice"));
  EXPECT_EQ(plan.removal_count, 2);
}

// A site of few names, so that two of them have much in common.
SiteState RandomSite(std::mt19937_64& random) {
  const auto pick = [&random](int64_t max) {
    return std::uniform_int_distribution<int64_t>(0, max)(random);
  };
  SiteState state;
  for (int64_t count = pick(4); count > 0; --count) {
    SiteAccount& account = state.accounts[absl::StrCat("p", pick(4))];
    if (pick(2) == 0) account.parent = absl::StrCat("p", pick(4));
    for (int64_t logins = pick(3); logins > 0; --logins) {
      account.logins.insert(absl::StrCat("u", pick(3)));
    }
    if (pick(3) == 0) account.links.insert({"c1", absl::StrCat("old", pick(2))});
    if (pick(1) == 0) account.access["cpu"] = static_cast<Access>(1 + pick(2));
    if (pick(1) == 0) account.access["gpu-a100"] = static_cast<Access>(1 + pick(2));
    for (const std::string& login : account.logins) {
      if (pick(2) == 0) account.frozen_logins.insert({login, pick(1) == 0 ? "cpu" : "gpu-a100"});
    }
    for (int64_t grants = pick(3); grants > 0; --grants) {
      const absl::Time start = kNow + kDay * (pick(6) - 4);
      account.grants[absl::StrCat("g", pick(3))] = {pick(2) == 0 ? "gpu-a100" : "cpu",
                                                    Amount(pick(3)),
                                                    {start, start + kDay * (1 + pick(4))},
                                                    Amount(pick(2))};
    }
  }
  return state;
}

// What a site may spend at most at `time`, over all accounts.
std::map<std::string, int64_t> Spendable(const SiteState& state, absl::Time time) {
  std::map<std::string, int64_t> spendable;
  for (const auto& [id, account] : state.accounts) {
    for (const auto& [name, grant] : account.grants) {
      if (grant.period.Contains(time)) {
        spendable[absl::StrCat(id, " ", name, " ", grant.resource)] = grant.ceiling.count();
        spendable[absl::StrCat(id, " ", name, " bonus of ", grant.resource)] = grant.bonus.count();
      }
    }
    for (const auto& [resource, access] : account.access) {
      spendable[absl::StrCat(id, " access to ", resource)] = static_cast<int64_t>(access);
    }
  }
  return spendable;
}

TEST(ReconcileTest, ArrivesWhereItShallAndOverspendsNowhereOnTheWay) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 3000; ++round) {
    SiteState held = RandomSite(random);
    const SiteState wanted = RandomSite(random);
    const auto before = Spendable(held, kNow + kDay);
    const auto after = Spendable(wanted, kNow + kDay);
    for (const Action& action : Reconcile(held, wanted, kNow).actions) {
      Apply(action, held);
      for (const auto& [name, ceiling] : Spendable(held, kNow + kDay)) {
        const auto was = before.find(name);
        const auto will_be = after.find(name);
        const int64_t allowed = std::max(was == before.end() ? -1 : was->second,
                                         will_be == after.end() ? -1 : will_be->second);
        ASSERT_LE(ceiling, allowed) << name << " in round " << round;
      }
    }
    ASSERT_THAT(SayAll(Reconcile(held, wanted, kNow)), IsEmpty()) << "in round " << round;
  }
}

}  // namespace
}  // namespace mesolys::agent
