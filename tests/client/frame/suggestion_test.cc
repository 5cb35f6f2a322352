#include "client/frame/suggestion.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace mesolys::client {
namespace {

TEST(SuggestionTest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> nouns = {"site",  "project", "member", "request",
                                          "grant", "balance", "usage",  "whoami"};
  struct Row {
    std::string typed;
    std::string meant;
  };
  for (const Row& row : std::vector<Row>{{"sit", "site"},
                                         {"iste", "site"},  // two letters swapped
                                         {"projetc", "project"},
                                         {"balanc", "balance"},
                                         {"grnat", "grant"},
                                         {"membre", "member"},
                                         {"who", ""},  // too far from whoami
                                         {"x", ""},
                                         {"", ""},
                                         {"frugality", ""}}) {
    EXPECT_EQ(Closest(row.typed, nouns), row.meant) << row.typed;
  }
}

TEST(SuggestionTest, IsSilentAboutVeryLongWords) {
  const std::string word(1000, 'a');
  EXPECT_EQ(Closest(word, {word + "b"}), "");
}

TEST(SuggestionTest, TakesTheFirstOfEquals) {
  EXPECT_EQ(Closest("lost", {"list", "last"}), "list");
}

}  // namespace
}  // namespace mesolys::client
