#include "proto/values/sentence.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "gtest/gtest.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

TEST(SentenceTest, HasItsArgumentsWhereItsHolesAre) {
  EXPECT_EQ(Say("there is no site \"$0\"; see `mesolys site list`", "psmn").Render(),
            "there is no site \"psmn\"; see `mesolys site list`");
  EXPECT_EQ(Say("$0 has no $1; see $0", std::string("psmn"), 5).Render(),
            "psmn has no 5; see psmn");
  EXPECT_EQ(Say("nothing varies").Render(), "nothing varies");
  EXPECT_EQ(Say("$$0 costs $$$0$$", 7).Render(), "$0 costs $7$");
}

TEST(SentenceTest, TakesArgumentsAsTheyAre) {
  EXPECT_EQ(Say("$0, $1", "$1", "$0").Render(), "$1, $0");
  EXPECT_EQ(Say("$0: $1", Say("$0 is negative", -5), Say("write it as 5h")).Render(),
            "-5 is negative: write it as 5h");
}

TEST(SentenceTest, OfAnotherProgramRendersWhatCanBe) {
  EXPECT_EQ((Sentence{"$0 and $1 $x $", {"a"}}.Render()), "a and $1 $x $");
}

TEST(SentenceTest, ComesBackFromAStatus) {
  const Sentence sentence = Say("$0: $1", std::string("3:a\0\n\xff:", 7), "");
  const absl::Status status = Refuse(Reason::kSiteExhausted, sentence, {{"left", "5"}});
  EXPECT_EQ(status.message(), sentence.Render());
  EXPECT_EQ(SentenceOf(status), sentence);
  EXPECT_EQ(RefusalOf(status),
            (Refusal{Reason::kSiteExhausted, sentence.Render(), {{"left", "5"}}}));
}

TEST(SentenceTest, AStatusWithoutOneTellsNone) {
  EXPECT_EQ(SentenceOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(SentenceOf(Refuse(Refusal{Reason::kSiteExhausted, "full", {}})), std::nullopt);
  for (const char* payload : {"", "5:", "4:full1", ":", "x"}) {
    absl::Status status = absl::InternalError("full");
    status.SetPayload("mesolys/sentence", absl::Cord(payload));
    EXPECT_EQ(SentenceOf(status), std::nullopt) << payload;
  }
}

}  // namespace
}  // namespace mesolys
