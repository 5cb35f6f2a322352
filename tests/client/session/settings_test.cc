#include "client/session/settings.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "client/session/failure.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;

class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest() {
    std::string name =
        (std::filesystem::temp_directory_path() / "mesolys-settings-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  ~SettingsTest() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& path, const std::string& text) {
    const std::filesystem::path full = directory_ / path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
    return full.string();
  }

  std::filesystem::path directory_;
};

const char kFiles[] = "ca = \"ca.pem\"\ncertificate = \"tls/me.pem\"\nkey = \"/keys/me.key\"\n";

TEST_F(SettingsTest, ResolvesPathsAgainstTheDirectoryOfTheFile) {
  const std::string path = Write("etc/config.toml", std::string("scheduler = \"[::1]:7443\"\n") +
                                                        kFiles + "state_dir = \"../state\"\n");
  const absl::StatusOr<Settings> settings = LoadSettings(path, {});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->scheduler, "[::1]:7443");
  EXPECT_EQ(settings->tls.ca, (directory_ / "etc/ca.pem").string());
  EXPECT_EQ(settings->tls.certificate, (directory_ / "etc/tls/me.pem").string());
  EXPECT_EQ(settings->tls.key, "/keys/me.key");
  EXPECT_EQ(settings->state_dir, (directory_ / "state").string());
}

TEST_F(SettingsTest, LooksWhereItIsTold) {
  const std::string flag = Write("flag.toml", std::string("scheduler = \"flag:1\"\n") + kFiles);
  const std::string named = Write("env.toml", std::string("scheduler = \"env:1\"\n") + kFiles);
  Write("xdg/mesolys/config.toml", std::string("scheduler = \"xdg:1\"\n") + kFiles);
  Write("home/.config/mesolys/config.toml", std::string("scheduler = \"home:1\"\n") + kFiles);
  Environment environment = {{"HOME", (directory_ / "home").string()}};
  EXPECT_EQ(LoadSettings("", environment)->scheduler, "home:1");
  EXPECT_EQ(LoadSettings("", environment)->state_dir,
            (directory_ / "home/.local/state/mesolys").string());
  environment["XDG_CONFIG_HOME"] = (directory_ / "xdg").string();
  environment["XDG_STATE_HOME"] = (directory_ / "xdg-state").string();
  EXPECT_EQ(LoadSettings("", environment)->scheduler, "xdg:1");
  EXPECT_EQ(LoadSettings("", environment)->state_dir, (directory_ / "xdg-state/mesolys").string());
  environment["MESOLYS_CONFIG"] = named;
  EXPECT_EQ(LoadSettings("", environment)->scheduler, "env:1");
  EXPECT_EQ(LoadSettings(flag, environment)->scheduler, "flag:1");
}

TEST_F(SettingsTest, DoesNotLookElsewhereWhenTheNamedFileIsMissing) {
  Write("home/.config/mesolys/config.toml", kFiles);
  const Environment environment = {{"HOME", (directory_ / "home").string()},
                                   {"MESOLYS_CONFIG", (directory_ / "absent.toml").string()}};
  const absl::Status status = LoadSettings("", environment).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("absent.toml"));
  EXPECT_EQ(ExitOf(status), ExitCode::kUsage);
}

TEST_F(SettingsTest, SaysWhichPathsItTriedAndWhatAFileLooksLike) {
  if (std::filesystem::exists("/etc/mesolys/config.toml")) GTEST_SKIP() << "one is installed here";
  const absl::Status status =
      LoadSettings("", {{"HOME", directory_.string()}, {"XDG_CONFIG_HOME", "relative"}}).status();
  const std::string text(status.message());
  EXPECT_THAT(text, HasSubstr((directory_ / ".config/mesolys/config.toml").string()));
  EXPECT_THAT(text, HasSubstr("/etc/mesolys/config.toml"));
  EXPECT_THAT(text, HasSubstr("scheduler = \"127.0.0.1:7443\"\n  ca = "));
  EXPECT_EQ(ExitOf(status), ExitCode::kUsage);
}

TEST_F(SettingsTest, RefusesWhatIsWrongWithFileAndLine) {
  struct Row {
    std::string text;
    std::string why;
  };
  const Environment environment = {{"HOME", directory_.string()}};
  for (const Row& row :
       std::vector<Row>{{std::string("schedulr = \"a:1\"\n") + kFiles, "schedulr"},
                        {std::string("scheduler = \"nowhere\"\n") + kFiles, "is not host:port"},
                        {std::string("scheduler = \"host:99999\"\n") + kFiles, "is not host:port"},
                        {"ca = \"ca.pem\"\n", "certificate"},
                        {"ca = [\n", "config.toml:"}}) {
    const absl::Status status = LoadSettings(Write("config.toml", row.text), environment).status();
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.why));
    EXPECT_EQ(ExitOf(status), ExitCode::kUsage);
  }
}

}  // namespace
}  // namespace mesolys::client
