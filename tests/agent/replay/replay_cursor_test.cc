#include "agent/replay/replay_cursor.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

TEST(ReplayCursorTest, GoesIntoATextAndBack) {
  ReplayCursor cursor;
  EXPECT_EQ(ParseReplayCursor(ToText(cursor)), cursor);
  cursor = {1, ~uint64_t{0}, -3, 4, true, 5, 6, 7, 8, 9, 10, 11, true, 12};
  EXPECT_EQ(ParseReplayCursor(ToText(cursor)), cursor);
}

TEST(ReplayCursorTest, IsNothingForAnyOtherText) {
  const std::string good = ToText(ReplayCursor());
  for (const std::string& text :
       {std::string(), std::string("17"), good + " 1", good.substr(0, good.rfind(' ')), "x" + good,
        absl::StrCat(good.substr(0, good.size() - 1), "z")}) {
    EXPECT_FALSE(ParseReplayCursor(text).has_value()) << text;
  }
  ReplayCursor negative;
  negative.offset = -1;
  EXPECT_FALSE(ParseReplayCursor(ToText(negative)).has_value());
}

}  // namespace
}  // namespace mesolys::agent
