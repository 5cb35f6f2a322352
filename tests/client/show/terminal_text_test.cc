#include "client/show/terminal_text.h"

#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace mesolys::client {
namespace {

TEST(TerminalTextTest, EscapesWhatCouldSteerATerminal) {
  struct Row {
    std::string text;
    std::string shown;
  };
  for (const Row& row :
       std::vector<Row>{{"plain", "plain"},
                        {"Pôle 计算 😀", "Pôle 计算 😀"},
                        {"\x1b[2J", "\\x1b[2J"},
                        {"a\nb\tc\rd", "a\\nb\\tc\\rd"},
                        {std::string("\0", 1), "\\x00"},
                        {"\x7f", "\\x7f"},
                        {"\xc2\x9b"
                         "31m",
                         "\\u009b31m"},  // CSI as one character
                        {"\xe2\x80\xae"
                         "abc",
                         "\\u202eabc"},                                // right-to-left override
                        {"\xe2\x80\xa8", "\\u2028"},                   // line separator
                        {"\xff\xfe", "\\xff\\xfe"},                    // not UTF-8
                        {"\xc0\x9b", "\\xc0\\x9b"},                    // an overlong form of ESC
                        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
                        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond Unicode
                        {"\xc3", "\\xc3"}}) {                          // cut in the middle
    EXPECT_EQ(Escaped(row.text), row.shown);
  }
}

TEST(TerminalTextTest, CountsColumnsAndNotBytes) {
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("é"), 1U);
  EXPECT_EQ(DisplayWidth("e\xcc\x81"), 1U);  // with a combining accent
  EXPECT_EQ(DisplayWidth("计算"), 4U);
  EXPECT_EQ(DisplayWidth("😀"), 2U);
  EXPECT_EQ(DisplayWidth("██"), 2U);
  EXPECT_EQ(DisplayWidth("\xff"), 1U);
}

TEST(TerminalTextTest, DrawsUsedCommittedAndLeft) {
  struct Row {
    int64_t used;
    int64_t committed;
    int64_t whole;
    std::string bar;
  };
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  for (const Row& row : std::vector<Row>{{0, 0, 100, "[..........]"},
                                         {50, 20, 100, "[#####++...]"},
                                         {1, 0, 1000, "[#.........]"},    // the least use shows
                                         {999, 0, 1000, "[#########.]"},  // not full yet
                                         {100, 0, 100, "[##########]"},
                                         {150, 50, 100, "[##########]"},
                                         {0, 100, 100, "[++++++++++]"},
                                         {kMax, kMax, kMax, "[##########]"},
                                         {kMax / 2, 0, kMax, "[####......]"},
                                         {0, 0, 0, ""},
                                         {-1, 0, 100, ""}}) {
    EXPECT_EQ(Bar(row.used, row.committed, row.whole, /*utf8=*/false), row.bar)
        << row.used << " " << row.committed << " " << row.whole;
  }
  EXPECT_EQ(Bar(50, 20, 100, /*utf8=*/true), "█████▒▒░░░");
}

TEST(SparklineTest, IsTallerForMore) {
  EXPECT_EQ(Sparkline({1, 0, 8, 16, -3}, /*utf8=*/true), "▁ ▅█ ");
  EXPECT_EQ(Sparkline({1, 0, 8, 16}, /*utf8=*/false), ". +#");
  EXPECT_EQ(Sparkline({}, true), "");
  EXPECT_EQ(Sparkline({0, 0}, true), "  ");
  EXPECT_EQ(Sparkline({INT64_MAX, INT64_MAX / 2}, true), "█▄");
}

}  // namespace
}  // namespace mesolys::client
