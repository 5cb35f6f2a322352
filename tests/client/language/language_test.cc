#include "client/language/language.h"

#include <cstdlib>

#include "gmock/gmock.h"
#include "proto/values/reason.h"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using testing::HasSubstr;
using testing::Not;

class LanguageTest : public ClientTest {
 protected:
  ~LanguageTest() override { UseLanguage({}); }
};

TEST_F(LanguageTest, IsTheFirstThatTheEnvironmentNames) {
  const struct {
    Environment environment;
    bool is_french;
  } kCases[] = {
      {{}, false},
      {{{"LANG", "fr_FR.UTF-8"}}, true},
      {{{"LANG", "fr"}}, true},
      {{{"LANG", "fr_CA@euro"}}, true},
      {{{"LC_MESSAGES", "fr_FR.UTF-8"}}, true},
      {{{"LC_MESSAGES", "fr_FR.UTF-8"}, {"LANG", "en_US.UTF-8"}}, true},
      {{{"LC_MESSAGES", "en_US.UTF-8"}, {"LANG", "fr_FR.UTF-8"}}, false},
      {{{"LC_ALL", "C"}, {"LC_MESSAGES", "fr_FR.UTF-8"}}, false},
      {{{"LC_ALL", "POSIX"}, {"LANGUAGE", "fr"}}, false},
      {{{"LANG", "C.UTF-8"}, {"LANGUAGE", "fr"}}, false},
      {{{"LANG", "en_US.UTF-8"}, {"LANGUAGE", "fr:en"}}, true},
      {{{"LANG", "fr_FR.UTF-8"}, {"LANGUAGE", "en:fr"}}, false},
      {{{"LANG", "xx_XX.UTF-8"}}, false},
      {{{"LANG", "xx_XX.UTF-8"}, {"LANGUAGE", "xx:fr"}}, true},
      {{{"LANG", "../../etc"}}, false},
  };
  for (const auto& each : kCases) {
    UseLanguage(each.environment);
    EXPECT_EQ(Tr("RESOURCE") == "RESSOURCE", each.is_french)
        << testing::PrintToString(each.environment);
  }
}

TEST_F(LanguageTest, FillsHolesAndChoosesTheFormOfANumber) {
  EXPECT_EQ(Tr(""), "");
  EXPECT_EQ(TrIn("receiver", "TO"), "TO");
  EXPECT_EQ(Tr("$0 is not an option of $1", "--x", "mesolys"), "--x is not an option of mesolys");
  const auto columns = [](int64_t count) {
    return TrCount("(a wider terminal has $0 column more)",
                   "(a wider terminal has $0 columns more)", count);
  };
  EXPECT_EQ(columns(1), "(a wider terminal has 1 column more)");
  EXPECT_EQ(columns(2), "(a wider terminal has 2 columns more)");
  UseLanguage({{"LANG", "fr"}});
  EXPECT_EQ(Tr(""), "");
  EXPECT_EQ(TrIn("receiver", "TO"), "VERS");
  EXPECT_EQ(TrIn("nothing", "TO"), "TO");
  EXPECT_THAT(columns(1), HasSubstr("1 colonne"));
  EXPECT_THAT(columns(2), HasSubstr("2 colonnes"));
}

TEST_F(LanguageTest, HelpErrorsAndRefusalsAreInIt) {
  environment_["LC_MESSAGES"] = "fr_FR.UTF-8";
  environment_.erase("LC_ALL");
  EXPECT_THAT(Run({"balance", "-h"}).out, HasSubstr("Exemples"));
  EXPECT_THAT(Run({"balanse"}).err, HasSubstr("vouliez-vous"));
  EXPECT_THAT(Run({"balance"}).err, HasSubstr("Exemple : mesolys balance proj_a"));
  EXPECT_THAT(Run({"balance", "Proj!"}).err, Not(HasSubstr(" is not ")));
  scheduler_.AnswerNext(Refuse(Reason::kUnknownProject,
                               Say("there is no project \"ghost\"; see `mesolys project list`")));
  EXPECT_THAT(Run({"balance", "ghost"}).err, HasSubstr("projet"));
  StopServer();
  EXPECT_THAT(Run({"balance", "proj_a", "--timeout", "200ms"}).err, HasSubstr("rien n'a"));
}

TEST_F(LanguageTest, AScriptReadsEnglish) {
  environment_["LC_ALL"] = "fr_FR.UTF-8";
  scheduler_.AnswerNext(Refuse(Reason::kUnknownProject,
                               Say("there is no project \"ghost\"; see `mesolys project list`")));
  const Outcome outcome = Run({"balance", "ghost", "--format", "json"});
  EXPECT_THAT(outcome.out, HasSubstr("there is no project"));
  EXPECT_THAT(outcome.err, HasSubstr("there is no project"));
}

}  // namespace
}  // namespace mesolys::client
