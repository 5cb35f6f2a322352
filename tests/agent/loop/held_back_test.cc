#include "agent/loop/held_back.h"

#include "gtest/gtest.h"
#include "proto/values/names.h"

namespace mesolys::agent {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

TEST(HeldBackTest, AGrantOfWhichSomethingIsHeldBackIsTighterWithTheWayOut) {
  SiteState state;
  const auto add = [&](int64_t number, const std::string& resource, int64_t hours) {
    state.accounts["p"].grants[GrantName("p", number)] = {
        resource, Amount(9), {kNow - absl::Hours(9), kNow + absl::Hours(hours)}};
  };
  add(1, "cpu", 1);
  add(2, "gpu-a100", 1);
  add(3, "cpu", -1);  // it is over
  add(4, "cpu", 1);
  add(5, "cpu", 1);
  SiteUse use;
  use.held_back[{"p", "cpu"}] = {Amount(3 * 3600), 1, 17};
  std::vector<v1::Enforcement> told(5);
  for (int64_t number = 1; number <= 5; ++number) {
    v1::Enforcement& each = told[static_cast<size_t>(number) - 1];
    each.set_grant(GrantName("p", number));
    each.set_state(v1::Ceiling::ENFORCED);
  }
  told[3].set_state(v1::Ceiling::DRIFTED);
  told[3].set_text("the QOS lets more begin");
  told[4].set_text("login bob waits for its Unix account");
  TellHeldBack("psmn", state, use, kNow, told);
  const std::string text =
      "3 h of cpu is held back for row 17 of accounting, which nobody can settle (see `mesolys "
      "site "
      "show psmn`): `mesolys usage dismiss psmn 17 --reason TEXT` gives it free";
  EXPECT_EQ(told[0].state(), v1::Ceiling::TIGHTER);
  EXPECT_EQ(told[0].text(), text);
  EXPECT_EQ(told[1].state(), v1::Ceiling::ENFORCED);
  EXPECT_EQ(told[2].state(), v1::Ceiling::ENFORCED);
  EXPECT_EQ(told[3].text(), "the QOS lets more begin") << "the worse trouble is told";
  EXPECT_EQ(told[4].state(), v1::Ceiling::TIGHTER);
  EXPECT_EQ(told[4].text(), "login bob waits for its Unix account; " + text);

  use.held_back[{"p", "cpu"}] = {Amount(3600), 2, 17};
  told[0].clear_text();
  TellHeldBack("psmn", state, use, kNow, told);
  EXPECT_EQ(told[0].text(),
            "1 h of cpu is held back for 2 rows of accounting that nobody can settle (see `mesolys "
            "site show psmn`): `mesolys usage dismiss psmn 17 --reason TEXT` gives free what the "
            "first of them holds");
}

}  // namespace
}  // namespace mesolys::agent
