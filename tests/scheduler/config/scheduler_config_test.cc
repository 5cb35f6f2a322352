#include "scheduler/config/scheduler_config.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys {
namespace {

using ::testing::HasSubstr;

class SchedulerConfigTest : public testing::Test {
 protected:
  SchedulerConfigTest() {
    std::string folder = (std::filesystem::path(testing::TempDir()) / "scheduler-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
    folder_ = folder;
  }
  ~SchedulerConfigTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  absl::StatusOr<SchedulerConfig> Load(const std::string& text) const {
    const std::string path = (folder_ / "scheduler.toml").string();
    std::ofstream(path) << text;
    return LoadSchedulerConfig(path);
  }
  std::string In(const std::string& path) const { return (folder_ / path).string(); }

  std::filesystem::path folder_;
};

const char kTls[] = "[tls]\nca = \"ca.pem\"\ncertificate = \"me.pem\"\nkey = \"me.key\"\n";

TEST_F(SchedulerConfigTest, PathsAreRelativeToTheFolderOfTheFile) {
  const absl::StatusOr<SchedulerConfig> config =
      Load(std::string("database = \"data/ledger.db\"\ncatalogue = \"/etc/lyon.toml\"\n") + kTls);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->database, In("data/ledger.db"));
  EXPECT_EQ(config->catalogue, "/etc/lyon.toml");
  EXPECT_EQ(config->tls.ca, In("ca.pem"));
  EXPECT_EQ(config->tls.certificate, In("me.pem"));
  EXPECT_EQ(config->tls.key, In("me.key"));
  EXPECT_EQ(config->listen, "127.0.0.1:7443");
  EXPECT_EQ(config->metrics_listen, "127.0.0.1:9464");
  EXPECT_EQ(config->log_level, "info");
}

TEST_F(SchedulerConfigTest, ReadsWhereToListenAndWhatToSay) {
  const absl::StatusOr<SchedulerConfig> config =
      Load(std::string("database = \"a\"\ncatalogue = \"../b\"\nlisten = \"[::1]:1\"\n"
                       "log_level = \"debug\"\nmetrics_listen = \"\"\n") +
           kTls);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->listen, "[::1]:1");
  EXPECT_EQ(config->metrics_listen, "");
  EXPECT_EQ(config->log_level, "debug");
  EXPECT_EQ(config->catalogue, (folder_.parent_path() / "b").string());
}

struct Wrong {
  const char* text;
  const char* says;
};

TEST_F(SchedulerConfigTest, AMistakeIsToldWithItsPlace) {
  for (const Wrong& wrong : {
           Wrong{"catalogue = \"b\"\n", ":1:1: missing key \"database\""},
           Wrong{"database = \"a\"\n", ":1:1: missing key \"catalogue\""},
           Wrong{"database = 5\ncatalogue = \"b\"\n", ":1:12: database: a text in quotes"},
           Wrong{"database = \"a\"\ncatalogue = \"b\"\nlog_level = \"loud\"\n",
                 ":3:13: log_level: right is debug, info, warning or error"},
           Wrong{"database = \"a\"\ncatalogue = \"b\"\nport = 7443\n",
                 ":3:1: unknown key \"port\""},
           Wrong{"database = \"a\"\ncatalogue = \"b\"\ninsecure = true\n",
                 ":3:1: unknown key \"insecure\""},
           Wrong{"database = \"a\ncatalogue = \"b\"\n", ":1:"},
       }) {
    const absl::Status status = Load(std::string(wrong.text) + kTls).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << wrong.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(In("scheduler.toml") + wrong.says));
  }
}

TEST_F(SchedulerConfigTest, WithoutTlsThereIsNoScheduler) {
  const absl::Status status = Load("database = \"a\"\ncatalogue = \"b\"\n").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("missing key \"ca\" in tls"));
}

TEST_F(SchedulerConfigTest, AFileThatIsNotThereIsTold) {
  EXPECT_EQ(LoadSchedulerConfig(In("absent.toml")).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace mesolys
