#include "agent/process/utf8.h"

#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

TEST(OneLineTest, LeavesWellFormedTextAsItIsAndNoOther) {
  const struct {
    const char* text;
    bool is_utf8;
  } kCases[] = {
      {"", true},
      {"plain", true},
      {"caf\xC3\xA9", true},
      {"\xE2\x82\xAC \xF0\x9F\x9A\x80", true},
      {"caf\xE9", false},           // Latin-1
      {"\xC0\x80", false},          // overlong
      {"\xE0\x9F\xBF", false},      // overlong
      {"\xED\xA0\x80", false},      // a surrogate
      {"\xF4\x90\x80\x80", false},  // past U+10FFFF
      {"\xE2\x82", false},          // cut
      {"\x80", false},
      {"\xFF", false},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(OneLine(one.text, 100) == one.text, one.is_utf8) << one.text;
  }
}

TEST(OneLineTest, IsOneLineThatAnyTerminalMayShow) {
  EXPECT_EQ(OneLine("a\tb\nc\x1B[31m\x7F", 100), "a\\x09b\\x0Ac\\x1B[31m\\x7F");
  EXPECT_EQ(OneLine("caf\xC3\xA9 caf\xE9", 100), "caf\xC3\xA9 caf\\xE9");
  EXPECT_EQ(OneLine("back\\slash", 100), "back\\x5Cslash");
}

TEST(OneLineTest, CutsAndSaysSo) {
  EXPECT_EQ(OneLine("abcdef", 6), "abcdef");
  EXPECT_EQ(OneLine("abcdefg", 6), "abcdef...");
  // The cut goes through a character: what is left of it is no character.
  EXPECT_EQ(OneLine("ab\xC3\xA9", 3), "ab\\xC3...");
}

}  // namespace
}  // namespace mesolys::agent
