#include "agent/checks/host_facts.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/clock.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/fakes/test_ca.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;

TEST(HostFactsTest, AStateDirIsOneInWhichAFileCanBeMade) {
  const TemporaryDirectory directory;
  EXPECT_NE(CheckStateDir(directory.path()).verdict, Verdict::kFail);
  EXPECT_NE(CheckStateDir(directory.File("to-come")).verdict, Verdict::kFail);
  const Finding file = CheckStateDir(directory.Write("file", ""));
  EXPECT_EQ(file.verdict, Verdict::kFail);
  EXPECT_THAT(file.text, HasSubstr("is not a folder"));
  const Finding nowhere = CheckStateDir("/proc/nowhere/state");
  EXPECT_EQ(nowhere.verdict, Verdict::kFail);
  EXPECT_THAT(nowhere.remedy, HasSubstr("install -d"));
}

TEST(HostFactsTest, LeaveNothingInAStateDir) {
  const TemporaryDirectory directory;
  CheckStateDir(directory.path());
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(HostFactsTest, AFileIsReadableOrNot) {
  const TemporaryDirectory directory;
  EXPECT_EQ(CheckReadable("slurm_conf", directory.Write("slurm.conf", "")).verdict, Verdict::kPass);
  const Finding missing = CheckReadable("slurm_conf", directory.File("missing"));
  EXPECT_EQ(missing.verdict, Verdict::kFail);
  EXPECT_THAT(missing.text, HasSubstr("missing"));
  EXPECT_EQ(missing.remedy, "correct the path in agent.toml");
  EXPECT_EQ(CheckReadable("slurm_conf", directory.path()).remedy, missing.remedy);
}

class CertificatesTest : public testing::Test {
 protected:
  Verdict Of(const TlsFiles& files, absl::Time now) {
    return Worst(CheckCertificates(files, "psmn", now));
  }

  TestCa ca_;
  const absl::Time now_ = SystemClock().Now();
};

TEST_F(CertificatesTest, ArePassedWhileTheyHoldForLongEnough) {
  const TlsFiles files = ca_.Files("site/psmn");
  EXPECT_EQ(Of(files, now_), Verdict::kPass);
  EXPECT_EQ(Of(files, now_ + absl::Hours(24 * 19)), Verdict::kPass);
  const std::vector<Finding> late = CheckCertificates(files, "psmn", now_ + absl::Hours(24 * 21));
  EXPECT_EQ(Worst(late), Verdict::kWarn);
  EXPECT_THAT(late.back().text, HasSubstr("should have been renewed"));
}

TEST_F(CertificatesTest, FailWhenTheyHaveEndedOrAreMissing) {
  EXPECT_EQ(Of(ca_.ExpiredFiles("site/psmn"), now_), Verdict::kFail);
  TlsFiles files = ca_.Files("site/psmn");
  files.key = "/nowhere.key";
  EXPECT_EQ(Of(files, now_), Verdict::kFail);
}

TEST_F(CertificatesTest, FailWhenTheyAreOfSomebodyElse) {
  for (const char* identity : {"site/p2chpd", "user/alice"}) {
    const std::vector<Finding> findings = CheckCertificates(ca_.Files(identity), "psmn", now_);
    EXPECT_EQ(Worst(findings), Verdict::kFail) << identity;
    EXPECT_THAT(findings.front().remedy, HasSubstr("enrol as site/psmn")) << identity;
    EXPECT_THAT(findings.front().text,
                HasSubstr(absl::StrCat("is of spiffe://mesolys/", identity)));
  }
}

}  // namespace
}  // namespace mesolys::agent
