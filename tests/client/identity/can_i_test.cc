#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/frame/cli.h"
#include "client/frame/command_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/runtime/methods.h"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;

// "grant extend", "balance": every command that has a body.
void Collect(const CommandTree& tree, const CLI::App& app, const std::string& before,
             std::set<std::string>& commands) {
  for (const CLI::App* sub : app.get_subcommands({})) {
    const std::string name =
        before.empty() ? sub->get_name() : absl::StrCat(before, " ", sub->get_name());
    if (tree.BodyOf(*sub) != nullptr) commands.insert(name);
    Collect(tree, *sub, name, commands);
  }
}

TEST(SpokenTest, NamesEveryCommandAndNoOther) {
  CommandTree tree;
  AddEverything(tree);
  std::set<std::string> commands;
  Collect(tree, tree.root(), "", commands);
  commands.erase("completion");  // it calls nobody
  commands.insert("quote job");  // the first word of `quote` says of what
  std::set<std::string> named;
  for (const Method& method : Methods()) {
    for (const std::string& command : method.commands) {
      // An option may make another call.
      if (absl::StrContains(command, " --")) continue;
      EXPECT_TRUE(named.insert(command).second) << command;
    }
  }
  EXPECT_EQ(named, commands);
}

class CanITest : public ClientTest {};

TEST_F(CanITest, SaysYesOrNoAndTheExitCodeSaysItToo) {
  ActAs("bob");
  const Outcome yes = Run({"can-i", "request", "create", "proj_b"});
  EXPECT_EQ(yes.exit, ExitCode::kDone) << yes.err;
  EXPECT_THAT(yes.out, HasSubstr("yes"));
  const Outcome no = Run({"can-i", "grant", "extend", "proj_b", "--format", "json"});
  EXPECT_EQ(no.exit, ExitCode::kNotAllowed);
  const auto access = nlohmann::json::parse(no.out)["access"];
  EXPECT_EQ(access["allowed"], false);
  EXPECT_EQ(access["project"], "projects/proj_b");
  EXPECT_EQ(access["sentence"], "bob may not use `mesolys grant extend` here; allowed: operator");
}

TEST_F(CanITest, KnowsCommandsOfOneWord) {
  EXPECT_EQ(Run({"can-i", "balance", "proj_a"}).exit, ExitCode::kDone);
  EXPECT_EQ(Run({"can-i", "whoami"}).exit, ExitCode::kDone);
}

TEST_F(CanITest, SaysWhatItDoesNotUnderstand) {
  struct Row {
    std::vector<std::string> words;
    std::string says;
  };
  for (const Row& row : std::vector<Row>{
           {{"can-i", "grant", "extnd", "proj_a"}, "did you mean grant extend?"},
           {{"can-i", "fly"}, "\"fly\" is not a command"},
           {{"can-i", "balance"}, "of which project?"},
           {{"can-i", "site", "list", "proj_a"}, "is of no project; leave \"proj_a\" out"},
           {{"can-i", "balance", "Proj A"}, "project"}}) {
    const Outcome outcome = Run(row.words);
    EXPECT_EQ(outcome.exit, ExitCode::kUsage) << row.says;
    EXPECT_THAT(outcome.err, HasSubstr(row.says));
  }
  EXPECT_EQ(scheduler_.call_count(), 0);
}

}  // namespace
}  // namespace mesolys::client
