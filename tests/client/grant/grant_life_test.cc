// The verbs that change a grant, and the destructive ones of any noun.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/values/reason.h"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Words = std::vector<std::string>;

// A command without its --reason, and what it answers.
struct Row {
  Words words;
  std::string list;  // of the JSON object, with one entry
  std::string kind;
  int64_t amount = 0;
  std::string says;  // on the error stream
};

const std::vector<Row>& EveryVerb() {
  static const auto& rows = *new std::vector<Row>{
      {{"grant", "supplement", "proj_a/g2", "--amount", "500h"},
       "changes",
       "SUPPLEMENT",
       1'800'000,
       "grant proj_a/g2 is changed"},
      {{"grant", "extend", "proj_a/g2", "--to", "2027-09-01"},
       "changes",
       "EXTENSION",
       0,
       "grant proj_a/g2 is changed"},
      {{"grant", "transfer", "proj_a/g2", "--amount", "100h", "--to", "proj_b"},
       "orders",
       "TRANSFER_OUT",
       360'000,
       "100 h wait until psmn confirms a lower ceiling"},
      {{"grant", "adjust", "projects/proj_a/grants/g3", "--overdrawn", "proj_a/g1", "--amount",
        "90min"},
       "orders",
       "ADJUSTMENT_OUT",
       5'400,
       "1.5 h wait until psmn confirms a lower ceiling"},
      {{"grant", "move", "proj_a/g4", "--from", "psmn", "--to", "p2chpd", "100h"},
       "orders",
       "MOVE",
       360'000,
       "100 h wait until psmn confirms a lower ceiling"},
      {{"grant", "release", "proj_a/g4", "--amount", "10h"},
       "orders",
       "RELEASE",
       36'000,
       "10 h wait until psmn confirms a lower ceiling"},
      {{"grant", "revoke", "proj_a/g2", "--yes"},
       "orders",
       "REVOCATION",
       68'313'600,
       "18976 h wait until psmn confirms a lower ceiling"},
      {{"grant", "write-off", "proj_a/g1", "--amount", "10h"},
       "changes",
       "WRITE_OFF",
       36'000,
       "grant proj_a/g1 is changed"},
      {{"grant", "opening-balance", "proj_a/g2", "--site", "psmn", "--amount", "1200h"},
       "changes",
       "OPENING_BALANCE",
       4'320'000,
       "grant proj_a/g2 is changed"}};
  return rows;
}

class GrantLifeTest : public ClientTest {
 protected:
  Outcome Give(Words words, const Words& more = {}) {
    words.insert(words.end(), {"--reason", "Agreed"});
    words.insert(words.end(), more.begin(), more.end());
    return Run(words);
  }
};

TEST_F(GrantLifeTest, ChangesNothingOnADryRun) {
  for (const Row& row : EveryVerb()) {
    const Outcome outcome = Give(row.words, {"--dry-run", "--format", "json"});
    EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(" would ")) << row.kind;
    const auto json = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(json[row.list][0]["kind"], row.kind);
  }
  EXPECT_THAT(scheduler_.applied(), IsEmpty());
  EXPECT_THAT(scheduler_.received(), SizeIs(EveryVerb().size()));
}

// What takes back all that is left comes last.
TEST_F(GrantLifeTest, PrintsWhatChangedAndWhatWaits) {
  std::vector<Row> rows = EveryVerb();
  std::stable_partition(rows.begin(), rows.end(),
                        [](const Row& row) { return row.kind != "REVOCATION"; });
  for (const Row& row : rows) {
    const Outcome outcome = Give(row.words, {"--format", "json"});
    EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
    EXPECT_EQ(outcome.err, absl::StrCat("mesolys: ", row.says, "\n"));
    const auto json = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(json["schema"], 1);
    EXPECT_THAT(json[row.list], SizeIs(1)) << row.kind;
    const auto& entry = json[row.list][0];
    EXPECT_EQ(entry["kind"], row.kind);
    EXPECT_EQ(entry["amount_base_units"], row.amount) << row.kind;
    EXPECT_EQ(entry["reason"], "Agreed");
  }
  EXPECT_THAT(scheduler_.applied(), SizeIs(rows.size()));
}

// What was forgiven of an overdraft no site holds, so it moves at once when it is free again.
TEST_F(GrantLifeTest, NamesTheGrantThatCameOfATransfer) {
  ASSERT_EQ(Give({"grant", "write-off", "proj_a/g1", "--amount", "10h"}).exit, ExitCode::kDone);
  ASSERT_EQ(Give({"usage", "refund", "psmn:4005"}).exit, ExitCode::kDone);
  const Words words = {"grant", "transfer", "proj_a/g1", "--amount", "5h", "--to", "proj_b"};
  const Outcome outcome = Give(words);
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("transfer out    -5 h  proj_b/g5"));
  EXPECT_THAT(outcome.out, HasSubstr("proj_b/g5  gpu-a100     5 h"));
  const auto json = nlohmann::json::parse(Give(words, {"--format", "json"}).out);
  EXPECT_EQ(json["grants"][0]["name"], "projects/proj_b/grants/g6");
}

TEST_F(GrantLifeTest, ShowsInTheGrantWhatWasDone) {
  ASSERT_EQ(Give({"grant", "supplement", "proj_a/g2", "--amount", "500h", "--site", "p2chpd"}).exit,
            ExitCode::kDone);
  ASSERT_EQ(Give({"grant", "extend", "proj_a/g2", "--to", "2027-09-01"}).exit, ExitCode::kDone);
  const std::string shown = Run({"grant", "show", "proj_a/g2"}).out;
  EXPECT_THAT(shown, HasSubstr("+500 h              p2chpd +500 h"));
  EXPECT_THAT(shown, HasSubstr("2027-09-01"));
}

TEST_F(GrantLifeTest, RefusesByRuleWithItsOwnExitCode) {
  for (const Words& words : std::vector<Words>{
           {"grant", "supplement", "proj_a/g2", "--amount", "90000000h"},
           {"grant", "transfer", "proj_a/g2", "--amount", "50001h", "--to", "proj_b"},
           {"grant", "adjust", "proj_a/g3", "--overdrawn", "proj_a/g1", "--amount", "11h"},
           {"grant", "release", "proj_a/g1", "--amount", "101h"},
           {"grant", "write-off", "proj_a/g2", "--amount", "1h"}}) {
    const Outcome outcome = Give(words);
    EXPECT_EQ(outcome.exit, ExitCode::kRefused) << words[1] << outcome.err;
    EXPECT_THAT(outcome.out, IsEmpty());
  }
  EXPECT_EQ(
      Give({"grant", "opening-balance", "proj_a/g2", "--site", "p2chpd", "--amount", "5h"}).exit,
      ExitCode::kNotFound);
  ASSERT_EQ(Give({"grant", "revoke", "proj_a/g2", "--yes"}).exit, ExitCode::kDone);
  const Outcome again = Give({"grant", "revoke", "proj_a/g2", "--yes"}, {"--format", "json"});
  EXPECT_EQ(again.exit, ExitCode::kRefused);
  EXPECT_EQ(nlohmann::json::parse(again.out)["error"]["reason"], "GRANT_REVOKED");
}

TEST_F(GrantLifeTest, RefusesWhatCannotBeRead) {
  struct Bad {
    Words words;
    std::string says;
  };
  for (const Bad& bad : std::vector<Bad>{
           {{"supplement", "proj_a", "--amount", "5h"}, "\"proj_a\" is not a grant"},
           {{"supplement", "proj_a/g2", "--amount", "5"}, "--amount: \"5\" has no unit"},
           {{"supplement", "proj_a/g2", "--amount", "2TB"}, "which cpu does not have"},
           {{"supplement", "proj_a/g2", "--amount", "-5h"}, "is negative"},
           {{"supplement", "proj_a/g2", "--amount", "5h", "--site", "PSMN"}, "--site"},
           {{"supplement", "proj_a/g2"}, "--amount is required\n  Example: mesolys grant suppl"},
           {{"extend", "proj_a/g2", "--to", "later"}, "--to: \"later\" is not a date"},
           {{"extend", "proj_a/g2"}, "--to is required"},
           {{"extend", "proj_a/g2", "--to", "2027-01-01"}, "a later end is right"},
           {{"transfer", "proj_a/g2", "--amount", "5h", "--to", "proj_b/17"}, "--to: "},
           {{"transfer", "proj_a/g2", "--amount", "5h", "--to", "Proj"}, "--to: "},
           {{"move", "proj_a/g4", "--from", "PSMN", "--to", "p2chpd", "5h"}, "--from: "},
           {{"move", "proj_a/g4", "--from", "psmn", "--to", "p2chpd", "5TB"},
            "which cpu does not have"},
           {{"move", "proj_a/g4", "--from", "psmn", "5h"}, "--to is required"},
           {{"move", "proj_a/g4", "--from", "psmn", "--to", "p2chpd"}, "AMOUNT is required"},
           {{"adjust", "proj_a/g2", "--amount", "5h", "--overdrawn", "g2"}, "--overdrawn: "},
           {{"release", "proj_a/g1", "--amount", "5TB"}, "which gpu-a100 does not have"},
           {{"revoke", "g2", "--yes"}, "\"g2\" is not a grant"},
           {{"revoke", "proj_a/g2", "--amount", "5h"}, "\"--amount\" is not an option"},
           {{"write-off", "proj_a/g1", "--amount", "all"}, "is not an amount of gpu-a100"},
           {{"opening-balance", "proj_a/g2", "--amount", "5h"}, "--site is required"}}) {
    Words words = bad.words;
    words.insert(words.begin(), "grant");
    const Outcome outcome = Give(words);
    EXPECT_EQ(outcome.exit, ExitCode::kUsage) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(bad.says));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
  EXPECT_THAT(Run({"grant", "release", "proj_a/g1", "--amount", "5h"}).err,
              HasSubstr("--reason is required"));
  EXPECT_THAT(scheduler_.applied(), IsEmpty());
  EXPECT_EQ(Give({"grant", "release", "proj_a/g404", "--amount", "5h"}).exit, ExitCode::kNotFound);
}

// The destructive verbs, and the name that each asks for.
struct Destruction {
  Words words;
  std::string name;
};

std::vector<Destruction> EveryDestruction() {
  return {{{"grant", "revoke", "projects/proj_a/grants/g2"}, "proj_a/g2"},
          {{"site", "write-off", "psmn"}, "psmn"}};
}

TEST_F(GrantLifeTest, AsksForTheNameOfWhatItDestroys) {
  for (const Destruction& row : EveryDestruction()) {
    asks_ = true;
    for (const std::string typed : {"", "\n", "yes\n", "proj_a/g1\n"}) {
      typed_ = typed;
      const Outcome outcome = Give(row.words);
      EXPECT_EQ(outcome.exit, ExitCode::kUsage);
      EXPECT_THAT(outcome.err, HasSubstr(absl::StrCat(". Type ", row.name, " to go on: ")));
      EXPECT_THAT(outcome.err, HasSubstr(absl::StrCat("is not ", row.name, "; nothing was ch")));
      EXPECT_THAT(outcome.out, IsEmpty());
    }
    EXPECT_THAT(scheduler_.received(), IsEmpty());
  }
  for (const Destruction& row : EveryDestruction()) {
    typed_ = absl::StrCat(" ", row.name, "\n");
    const Outcome outcome = Give(row.words);
    EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
    EXPECT_THAT(outcome.out, Not(IsEmpty()));
  }
  EXPECT_THAT(scheduler_.applied(), SizeIs(2));
}

TEST_F(GrantLifeTest, DestroysWithoutATerminalOnlyWhenTold) {
  for (const Destruction& row : EveryDestruction()) {
    typed_ = row.name + "\n";  // a pipe is nobody
    const Outcome outcome = Give(row.words);
    EXPECT_EQ(outcome.exit, ExitCode::kUsage);
    EXPECT_THAT(outcome.err, HasSubstr("give --yes to mean it. Nothing was changed"));
    EXPECT_EQ(Give(row.words, {"--dry-run"}).exit, ExitCode::kDone) << "a dry run destroys nothing";
  }
  EXPECT_THAT(scheduler_.applied(), IsEmpty());
  for (const Destruction& row : EveryDestruction()) {
    EXPECT_EQ(Give(row.words, {"--yes"}).exit, ExitCode::kDone);
  }
  EXPECT_THAT(scheduler_.applied(), SizeIs(2));
}

TEST_F(GrantLifeTest, ReUsesTheKeyWhetherSomebodyWasAskedOrNot) {
  const Words words = {"grant", "revoke", "proj_a/g2"};
  scheduler_.LoseNextAnswers(1000);
  EXPECT_EQ(Give(words, {"--yes", "--timeout", "2s"}).exit, ExitCode::kOutcomeUnknown);
  scheduler_.LoseNextAnswers(0);
  asks_ = true;
  typed_ = "proj_a/g2\n";
  const Outcome again = Give(words);
  EXPECT_EQ(again.exit, ExitCode::kDone) << again.err;
  EXPECT_THAT(again.err, HasSubstr("re-using the key"));
  EXPECT_THAT(scheduler_.applied(), SizeIs(1));
}

}  // namespace
}  // namespace mesolys::client
