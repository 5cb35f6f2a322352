#include "agent/slurm/submission/submission_files.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/names.h"
#include "tests/fakes/fake_enforcer.h"
#include "tests/fakes/fake_scontrol.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

SubmissionOptions In(const std::string& folder, std::vector<std::string> clusters = {"psmn"}) {
  SubmissionOptions options;
  options.folder = folder;
  options.clusters = std::move(clusters);
  options.rules.site = "psmn";
  return options;
}

class SubmissionFilesTest : public testing::Test {
 protected:
  SubmissionFilesTest() {
    wanted_.generation = 3;
    wanted_.clusters = {"psmn"};
    wanted_.accounts["p"].grants[GrantName("p", 1)] = {
        "cpu", Amount(3600), {kNow - absl::Hours(1), kNow + absl::Hours(1)}};
    scontrol_->clusters["psmn"][Scontrol::Noun::kNode] = {
        FakeScontrol::Node("n1", "IDLE", "gpu:a100:4")};
  }

  InForce Put(absl::Time now) { return files_.PutInForce(wanted_, SiteUse(), {}, now); }
  std::string File() const { return directory_.Read("psmn.txt"); }

  TemporaryDirectory directory_;
  FakeEnforcer enforcer_;
  FakeScontrol* const scontrol_ = new FakeScontrol;
  SubmissionFiles files_{In(directory_.path()), enforcer_, std::unique_ptr<Scontrol>(scontrol_)};
  SiteState wanted_;
};

TEST_F(SubmissionFilesTest, AreWrittenWithEveryLookAtTheSite) {
  const InForce in_force = Put(kNow);
  EXPECT_TRUE(in_force.status.ok()) << in_force.status;
  EXPECT_EQ(in_force.enforcements.size(), 1U);
  EXPECT_TRUE(enforcer_.held.accounts.contains("p"));
  EXPECT_THAT(File(), StartsWith("mesolys-submission 1 1800000000 "));
  EXPECT_THAT(File(), HasSubstr("\npartition main a100\nproject p open\nleft p cpu 3600\nend "));
  Put(kNow + absl::Seconds(30));
  EXPECT_THAT(File(), StartsWith("mesolys-submission 1 1800000030 "));
  EXPECT_EQ(files_.counts().write_time, kNow + absl::Seconds(30));
  EXPECT_EQ(files_.counts().failures, 0);
}

TEST_F(SubmissionFilesTest, MayBeReadByAll) {
  const mode_t before = ::umask(077);
  Put(kNow);
  ::umask(before);
  struct stat status = {};
  ASSERT_EQ(::stat(directory_.File("psmn.txt").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0644U);
}

TEST_F(SubmissionFilesTest, AreWrittenWhereLimitsCouldNotBeSet) {
  enforcer_.unreadable = absl::UnavailableError("slurmdbd is down");
  EXPECT_FALSE(Put(kNow).status.ok());
  EXPECT_THAT(File(), HasSubstr("\nproject p open\n"));
}

TEST_F(SubmissionFilesTest, HinderNothingWhereTheyCannotBeWritten) {
  SubmissionFiles lost(In(directory_.File("no/such/folder")), enforcer_,
                       std::make_unique<FakeScontrol>());
  EXPECT_TRUE(lost.PutInForce(wanted_, SiteUse(), {}, kNow).status.ok());
  EXPECT_EQ(lost.counts().failures, 1);
  EXPECT_EQ(lost.counts().write_time, absl::UnixEpoch());
}

TEST_F(SubmissionFilesTest, FollowNoLink) {
  const std::string precious = directory_.Write("precious", "kept");
  ASSERT_EQ(::symlink(precious.c_str(), directory_.File("psmn.txt.new").c_str()), 0);
  Put(kNow);
  EXPECT_EQ(directory_.Read("precious"), "kept");
  EXPECT_EQ(files_.counts().failures, 1);
}

TEST_F(SubmissionFilesTest, AreAsOldAsTheOldestOfThem) {
  SubmissionFiles two(In(directory_.path(), {"psmn", "no/such"}), enforcer_,
                      std::make_unique<FakeScontrol>());
  two.PutInForce(wanted_, SiteUse(), {}, kNow);
  EXPECT_EQ(two.counts().write_time, absl::UnixEpoch());
  EXPECT_EQ(two.counts().failures, 1);
}

TEST_F(SubmissionFilesTest, KeepTheModelsThatWereReadUntilOthersAre) {
  Put(kNow);
  std::vector<std::string>& nodes = scontrol_->clusters["psmn"][Scontrol::Noun::kNode];
  nodes = {FakeScontrol::Node("n1", "IDLE", "gpu:h100:4")};
  Put(kNow + SubmissionFiles::kModelsAge - absl::Seconds(1));
  EXPECT_THAT(File(), HasSubstr("partition main a100\n"));
  scontrol_->failure = absl::UnavailableError("slurmctld is away");
  Put(kNow + SubmissionFiles::kModelsAge);
  EXPECT_THAT(File(), HasSubstr("partition main a100\n"));
  scontrol_->failure = absl::OkStatus();
  Put(kNow + SubmissionFiles::kModelsAge + SubmissionFiles::kModelsRetry);
  EXPECT_THAT(File(), HasSubstr("partition main h100\n"));
}

TEST_F(SubmissionFilesTest, SayNothingOfPartitionsThatWereNeverRead) {
  scontrol_->clusters.clear();
  Put(kNow);
  EXPECT_THAT(File(), HasSubstr("\nproject p open\n"));
  EXPECT_THAT(File(), Not(HasSubstr("partition")));
}

}  // namespace
}  // namespace mesolys::agent
