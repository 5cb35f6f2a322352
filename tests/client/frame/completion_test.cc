#include "client/frame/completion.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CompletionTest : public ClientTest {
 protected:
  // The words that `mesolys __complete` offers.
  std::vector<std::string> Offered(std::vector<std::string> words) {
    words.insert(words.begin(), "__complete");
    const Outcome outcome = Run(words);
    EXPECT_EQ(outcome.exit, ExitCode::kDone);
    EXPECT_EQ(outcome.err, "");
    std::vector<std::string> offered;
    size_t begin = 0;
    for (size_t end; (end = outcome.out.find('\n', begin)) != std::string::npos; begin = end + 1) {
      const std::string line = outcome.out.substr(begin, end - begin);
      EXPECT_NE(line.find('\t'), std::string::npos) << line;
      offered.push_back(line.substr(0, line.find('\t')));
    }
    return offered;
  }
};

TEST_F(CompletionTest, OffersNounsThenVerbsThenOptions) {
  EXPECT_THAT(Offered({"re"}), ElementsAre("request"));
  EXPECT_THAT(Offered({""}), Contains("balance"));
  EXPECT_THAT(Offered({}), Contains("balance"));
  EXPECT_THAT(Offered({"member", ""}), ElementsAre("add", "limit", "remove", "list"));
  EXPECT_THAT(Offered({"request", "create", "proj_a", "--jus"}), ElementsAre("--justification"));
  EXPECT_THAT(Offered({"request", "create", "--fo"}), ElementsAre("--for", "--format"));
  EXPECT_EQ(scheduler_.call_count(), 0);
}

TEST_F(CompletionTest, OffersTheValuesThatAnOptionKnows) {
  EXPECT_THAT(Offered({"balance", "--format", ""}), ElementsAre("table", "json", "csv"));
  EXPECT_THAT(Offered({"balance", "--format=c"}), ElementsAre("--format=csv"));
  EXPECT_THAT(Offered({"member", "add", "p", "u", "--role", "r"}), ElementsAre("researcher"));
  // As bash cuts it.
  EXPECT_THAT(Offered({"balance", "--format", "=", "j"}), ElementsAre("--format=json"));
  EXPECT_THAT(Offered({"balance", "--format", "="}),
              ElementsAre("--format=table", "--format=json", "--format=csv"));
}

TEST_F(CompletionTest, OffersNothingWhereOnlyTheCallerKnows) {
  EXPECT_THAT(Offered({"balance", ""}), IsEmpty());
  EXPECT_THAT(Offered({"request", "create", "--justification", ""}), IsEmpty());
  EXPECT_THAT(Offered({"nonsense", "--nonsense", "x"}), IsEmpty());
}

TEST_F(CompletionTest, OffersTheWordsThatAnArgumentKnows) {
  EXPECT_THAT(Offered({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(Offered({"completion", "bash", ""}), IsEmpty());
  EXPECT_THAT(Offered({"can-i", "gr"}), ElementsAre("grant"));
  EXPECT_THAT(Offered({"can-i", "grant", "ext"}), ElementsAre("extend"));
}

TEST_F(CompletionTest, OffersAgainOnlyWhatMayBeGivenAgain) {
  EXPECT_THAT(Offered({"usage", "list", "--by", "user", "--"}), Not(Contains("--by")));
  EXPECT_THAT(Offered({"request", "create", "--gpu", "a100=1h", "--"}), Contains("--gpu"));
  // Its value is no command.
  EXPECT_THAT(Offered({"--timeout", "site", ""}), Contains("site"));
}

TEST_F(CompletionTest, GivesEachShellAScriptThatAsksTheProgram) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Outcome outcome = Run({"completion", shell});
    EXPECT_EQ(outcome.exit, ExitCode::kDone) << shell;
    EXPECT_THAT(outcome.out, HasSubstr("mesolys __complete"));
  }
  const Outcome other = Run({"completion", "tcsh"});
  EXPECT_EQ(other.exit, ExitCode::kUsage);
  EXPECT_THAT(other.err, HasSubstr("\"tcsh\" is none of bash, zsh and fish"));
}

}  // namespace
}  // namespace mesolys::client
