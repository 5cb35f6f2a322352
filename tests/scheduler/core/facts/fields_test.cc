#include "scheduler/core/facts/fields.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/quantity.h"
#include "scheduler/core/rules/canonical_text.h"

namespace mesolys {
namespace {

using testing::ElementsAre;

struct Place {
  std::string site;
  std::string room;

  friend bool operator==(const Place&, const Place&) = default;
};

// As the first release wrote it.
struct MoveShelf {
  int64_t shelf = 0;
  Place to;
  std::string reason;

  FIELDS(MoveShelf, shelf, to.site, reason);
};

// As a later one does.
struct MoveShelfCarefully {
  int64_t shelf = 0;
  Place to;
  std::string reason;
  bool is_fragile = false;
  std::optional<Amount> load;

  FIELDS(MoveShelfCarefully, shelf, to.site, reason);
  LATER_FIELDS(MoveShelfCarefully, is_fragile, load);
};

template <typename Fact>
std::string TextOf(const Fact& fact) {
  CanonicalWriter out;
  out.Put(fact);
  return out.Take();
}

TEST(FieldsTest, AreVisitedInTheirOrderWithTheirPaths) {
  const MoveShelf move{7, {"north", "hall"}, "more light"};
  std::vector<std::string> names;
  MoveShelf::VisitFields(move, [&](const char* name, const auto&) { names.push_back(name); });
  EXPECT_THAT(names, ElementsAre("shelf", "to.site", "reason"));
  EXPECT_EQ(MoveShelf::kFieldCount, 3);
}

TEST(FieldsTest, CanBeSet) {
  MoveShelf move;
  MoveShelf::VisitFields(move, [](const char*, auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) value = "set";
  });
  EXPECT_EQ(move, (MoveShelf{0, {"set", ""}, "set"}));
}

TEST(FieldsTest, MakeFactsEqualWhichAgreeInAllThatTheyHold) {
  const MoveShelf move{7, {"north", "hall"}, "more light"};
  EXPECT_EQ(move, (MoveShelf{7, {"north", "hall"}, "more light"}));
  EXPECT_NE(move, (MoveShelf{7, {"north", "cellar"}, "more light"}));
}

TEST(FieldsTest, ThatALaterReleaseAddsLeaveTheDigestsOfYesterdayAlone) {
  EXPECT_EQ(TextOf(MoveShelfCarefully{7, {"north", ""}, "more light", false, std::nullopt}),
            TextOf(MoveShelf{7, {"north", ""}, "more light"}));
}

TEST(FieldsTest, ThatALaterReleaseAddsCountInEqualityAndNotAmongThoseOfYesterday) {
  const MoveShelfCarefully move{7, {"north", ""}, "more light", false, std::nullopt};
  EXPECT_NE(move, (MoveShelfCarefully{7, {"north", ""}, "more light", true, std::nullopt}));
  EXPECT_EQ(MoveShelfCarefully::kFieldCount, MoveShelf::kFieldCount);
}

TEST(FieldsTest, ThatALaterReleaseAddsAreDigestedByNameWhereTheyAreSet) {
  const std::string before = TextOf(MoveShelf{7, {"north", ""}, "more light"});
  EXPECT_EQ(TextOf(MoveShelfCarefully{7, {"north", ""}, "more light", true, std::nullopt}),
            before + "10:is_fragile;1;");
  EXPECT_EQ(TextOf(MoveShelfCarefully{7, {"north", ""}, "more light", false, Amount()}),
            before + "4:load;1;0;");
}

}  // namespace
}  // namespace mesolys
