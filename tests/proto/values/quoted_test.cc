#include "proto/values/quoted.h"

#include <string>

#include "gtest/gtest.h"

namespace mesolys {
namespace {

TEST(QuotedTest, KeepsLatinLettersAndEscapesWhatIsNoText) {
  const struct {
    std::string text;
    std::string quoted;
  } kCases[] = {
      {"", R"("")"},
      {"proj_a", R"("proj_a")"},
      {"Énergie à cœur", R"("Énergie à cœur")"},
      {"ÿŸĿɏ", R"("ÿŸĿɏ")"},
      {"a\"b\\c", R"("a\"b\\c")"},
      {"a\nb\x1b[31m", R"("a\nb\x1b[31m")"},
      {std::string("a\0b", 3), R"("a\x00\x62")"},
      // C1 controls, the blank and the hyphen that do not show, and what turns a line.
      {"\xc2\x9b", R"("\xc2\x9b")"},
      {"\xc2\xa0", R"("\xc2\xa0")"},
      {"\xc2\xad", R"("\xc2\xad")"},
      {"\u202e", R"("\xe2\x80\xae")"},
      {"\u0250", R"("\xc9\x90")"},
      // No UTF-8.
      {"\xc3", R"("\xc3")"},
      {"\xc3(", R"("\xc3(")"},
      {"\xc0\xa9", R"("\xc0\xa9")"},
      {"\xe9t\xe9", R"("\xe9t\xe9")"},
  };
  for (const auto& one : kCases) EXPECT_EQ(Quoted(one.text), one.quoted);
}

TEST(QuotedTest, CutsALongTextAndNoLetterInTwo) {
  EXPECT_EQ(Quoted(std::string(80, 'a')), "\"" + std::string(80, 'a') + "\"");
  EXPECT_EQ(Quoted(std::string(81, 'a')), "\"" + std::string(80, 'a') + "...\"");
  EXPECT_EQ(Quoted(std::string(79, 'a') + "éa"), "\"" + std::string(79, 'a') + "é...\"");
}

TEST(PrintableTest, IsAscii) { EXPECT_EQ(Printable("é\n"), R"(\xc3\xa9\n)"); }

}  // namespace
}  // namespace mesolys
