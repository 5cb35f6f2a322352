// deploy/throwaway-ca, as the quick start and every test with TLS use it.

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/source_tree.h"

namespace mesolys {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ThrowawayCaTest : public testing::Test {
 protected:
  ThrowawayCaTest() {
    std::string directory = (std::filesystem::path(testing::TempDir()) / "ca-XXXXXX").string();
    if (mkdtemp(directory.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
    directory_ = directory;
  }
  ~ThrowawayCaTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  // Whether `command` succeeded, with its standard output and error in said_.
  bool Run(const std::string& command) {
    const std::string log = (directory_ / "said").string();
    const bool ok = std::system(absl::StrCat("{ ", command, "; } >", log, " 2>&1").c_str()) == 0;
    said_ = Contents(log);
    return ok;
  }

  bool Issue(const std::string& options, const std::string& identities) {
    return Run(absl::StrCat(SourcePath("deploy/throwaway-ca"), " ", options, " ", Ca("").string(),
                            " ", identities));
  }

  std::filesystem::path Ca(const std::string& file) const { return directory_ / "ca" / file; }

  std::filesystem::path directory_;
  std::string said_;
};

TEST_F(ThrowawayCaTest, NamesServicesAsHostsAndOthersAsClientsAlone) {
  ASSERT_TRUE(Issue("", "service/scheduler site/psmn user/alice")) << said_;
  struct Case {
    const char* name;
    const char* uri;
    bool is_service;
  };
  for (const Case& c : {Case{"service-scheduler", "URI:spiffe://mesolys/service/scheduler", true},
                        Case{"site-psmn", "URI:spiffe://mesolys/site/psmn", false},
                        Case{"user-alice", "URI:spiffe://mesolys/user/alice", false}}) {
    ASSERT_TRUE(Run(
        absl::StrCat("openssl x509 -noout -text -in ", Ca(absl::StrCat(c.name, ".pem")).string())));
    EXPECT_THAT(said_, HasSubstr(c.uri));
    for (const char* of_services :
         {"DNS:localhost", "IP Address:127.0.0.1", "IP Address:0:0:0:0:0:0:0:1",
          "TLS Web Server Authentication"}) {
      EXPECT_EQ(said_.find(of_services) != std::string::npos, c.is_service)
          << c.name << of_services;
    }
    EXPECT_EQ(said_.find("TLS Web Client Authentication") != std::string::npos, !c.is_service);
    EXPECT_THAT(said_, HasSubstr("CA:FALSE"));
    EXPECT_THAT(said_, HasSubstr("prime256v1"));
    EXPECT_TRUE(Run(absl::StrCat("openssl verify -CAfile ", Ca("ca.pem").string(), " ",
                                 Ca(absl::StrCat(c.name, ".pem")).string())))
        << said_;
  }
}

TEST_F(ThrowawayCaTest, KeepsItsKeysFromOthers) {
  ASSERT_TRUE(Issue("", "user/alice")) << said_;
  for (const char* key : {"ca.key", "user-alice.key"}) {
    struct stat status = {};
    ASSERT_EQ(stat(Ca(key).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, mode_t{0600}) << key;
  }
}

TEST_F(ThrowawayCaTest, KeepsWhatIsStillValid) {
  ASSERT_TRUE(Issue("", "user/alice")) << said_;
  EXPECT_THAT(said_, HasSubstr("made "));
  const std::string ca = Contents(Ca("ca.pem"));
  const std::string certificate = Contents(Ca("user-alice.pem"));
  ASSERT_NE(certificate, "");
  ASSERT_TRUE(Issue("", "user/alice user/bob")) << said_;
  EXPECT_THAT(said_, HasSubstr("kept "));
  EXPECT_EQ(Contents(Ca("ca.pem")), ca);
  EXPECT_EQ(Contents(Ca("user-alice.pem")), certificate);
}

TEST_F(ThrowawayCaTest, ReplacesWhatExpired) {
  ASSERT_TRUE(Issue("--expired", "user/alice")) << said_;
  const std::string verify = absl::StrCat("openssl verify -CAfile ", Ca("ca.pem").string(), " ",
                                          Ca("user-alice.pem").string());
  EXPECT_FALSE(Run(verify));
  EXPECT_THAT(said_, HasSubstr("certificate has expired"));
  ASSERT_TRUE(Issue("", "user/alice")) << said_;
  EXPECT_TRUE(Run(verify)) << said_;
}

TEST_F(ThrowawayCaTest, ReplacesWhatAnotherAuthoritySigned) {
  ASSERT_TRUE(Issue("", "user/alice")) << said_;
  std::filesystem::remove(Ca("ca.key"));
  ASSERT_TRUE(Issue("", "user/alice")) << said_;
  EXPECT_THAT(said_, Not(HasSubstr("kept ")));
  EXPECT_TRUE(Run(absl::StrCat("openssl verify -CAfile ", Ca("ca.pem").string(), " ",
                               Ca("user-alice.pem").string())))
      << said_;
}

TEST_F(ThrowawayCaTest, RefusesWhatIsNoIdentity) {
  for (const char* identity :
       {"alice", "group/alice", "user/", "user/a/b", "user/../../x", "'user/a b'"}) {
    EXPECT_FALSE(Issue("", identity)) << identity;
    EXPECT_THAT(said_, HasSubstr("is not service/ID, site/ID or user/ID"));
    EXPECT_FALSE(std::filesystem::exists(Ca("")));
  }
}

TEST_F(ThrowawayCaTest, SaysSoWithoutOpenssl) {
  EXPECT_FALSE(
      Run(absl::StrCat("PATH=", directory_.string(), " /bin/bash ",
                       SourcePath("deploy/throwaway-ca"), " ", Ca("").string(), " user/alice")));
  EXPECT_THAT(said_, HasSubstr("openssl is missing: apt-get install openssl"));
}

}  // namespace
}  // namespace mesolys
