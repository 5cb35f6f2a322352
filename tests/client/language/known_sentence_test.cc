#include "client/language/known_sentence.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "client/language/language.h"
#include "gmock/gmock.h"
#include "proto/values/reason.h"

namespace mesolys::client {
namespace {

using testing::HasSubstr;
using testing::Not;

class KnownSentenceTest : public testing::Test {
 protected:
  KnownSentenceTest() { UseLanguage({{"LC_ALL", "fr_FR.UTF-8"}}); }
  ~KnownSentenceTest() override { UseLanguage({}); }

  // The sentence with <0>, <1> and so on where something varies.
  static std::string Filled(const char* known) {
    return absl::Substitute(known, "<0>", "<1>", "<2>", "<3>", "<4>", "<5>", "<6>", "<7>", "<8>",
                            "<9>");
  }

  // The holes in order of appearance: "201" of "$2 of $0, $1".
  static std::string HolesOf(absl::string_view known) {
    std::string holes;
    for (size_t at = known.find('$'); at < known.size(); at = known.find('$', at + 1)) {
      holes += known[at + 1];
    }
    return holes;
  }
};

TEST_F(KnownSentenceTest, EachIsToldWithAllThatVaries) {
  EXPECT_GT(KnownSentences().size(), 300U);
  for (const char* known : KnownSentences()) {
    const std::string told = Told(Filled(known));
    EXPECT_EQ(told, Filled(Tr(known).c_str())) << known;
    for (const char hole : HolesOf(known)) {
      EXPECT_THAT(told, HasSubstr(absl::StrCat("<", std::string(1, hole), ">"))) << known;
    }
  }
}

TEST_F(KnownSentenceTest, HasWordsBetweenItsHoles) {
  for (const char* known : KnownSentences()) EXPECT_THAT(Filled(known), Not(HasSubstr("><")));
}

TEST_F(KnownSentenceTest, IsToldOfTheStatusThatWasMadeOfIt) {
  const absl::Status status =
      Refuse(Reason::kThresholdReached,
             Say("$0: $1 asked, $2 would be accepted: $3", "cpu", "5 h", "there is no request r5",
                 Say("storage follows compute, and the sites of the hours have no more")));
  EXPECT_EQ(Told(status),
            "cpu : demande de 5 h, acceptable jusqu'à il n'y a pas de demande r5 : le stockage "
            "suit le calcul, et les sites des heures n'en ont pas davantage");
  EXPECT_EQ(Told(Refuse(Reason::kUnknownRequest, Say("the moon has $0", "no request"))),
            "the moon has no request");
  EXPECT_EQ(Told(Refuse(Refusal{Reason::kUnknownRequest, "there is no request r5", {}})),
            "il n'y a pas de demande r5");
  UseLanguage({});
  EXPECT_EQ(Told(status), status.message());
}

// A hole takes in no more than what belongs into it.
TEST_F(KnownSentenceTest, IsToldPartByPart) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"site \"x\"", "le site \"x\""},
      {"user \"bob\"", "l'utilisateur \"bob\""},
      {"account b is to be below y at psmn", "le compte b doit être placé sous y sur psmn"},
      {"cpu: 5 h asked, 3 h would be accepted: psmn can still grant 8 h within the period; ask for "
       "less, for longer or for other sites",
       "cpu : demande de 5 h, acceptable jusqu'à 3 h : il reste 8 h à attribuer sur psmn dans la "
       "période ; demandez moins, une période plus longue ou d'autres sites"},
  };
  for (const auto& [sentence, told] : rows) EXPECT_EQ(Told(sentence), told);
}

TEST_F(KnownSentenceTest, IsAsItIsInEnglish) {
  UseLanguage({});
  for (const char* known : KnownSentences()) EXPECT_EQ(Told(Filled(known)), Filled(known));
  EXPECT_EQ(Told("user bob is gone; repaired"), "user bob is gone; repaired");
}

TEST_F(KnownSentenceTest, StaysWhereItIsNotKnown) {
  for (const std::string& sentence : std::vector<std::string>{
           "",
           "$0",
           "the moon is full",
           "there is no request",                     // cut
           "there is no request r",                   // nothing where something varies
           "the moon says there is no request r5",    // more before
           "il n'y a pas de demande r5",              // told already
           "the site still holds it said the agent",  // more behind
           "the moon is full; the sun is not",
           "il n'y a pas de demande r5 ; voyez plus bas",
       }) {
    EXPECT_EQ(Told(sentence), sentence);
  }
}

TEST_F(KnownSentenceTest, IsTheOneWithMostOfItsOwnWords) {
  EXPECT_EQ(Told("eve may not use `mesolys grant extend` here; allowed: operator"),
            "eve n'a pas le droit d'utiliser `mesolys grant extend` ici ; autorisés : operator");
  EXPECT_EQ(
      Told("the agent of psmn may not use `mesolys member add` here; allowed: operator, PI of the "
           "project"),
      "l'agent de psmn n'a pas le droit d'utiliser `mesolys member add` ici ; autorisés : "
      "operator, porteur du projet");
  EXPECT_EQ(Told("cannot collect: the slice was lost"), "collecte impossible : the slice was lost");
  EXPECT_EQ(Told("cannot collect: sacct --allusers: exit status 1: error"),
            "collecte impossible : sacct --allusers : code de retour 1 : error");
}

TEST_F(KnownSentenceTest, IsToldPartByPartBetweenSemicolons) {
  EXPECT_EQ(Told("user bob is gone; repaired; login eve waits for its Unix account"),
            "l'utilisateur bob a disparu ; réparé ; eve attend son compte Unix");
  EXPECT_EQ(Told("user bob is gone; the moon is full"),
            "l'utilisateur bob a disparu ; the moon is full");
  EXPECT_THAT(Told("project \"\" is not an id: use a letter, then at most 29 of a-z, 0-9, _ or -"),
              Not(HasSubstr("use a letter")));
  // A hole at the end of one takes in nothing of what is known behind it.
  EXPECT_THAT(Told("GrpTRESMins cpu is 9, it was left at 6; user alice is gone; repaired"),
              HasSubstr(" ; l'utilisateur alice a disparu ; réparé"));
  // Before a colon stands what says whose it is.
  EXPECT_EQ(Told("THRESHOLD_REACHED: there is no request r5"),
            "THRESHOLD_REACHED : il n'y a pas de demande r5");
  EXPECT_EQ(
      Told("THRESHOLD_REACHED: gpu-h100: 1000 h asked, 125 h would be accepted: the moon is full"),
      "THRESHOLD_REACHED : gpu-h100 : demande de 1000 h, acceptable jusqu'à 125 h : the moon is "
      "full");
  EXPECT_EQ(Told("account bio is to be closed at psmn: sacctmgr -i: exit status 1: no"),
            "le compte bio doit être fermé sur psmn : sacctmgr -i : code de retour 1 : no");
  // An agent escapes the apostrophes.
  EXPECT_EQ(Told("sacctmgr tells no association of psmn, not even root\\'s"),
            "sacctmgr ne donne aucune association de psmn, pas même celle de root");
  // A semicolon of its own does not divide one that fits as a whole.
  EXPECT_EQ(Told("project proj_a exists; choose another id"),
            "le projet proj_a existe déjà ; choisissez un autre identifiant");
}

}  // namespace
}  // namespace mesolys::client
