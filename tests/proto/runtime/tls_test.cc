#include "proto/runtime/tls.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/test_ca.h"

namespace mesolys {
namespace {

using ::testing::HasSubstr;

void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

TEST(TlsTest, AcceptsFilesThatFitTogether) {
  TestCa ca;
  for (const char* identity : {"service/scheduler", "site/psmn", "user/alice"}) {
    EXPECT_EQ(CheckTlsFiles(ca.Files(identity)), absl::OkStatus()) << identity;
  }
}

TEST(TlsTest, AcceptsABundleWithAnAuthorityThatEnded) {
  TestCa ca;
  TlsFiles files = ca.Files("user/alice");
  const std::string ended = ca.ExpiredFiles("user/old").certificate;
  const std::string bundle = ca.directory() + "/bundle.pem";
  std::ofstream(bundle) << std::ifstream(ended).rdbuf() << std::ifstream(files.ca).rdbuf();
  files.ca = bundle;
  EXPECT_EQ(CheckTlsFiles(files), absl::OkStatus());
  files.ca = ended;
  EXPECT_THAT(std::string(CheckTlsFiles(files).message()), HasSubstr("expired at "));
}

TEST(TlsTest, SaysWhichFileIsWrongAndWhatToDo) {
  struct Case {
    const char* says;
    std::function<void(TestCa&, TlsFiles&)> spoil;
  };
  const std::vector<Case> cases = {
      {"no CA file is configured; give the path", [](TestCa&, TlsFiles& f) { f.ca = ""; }},
      {"ca.pem is missing; enrol first",
       [](TestCa&, TlsFiles& f) { std::filesystem::remove(f.ca); }},
      {"user-alice.pem is missing; enrol first",
       [](TestCa&, TlsFiles& f) { std::filesystem::remove(f.certificate); }},
      {"user-alice.key is missing; enrol first",
       [](TestCa&, TlsFiles& f) { std::filesystem::remove(f.key); }},
      {"is not a regular file", [](TestCa& ca, TlsFiles& f) { f.certificate = ca.directory(); }},
      {"is not a regular file", [](TestCa&, TlsFiles& f) { f.key = "/dev/null"; }},
      {"is over 1 MiB",
       [](TestCa&, TlsFiles& f) { Write(f.certificate, std::string(2 << 20, 'x')); }},
      {"ca.pem holds no PEM certificate", [](TestCa&, TlsFiles& f) { Write(f.ca, "hello"); }},
      {"user-alice.pem holds no PEM certificate",
       [](TestCa&, TlsFiles& f) { Write(f.certificate, "-----BEGIN CERTIFICATE-----\n"); }},
      {"user-alice.key holds no PEM private key", [](TestCa&, TlsFiles& f) { Write(f.key, ""); }},
      {"user-alice.key is not the key of the certificate",
       [](TestCa& ca, TlsFiles& f) {
         std::filesystem::copy_file(ca.Files("user/bob").key, f.key,
                                    std::filesystem::copy_options::overwrite_existing);
       }},
      {"user-alice.key has mode 0644, so others may use it; chmod 0600",
       [](TestCa&, TlsFiles& f) { chmod(f.key.c_str(), 0644); }},
      {"user-alice.pem expired at ", [](TestCa& ca, TlsFiles&) { ca.ExpiredFiles("user/alice"); }},
  };
  for (const Case& c : cases) {
    TestCa ca;
    TlsFiles files = ca.Files("user/alice");
    c.spoil(ca, files);
    const absl::Status status = CheckTlsFiles(files);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << c.says;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says));
    EXPECT_EQ(ServerTls(files).status(), status);
    EXPECT_EQ(ClientTls(files).status(), status);
  }
}

TEST(TlsTest, RefusesAKeyWithAPassPhraseWithoutAskingForIt) {
  TestCa ca;
  const TlsFiles files = ca.Files("user/alice");
  ASSERT_EQ(std::system(absl::StrCat("openssl ec -aes128 -passout pass:secret -in ", files.key,
                                     " -out ", files.key, ".locked 2>/dev/null && mv ", files.key,
                                     ".locked ", files.key)
                            .c_str()),
            0);
  EXPECT_THAT(std::string(CheckTlsFiles(files).message()), HasSubstr("with a pass phrase"));
}

}  // namespace
}  // namespace mesolys
