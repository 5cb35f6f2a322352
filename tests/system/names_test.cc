// One rule for all nouns: a name that is not of its form ends a command with 2, one of the right
// form that nothing has with 4. By the real client, of every verb that takes the name of a project,
// grant, request, site, cluster, account, job, resource or row of the log.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/system/cli_world.h"

namespace mesolys {
namespace {

using testing::HasSubstr;

struct Row {
  std::string words;      // of the command line; NAME is what is wrong, "+" a space within a word
  std::string unknown;    // of the right form, and nothing has it
  std::string malformed;  // of no form
};

constexpr char kPeriod[] = "--from 2026-07-01 --to 2026-08-01";

std::vector<Row> Rows() {
  const std::string ask = absl::StrCat(kPeriod, " --justification x");
  const std::string create = absl::StrCat(" ", kPeriod, " --title T --pi paul");
  const auto project = [&](const std::string& words) { return Row{words, "ghost", "Ghost!"}; };
  const auto grant = [&](const std::string& words) { return Row{words, "lab/g99", "lab/99"}; };
  const auto site = [&](const std::string& words) { return Row{words, "mars", "Mars!"}; };
  return {
      project("project show NAME"),
      project("project create new --institution ens --programme chair --parent NAME" + create),
      project("project create new --institution NAME --programme chair" + create),
      project("project create new --institution ens --programme NAME" + create),
      project("project create new --institution ens --programme chair --data-class NAME" + create),
      project("project link NAME n1:account"),
      project("project unlink NAME n1:account --reason x --yes"),
      project("project archive NAME --reason x --yes"),
      project("member add NAME bob --role researcher"),
      project("member remove NAME bob"),
      project("member list NAME"),
      project("request create NAME --cpu 1h " + ask),
      project(absl::StrCat("quote NAME --cpu 1h ", kPeriod)),
      project("member limit NAME bob --site north cpu=1h"),
      project("request list NAME"),
      project("grant list NAME"),
      project("grant transfer lab/g1 --amount 1h --reason x --to NAME"),
      project("balance NAME"),
      project("usage list NAME"),
      project("usage list NAME --uncovered"),
      project("why NAME"),
      grant("grant show NAME"),
      grant("grant supplement NAME --amount 1h --reason x"),
      grant("grant extend NAME --to 2027-01-01 --reason x"),
      grant("grant transfer NAME --amount 1h --reason x --to lab"),
      grant("grant transfer lab/g1 --amount 1h --reason x --to NAME"),
      grant("grant move NAME --from north --to south 1h --reason x"),
      grant("grant adjust NAME --overdrawn lab/g1 --amount 1h --reason x"),
      grant("grant adjust lab/g1 --overdrawn NAME --amount 1h --reason x"),
      grant("grant release NAME --amount 1h --reason x"),
      grant("grant revoke NAME --reason x --yes"),
      grant("grant write-off NAME --amount 1h --reason x"),
      grant("grant opening-balance NAME --site north --amount 1h --reason x"),
      grant("why NAME"),
      {"request show NAME", "lab/r99", "lab/r09"},
      {"why NAME", "lab/r99", "lab/r09"},
      {"request withdraw NAME --reason x", "lab/r99", "lab/r09"},
      {"request decide NAME --refuse --reason x", "lab/r99", "lab/r09"},
      site("site show NAME"),
      site("site incident NAME --from 2026-06-01 --to 2026-06-02 --title x"),
      site("site maintenance NAME --from 2026-07-01 --to 2026-07-02 --title x"),
      site("usage import --site NAME --from 2026-01-01 --to 2026-01-02"),
      site("usage import --site NAME --from 2026-01-01 --to 2026-01-02 --dry-run"),
      site("usage dismiss NAME 17 --reason x"),
      site("audit reconcile --site NAME --from 2026-01-01 --to 2026-01-02"),
      site("site write-off NAME --reason x --yes"),
      site("request create lab --cpu 1h --site NAME " + ask),
      site("grant supplement lab/g1 --amount 1h --reason x --site NAME"),
      site("grant opening-balance lab/g1 --site NAME --amount 1h --reason x"),
      site("grant move lab/g1 --from NAME --to south 1h --reason x"),
      site("grant move lab/g1 --from north --to NAME 1h --reason x"),
      {"member add lab bob --role researcher --login NAME=bob", "mars", "Mars!"},
      {"project link lab NAME:account", "mars", "Mars!"},
      {"project unlink lab NAME:account --reason x --yes", "mars", "Mars!"},
      {"usage list --unassigned --jobs NAME:account", "mars", "Mars!"},
      {"usage show NAME:17", "mars", "Mars!"},
      {"usage refund NAME:17 --reason x", "mars", "Mars!"},
      {"usage show NAME", "n1:17", "n1:seventeen"},
      {"usage refund NAME --reason x", "n1:17", "n1:seventeen"},
      {"request create lab --line NAME=1h " + ask, "gpu-none", "gpus"},
      {"request create lab --gpu NAME=1h " + ask, "none", "No+ne!"},
      {"member remove lab NAME", "nobody", ""},
      {"audit show NAME", "9999", "nine"},
  };
}

std::vector<std::string> CommandOf(const std::string& words, const std::string& name) {
  std::vector<std::string> arguments;
  for (const std::string& word : std::vector<std::string>(absl::StrSplit(words, ' '))) {
    arguments.push_back(absl::StrReplaceAll(word, {{"NAME", name}, {"+", " "}}));
  }
  return arguments;
}

class NamesTest : public testing::Test {
 protected:
  NamesTest() {
    world_.Must("olga", {"project", "create", "lab", "--title", "Lab", "--institution", "ens",
                         "--programme", "chair", "--pi", "paul", "--from", "2026-01-01", "--to",
                         "2028-01-01"});
    world_.Must("olga", {"request", "create", "lab", "--cpu", "100h", "--site", "north", "--from",
                         "2026-06-15", "--to", "2026-12-15", "--justification", "x"});
  }

  CliWorld world_;
};

TEST_F(NamesTest, WithoutAThingEndWith4AndWithoutAFormWith2) {
  const int64_t revision = world_.scheduler->engine().head().revision;
  for (const Row& row : Rows()) {
    const Ended unknown = world_.Cli("olga", CommandOf(row.words, row.unknown));
    EXPECT_EQ(unknown.exit, 4) << "mesolys " << row.words << ", " << row.unknown << ": "
                               << unknown.err;
    if (row.malformed.empty()) continue;
    const Ended malformed = world_.Cli("olga", CommandOf(row.words, row.malformed));
    EXPECT_EQ(malformed.exit, 2) << "mesolys " << row.words << ", " << row.malformed << ": "
                                 << malformed.err;
    for (const Ended& ended : {unknown, malformed}) {
      EXPECT_EQ(ended.out, "");
      for (const char* inside : {"projects/", "sites/", "Service.", "base units", "spiffe:"}) {
        EXPECT_FALSE(absl::StrContains(ended.err, inside)) << row.words << ": " << ended.err;
      }
    }
  }
  EXPECT_EQ(world_.scheduler->engine().head().revision, revision) << "something was changed";
}

// The usage lines of the program name what a verb takes; the table must know each such verb.
TEST_F(NamesTest, OfEveryVerbThatTakesOneAreInTheTable) {
  std::set<std::string> tested;
  for (const Row& row : Rows()) {
    const std::vector<std::string> words = absl::StrSplit(row.words, ' ');
    tested.insert(words[0]);
    tested.insert(absl::StrCat(words[0], " ", words[1]));
  }
  const auto subcommands = [this](const std::vector<std::string>& words) {
    std::vector<std::string> all = words;
    all.push_back("-h");
    std::vector<std::string> names;
    bool listed = false;
    for (const std::string& line :
         std::vector<std::string>(absl::StrSplit(world_.Cli("olga", all).out, '\n'))) {
      if (absl::StartsWith(line, "Commands")) {
        listed = true;
      } else if (listed && absl::StartsWith(line, "  ") && line.size() > 2 && line[2] != ' ') {
        names.push_back(line.substr(2, line.find(' ', 2) - 2));
      }
    }
    return names;
  };
  const std::vector<std::string> nouns = subcommands({});
  EXPECT_THAT(nouns, testing::SizeIs(testing::Ge(12u)));
  for (const std::string& noun : nouns) {
    std::vector<std::string> verbs = subcommands({noun});
    if (verbs.empty()) verbs = {""};
    for (const std::string& verb : verbs) {
      std::vector<std::string> words = {noun};
      if (!verb.empty()) words.push_back(verb);
      const std::string full = absl::StrJoin(words, " ");
      words.push_back("-h");
      const std::string help = world_.Cli("olga", words).out;
      const size_t at = help.find("Usage:");
      ASSERT_NE(at, std::string::npos) << full << ": " << help;
      const std::string usage = help.substr(at, help.find('\n', at) - at);
      for (const char* taken : {" PROJECT", " GRANT", " REQUEST", " SITE", " JOB", " NAME"}) {
        // Who may not see a project is not told that there is none.
        if (!absl::StrContains(usage, taken) || full == "can-i") continue;
        EXPECT_TRUE(tested.contains(full)) << "no row for " << full << ": " << usage;
      }
    }
  }
}

}  // namespace
}  // namespace mesolys
