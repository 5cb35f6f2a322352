#include "proto/config/config_file.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

ConfigFile Parsed(const std::string& text) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Parse("x.toml", text);
  if (!file.ok()) {
    ADD_FAILURE() << file.status();
    file = ConfigFile::Parse("x.toml", "");
  }
  return *std::move(file);
}

TEST(ConfigFileTest, ReadsEveryKindOfValue) {
  ConfigFile file = Parsed(R"(
text = "a"
integer = -3
number = 2.5
whole = 2
flag = true
duration = "1h30m"
texts = ["a", "b"]
date = 2026-01-31
)");
  ConfigTable root = file.root();
  EXPECT_EQ(root.Text("text"), "a");
  EXPECT_EQ(root.Integer("integer", -10, 10), -3);
  EXPECT_EQ(root.Number("number", 0, 10), 2.5);
  EXPECT_EQ(root.Number("whole", 0, 10), 2.0);
  EXPECT_TRUE(root.Flag("flag"));
  EXPECT_EQ(root.Duration("duration"), absl::Minutes(90));
  EXPECT_THAT(root.Texts("texts"), ElementsAre("a", "b"));
  EXPECT_EQ(root.Date("date"), absl::CivilDay(2026, 1, 31));
  EXPECT_EQ(file.Finish(), absl::OkStatus());
}

TEST(ConfigFileTest, AnswersDefaultsForAbsentKeys) {
  ConfigFile file = Parsed("");
  ConfigTable table = file.root().Table("absent");
  EXPECT_FALSE(table.Has("text"));
  EXPECT_EQ(table.Text("text", "d"), "d");
  EXPECT_EQ(table.Integer("integer", 0, 10, 7), 7);
  EXPECT_EQ(table.Number("number", 0, 10, 0.5), 0.5);
  EXPECT_TRUE(table.Flag("flag", true));
  EXPECT_EQ(table.Duration("duration", absl::Seconds(5)), absl::Seconds(5));
  EXPECT_THAT(table.Texts("texts", std::vector<std::string>{"d"}), ElementsAre("d"));
  EXPECT_EQ(table.Date("date", absl::CivilDay(2026, 2, 1)), absl::CivilDay(2026, 2, 1));
  EXPECT_THAT(table.Tables("list"), IsEmpty());
  EXPECT_THAT(table.NamedTables("named"), IsEmpty());
  EXPECT_THAT(table.NamedTexts("texts_by_name"), IsEmpty());
  EXPECT_EQ(file.Finish(), absl::OkStatus());
}

TEST(ConfigFileTest, ReadsTablesInTheOrderOfTheFileAndNamedOnesByName) {
  ConfigFile file = Parsed(R"(
[[site]]
id = "psmn"
[[site]]
id = "p2chpd"
[programme.phd-track]
cap = 2
[programme."chair.x"]
cap = 1
[programme.chair.x]
other = 3
[programme.chair]
cap = 4
[accounts]
b = "y"
a = "x"
)");
  std::vector<std::string> ids;
  for (ConfigTable& site : file.root().Tables("site")) ids.push_back(site.Text("id"));
  EXPECT_THAT(ids, ElementsAre("psmn", "p2chpd"));

  std::vector<std::pair<std::string, int64_t>> caps;
  for (auto& [name, programme] : file.root().NamedTables("programme")) {
    caps.emplace_back(name, programme.Integer("cap", 0, 9));
    if (name == "chair") {
      EXPECT_EQ(programme.Table("x").Integer("other", 0, 9), 3);
    }
  }
  EXPECT_THAT(caps, ElementsAre(Pair("chair", 4), Pair("chair.x", 1), Pair("phd-track", 2)));
  EXPECT_THAT(file.root().NamedTexts("accounts"), ElementsAre(Pair("a", "x"), Pair("b", "y")));
  EXPECT_EQ(file.Finish(), absl::OkStatus());
}

// What is wrong with a text for a reader that wants [server] listen (required), port, ratio, on,
// wait, names and day.
absl::Status Read(const std::string& text) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Parse("x.toml", text);
  if (!file.ok()) return file.status();
  ConfigTable server = file->root().Table("server");
  server.Text("listen");
  server.Integer("port", 1, 65535, 7443);
  server.Number("ratio", 0, 1, 0.5);
  server.Flag("on", true);
  server.Duration("wait", absl::Seconds(1));
  server.Texts("names", std::vector<std::string>{});
  server.Date("day", absl::CivilDay(2026, 1, 1));
  for (ConfigTable& site : file->root().Tables("site")) site.Text("id");
  for (auto& named : file->root().NamedTables("programme")) named.second.Flag("on", true);
  file->root().NamedTexts("accounts");
  return file->Finish();
}

TEST(ConfigFileTest, SaysWhereAndWhatWouldBeRight) {
  struct Case {
    const char* text;
    const char* says;
  };
  const std::string start = "[server]\nlisten = \"a\"\n";
  for (const Case& c : {
           Case{"port = \"80\"", "x.toml:3:8: port: an integer is wanted, not a text"},
           Case{"port = 70000", "x.toml:3:8: port: 70000 is out of range; 1 to 65535 is allowed"},
           Case{"port = 1.0", "x.toml:3:8: port: an integer is wanted, not a decimal number"},
           Case{"ratio = 1.5", "x.toml:3:9: ratio: 1.5 is out of range; 0 to 1 is allowed"},
           Case{"ratio = nan", "x.toml:3:9: ratio: nan is out of range; 0 to 1 is allowed"},
           Case{"ratio = true", "x.toml:3:9: ratio: a number is wanted, not true or false"},
           Case{"on = 1", "x.toml:3:6: on: true or false is wanted, not an integer"},
           Case{"wait = \"30\"", "x.toml:3:8: wait: \"30\" is not a duration; \"30s\""},
           Case{"wait = \"-1s\"", "x.toml:3:8: wait: \"-1s\" is not a duration"},
           Case{"wait = \"inf\"", "x.toml:3:8: wait: \"inf\" is not a duration"},
           Case{"wait = 30",
                "x.toml:3:8: wait: a duration in quotes, for example \"30s\", is wanted"},
           Case{"names = \"a\"", "x.toml:3:9: names: a list of texts is wanted, not a text"},
           Case{"names = [\"a\", 2]",
                "x.toml:3:15: names: a text in quotes is wanted, not an integer"},
           Case{"day = \"2026-01-01\"", "x.toml:3:7: day: a date without quotes"},
           Case{"day = 2026-01-01T00:00:00Z", "x.toml:3:7: day: a date without quotes"},
           Case{"day = 2026-02-30", "x.toml:3:"},
           Case{"[[server.listen]]", "x.toml:3:"},
           Case{"[site]", "x.toml:3:1: site: a list of tables, [[site]], is wanted, not a table"},
           Case{"[[site]]", "x.toml:3:1: missing key \"id\" in site[0]"},
           Case{"[[site]]\nid = 4", "x.toml:4:6: id: a text in quotes is wanted, not an integer"},
           Case{"[programme]\nchair = 1", "x.toml:4:9: chair: a table is wanted, not an integer"},
           Case{"[accounts]\nx = 1", "x.toml:4:5: x: a text in quotes is wanted, not an integer"},
           Case{"colour = 1",
                "x.toml:3:1: unknown key \"colour\"; known here: day, listen, names, on, port"},
           Case{"prot = 1", "x.toml:3:1: unknown key \"prot\": did you mean \"port\"?"},
           Case{"[serve]", "x.toml:3:2: unknown key \"serve\": did you mean \"server\"?"},
           Case{"[programme.chair]\nof = true",
                "x.toml:4:1: unknown key \"of\": did you mean \"on\"?"},
           Case{"port = ", "x.toml:3:"},
           Case{"port = 1\nport = 2", "x.toml:4:"},
       }) {
    const absl::Status status = Read(start + c.text + "\n");
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(std::string(status.message()), StartsWith(c.says)) << c.text;
  }
}

TEST(ConfigFileTest, ReportsAMissingKeyAtItsTable) {
  EXPECT_EQ(Read("\n\n[server]\nport = 1\n").message(),
            "x.toml:3:1: missing key \"listen\" in server");
  EXPECT_EQ(Read("\n").message(), "x.toml:1:1: missing key \"listen\" in server");

  ConfigFile file = Parsed("a = 1\n");
  file.root().Integer("a", 0, 1);
  file.root().Text("b");
  EXPECT_EQ(file.Finish().message(), "x.toml:1:1: missing key \"b\" at the top of the file");
}

TEST(ConfigFileTest, ShowsTheWrongNameOfARequiredKeyInsteadOfMissingIt) {
  EXPECT_EQ(Read("[server]\nlisen = \"a\"\n").message(),
            "x.toml:2:1: unknown key \"lisen\": did you mean \"listen\"?");
}

TEST(ConfigFileTest, ReportsTheFirstErrorOfTheFileWhateverIsReadFirst) {
  ConfigFile file = Parsed("first = 1\nsecond = 2\nthird = 3\n");
  ConfigTable root = file.root();
  root.Text("third");
  root.Refuse("second", "may not be 2");
  EXPECT_EQ(file.Finish().message(),
            "x.toml:1:1: unknown key \"first\"; known here: second, third");
  root.Integer("first", 0, 9);
  EXPECT_EQ(file.Finish().message(), "x.toml:2:10: second: may not be 2");
}

TEST(ConfigFileTest, KeepsTheFirstOfTwoErrorsAtOnePlace) {
  ConfigFile file = Parsed("listen = 5\n");
  EXPECT_EQ(file.root().Text("listen"), "");
  file.root().Refuse("listen", "is empty");
  EXPECT_THAT(std::string(file.Finish().message()), HasSubstr("a text in quotes is wanted"));
}

TEST(ConfigFileTest, DoesNotBlameAMissingKeyForItsEmptyValue) {
  ConfigFile file = Parsed("\n");
  EXPECT_EQ(file.root().Text("listen"), "");
  file.root().Refuse("listen", "is not host:port");
  EXPECT_EQ(file.Finish().message(), "x.toml:1:1: missing key \"listen\" at the top of the file");
}

TEST(ConfigFileTest, AddsUpWhatTwoReadersOfOneTableKnow) {
  ConfigFile file = Parsed("[server]\na = 1\nb = 2\n");
  file.root().Table("server").Integer("a", 0, 9);
  EXPECT_FALSE(file.Finish().ok());
  file.root().Table("server").Integer("b", 0, 9);
  EXPECT_EQ(file.Finish(), absl::OkStatus());
}

TEST(ConfigFileTest, RefusesTextsThatWouldNotFitTheStack) {
  std::string dotted = "a";
  for (int i = 0; i < 200'000; ++i) dotted += ".a";
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += "[";
  std::string both;
  for (int i = 0; i < 1000; ++i) {
    both += "a";
    for (int j = 0; j < 190; ++j) both += ".a";
    both += " = [\n{";
  }
  for (const std::string& text : {dotted + " = 1\n", "a = " + nested + "\n", both}) {
    EXPECT_EQ(ConfigFile::Parse("x.toml", text).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(ConfigFileTest, RefusesATextOverOneMebibyte) {
  const std::string full = "#" + std::string((1 << 20) - 1, 'x');
  EXPECT_TRUE(ConfigFile::Parse("x.toml", full).ok());
  const absl::Status status = ConfigFile::Parse("x.toml", full + "x").status();
  EXPECT_EQ(status.message(), "x.toml:1:1: the file is over 1 MiB; a configuration is smaller");
}

class ConfigFileOnDiskTest : public testing::Test {
 protected:
  ConfigFileOnDiskTest() {
    std::string directory = (std::filesystem::path(testing::TempDir()) / "config-XXXXXX").string();
    if (mkdtemp(directory.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
    directory_ = directory;
  }
  ~ConfigFileOnDiskTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  std::filesystem::path directory_;
};

TEST_F(ConfigFileOnDiskTest, KeepsTheTextOfTheFile) {
  const std::string path = (directory_ / "x.toml").string();
  std::ofstream(path) << "a = 1\n";
  absl::StatusOr<ConfigFile> file = ConfigFile::Load(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->text(), "a = 1\n");
  EXPECT_EQ(file->Finish().message(), path + ":1:1: unknown key \"a\"; none is known here");
}

TEST_F(ConfigFileOnDiskTest, RefusesAFileThatIsNotThere) {
  const std::string path = (directory_ / "absent.toml").string();
  const absl::Status status = ConfigFile::Load(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), path + ": No such file or directory: give the path of a TOML file");
}

TEST_F(ConfigFileOnDiskTest, RefusesADirectory) {
  const absl::Status status = ConfigFile::Load(directory_.string()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("directory"));
}

}  // namespace
}  // namespace mesolys
