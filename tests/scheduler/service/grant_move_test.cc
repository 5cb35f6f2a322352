// Hours of a grant that move from one of its sites to another, as it is asked over the wire.

#include <string>

#include "gmock/gmock.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class GrantMoveTest : public ServiceTest {
 protected:
  // Alpha has 3,000 core-seconds at psmn and 600 at p2chpd.
  GrantMoveTest() {
    Populate();
    v1::CreateRequestRequest split = CpuRequest("alpha", 3600, "split");
    v1::RequestLine& line = *split.mutable_request()->mutable_lines(0);
    line.clear_sites();
    (*line.mutable_site_base_units())["psmn"] = 3000;
    (*line.mutable_site_base_units())["p2chpd"] = 600;
    EXPECT_EQ(Why(As("user/paul").Call(split)), "OK");
  }

  static v1::MoveCeilingRequest Move(int64_t amount, const std::string& request_id) {
    v1::MoveCeilingRequest move;
    move.set_grant("projects/alpha/grants/g1");
    move.set_from_site("sites/psmn");
    move.set_to_site("sites/p2chpd");
    move.set_amount_base_units(amount);
    move.set_reason("the queue is long");
    move.set_request_id(request_id);
    return move;
  }
  v1::Grant Shown() {
    v1::GetGrantRequest get;
    get.set_name("projects/alpha/grants/g1");
    const auto grant = As("user/rita").Call(get);
    EXPECT_EQ(Why(grant), "OK");
    return grant.ok() ? *grant : v1::Grant();
  }
};

TEST_F(GrantMoveTest, IsOrderedOfTheSiteThatMaySpendLess) {
  const auto moved = As("user/paul").Call(Move(1000, "move"));
  ASSERT_EQ(Why(moved), "OK");
  EXPECT_THAT(moved->changes(), IsEmpty());
  ASSERT_THAT(moved->orders(), SizeIs(1));
  EXPECT_EQ(moved->orders(0).kind(), v1::GrantChange::MOVE);
  EXPECT_EQ(moved->orders(0).amount_base_units(), 1000);
  EXPECT_EQ(moved->orders(0).receiver(), "sites/p2chpd");
  EXPECT_THAT(moved->orders(0).sites(), testing::ElementsAre("psmn"));
  EXPECT_EQ(moved->orders(0).reason(), "the queue is long");
  const v1::Grant grant = Shown();
  EXPECT_EQ(grant.amount_base_units(), 3600);
  EXPECT_EQ(grant.ceilings(0).wanted_base_units(), 600) << "p2chpd, until psmn confirms";
  EXPECT_EQ(grant.ceilings(1).wanted_base_units(), 2000);
  EXPECT_EQ(grant.ceilings(1).held_base_units(), 3000);
}

TEST_F(GrantMoveTest, AskedTwiceIsOneMove) {
  const auto first = As("user/paul").Call(Move(1000, "move"));
  const auto again = As("user/paul").Call(Move(1000, "move"));
  ASSERT_EQ(Why(again), "OK");
  EXPECT_EQ(Bytes(*again), Bytes(*first));
  EXPECT_EQ(Shown().ceilings(1).wanted_base_units(), 2000);
  EXPECT_EQ(Why(As("user/paul").Call(Move(1001, "move"))), "REQUEST_ID_REUSED");
}

TEST_F(GrantMoveTest, ThatIsOnlyValidatedMovesNothing) {
  v1::MoveCeilingRequest dry = Move(1000, "move");
  dry.set_validate_only(true);
  EXPECT_EQ(Why(As("user/paul").Call(dry)), "OK");
  EXPECT_EQ(Shown().ceilings(1).wanted_base_units(), 3000);
}

TEST_F(GrantMoveTest, IsRefusedWithTheReason) {
  struct Row {
    const char* why;
    void (*change)(v1::MoveCeilingRequest&);
  };
  const Row rows[] = {
      {"NOT_ENOUGH_LEFT", [](v1::MoveCeilingRequest& move) { move.set_amount_base_units(3001); }},
      {"INVALID_AMOUNT", [](v1::MoveCeilingRequest& move) { move.set_amount_base_units(0); }},
      {"INVALID_ARGUMENT", [](v1::MoveCeilingRequest& move) { move.clear_reason(); }},
      {"INVALID_ARGUMENT", [](v1::MoveCeilingRequest& move) { move.set_to_site("sites/psmn"); }},
      {"INVALID_NAME", [](v1::MoveCeilingRequest& move) { move.set_from_site("psmn"); }},
      {"INVALID_NAME", [](v1::MoveCeilingRequest& move) { move.clear_to_site(); }},
      {"UNKNOWN_SITE", [](v1::MoveCeilingRequest& move) { move.set_to_site("sites/west"); }},
      {"UNKNOWN_GRANT",
       [](v1::MoveCeilingRequest& move) { move.set_grant("projects/alpha/grants/g9"); }}};
  for (const Row& row : rows) {
    v1::MoveCeilingRequest move = Move(1000, "move");
    row.change(move);
    EXPECT_EQ(Why(As("user/paul").Call(move)), row.why) << move.ShortDebugString();
  }
  EXPECT_EQ(Why(As("user/rita").Call(Move(1000, "move"))), "NOT_ALLOWED");
}

}  // namespace
}  // namespace mesolys
