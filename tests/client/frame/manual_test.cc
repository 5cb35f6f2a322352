#include "client/frame/manual.h"

#include <cstdlib>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;

std::string Page() {
  CommandTree tree;
  AddEverything(tree);
  return ManualPage(tree, "1.2.3");
}

void ExpectEveryCommand(const CommandTree& tree, const CLI::App& app, const std::string& before,
                        const std::string& page) {
  for (const CLI::App* sub : app.get_subcommands({})) {
    const std::string name = absl::StrCat(before, before.empty() ? "" : " ", sub->get_name());
    if (tree.BodyOf(*sub) != nullptr) {
      EXPECT_THAT(page, HasSubstr(absl::StrCat(".SS \"", absl::StrReplaceAll(name, {{"-", "\\-"}}),
                                               "\"\n")));
    }
    ExpectEveryCommand(tree, *sub, name, page);
  }
}

TEST(ManualTest, TellsOfEveryCommandWithItsOptionsAndExamples) {
  CommandTree tree;
  AddEverything(tree);
  const std::string page = Page();
  ExpectEveryCommand(tree, tree.root(), "", page);
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-justification\\fR"));
  EXPECT_THAT(page, HasSubstr("mesolys usage list proj_a \\-\\-by month"));
  EXPECT_THAT(page, HasSubstr("mesolys 1.2.3"));
  EXPECT_THAT(page, HasSubstr(".SH EXIT STATUS\n"));
}

TEST(ManualTest, IsWhatRoffUnderstands) {
  if (std::system("command -v groff >/dev/null") != 0) GTEST_SKIP() << "groff is missing";
  const TemporaryDirectory directory;
  const std::string page = directory.Write("mesolys.1", Page());
  const std::string said = directory.File("said.txt");
  const int code =
      std::system(absl::StrCat("groff -man -Tutf8 -ww -z ", page, " >", said, " 2>&1").c_str());
  EXPECT_EQ(code, 0);
  EXPECT_EQ(directory.Read("said.txt"), "");
}

}  // namespace
}  // namespace mesolys::client
