#include "client/session/kept_key.h"

#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class KeptKeysTest : public ::testing::Test {
 protected:
  KeptKeysTest() {
    std::string name = (std::filesystem::temp_directory_path() / "mesolys-kept-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  ~KeptKeysTest() override { std::filesystem::remove_all(directory_); }

  std::string directory_;
};

TEST_F(KeptKeysTest, FindsWhatWasKeptUntilItIsForgotten) {
  const std::string request("\0binary\n\xff", 9);
  const KeptKeys keys(directory_ + "/deep/state");
  EXPECT_FALSE(keys.Find("name")->has_value());
  EXPECT_EQ(*keys.Keep("name", request), request);
  EXPECT_EQ(**KeptKeys(directory_ + "/deep/state").Find("name"), request);
  ASSERT_TRUE(keys.Forget("name", request).ok());
  EXPECT_FALSE(keys.Find("name")->has_value());
  EXPECT_TRUE(keys.Forget("name", request).ok());  // twice is no error
}

TEST_F(KeptKeysTest, AnswersTheRequestThatWasThereFirst) {
  const KeptKeys keys(directory_);
  ASSERT_TRUE(keys.Keep("name", "first").ok());
  EXPECT_EQ(*keys.Keep("name", "second"), "first");
  EXPECT_EQ(*keys.Keep("other", "second"), "second");
}

TEST_F(KeptKeysTest, LeavesALaterRequestUnderTheSameNameAlone) {
  const KeptKeys keys(directory_);
  ASSERT_TRUE(keys.Keep("name", "later").ok());
  ASSERT_TRUE(keys.Forget("name", "earlier").ok());
  EXPECT_EQ(**keys.Find("name"), "later");
}

TEST_F(KeptKeysTest, GivesOneRequestToAllWhoKeepAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    const std::string name = absl::StrCat("name", round);
    std::vector<std::string> got(kThreads);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        got[static_cast<size_t>(i)] =
            KeptKeys(directory_).Keep(name, absl::StrCat("request ", i)).value_or("failed");
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(std::set<std::string>(got.begin(), got.end()).size(), 1U);
    EXPECT_THAT(got[0], MatchesRegex("request [0-7]"));
  }
  int left_behind = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_ + "/pending")) {
    left_behind += entry.path().filename().string().rfind(".new", 0) == 0 ? 1 : 0;
  }
  EXPECT_EQ(left_behind, 0);
}

TEST_F(KeptKeysTest, RefusesToGuessWhenAFileIsDamaged) {
  const KeptKeys keys(directory_);
  const std::string path = directory_ + "/pending/name";
  ASSERT_TRUE(keys.Keep("name", "request").ok());
  std::string text;
  std::getline(std::ifstream(path, std::ios::binary), text, '\0');
  for (const std::string& damaged : std::vector<std::string>{{},
                                                             text.substr(0, text.size() - 1),
                                                             text + "x",
                                                             "x" + text.substr(1),
                                                             "mesolys kept request 1\n"}) {
    std::ofstream(path, std::ios::binary) << damaged;
    EXPECT_EQ(keys.Find("name").status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(keys.Keep("name", "new").status().code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_THAT(std::string(keys.Find("name").status().message()), HasSubstr(path));
}

TEST_F(KeptKeysTest, KeepsThemFromOtherUsers) {
  ASSERT_TRUE(KeptKeys(directory_).Keep("name", "request").ok());
  struct stat status = {};
  ASSERT_EQ(stat((directory_ + "/pending").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  ASSERT_EQ(stat((directory_ + "/pending/name").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(KeptKeysTest, SaysWhyNothingCanBeKept) {
  std::ofstream(directory_ + "/file") << "not a directory";
  const absl::Status status = KeptKeys(directory_ + "/file").Keep("name", "request").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("nothing was sent"));
}

TEST(KeptKeyNameTest, DependsOnEveryWordAndTheirBorders) {
  const std::set<std::string> names = {KeptKeys::NameOf({"a", "b"}), KeptKeys::NameOf({"a b"}),
                                       KeptKeys::NameOf({"b", "a"}), KeptKeys::NameOf({"ab"}),
                                       KeptKeys::NameOf({"a", "b", ""})};
  EXPECT_EQ(names.size(), 5U);
  // Stable for ever: a new version of the program must find the keys of the old one.
  EXPECT_EQ(KeptKeys::NameOf({"a", "b"}),
            "facdde7abf1eac5b301273ab2e282f79bab0100f058833a7b8bdf9f80741e149");
}

TEST(RequestIdTest, IsARandomUuid) {
  const std::string id = NewRequestId();
  EXPECT_THAT(id, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                               "[0-9a-f]{12}"));
  EXPECT_NE(NewRequestId(), id);
}

}  // namespace
}  // namespace mesolys::client
