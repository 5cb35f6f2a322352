#include "agent/slurm/submission/submission_text.h"

#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/names.h"
#include "tests/fakes/source_tree.h"

namespace mesolys::agent {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);
const absl::Duration kDay = absl::Hours(24);

class SubmissionTextTest : public testing::Test {
 protected:
  SubmissionTextTest() {
    wanted_.clusters = {"psmn"};
    wanted_.charges.gpu_model = "a100";
    rules_.site = "psmn";
    rules_.free_accounts = {"root", "Staff"};
  }

  GrantCeiling& Grant(const std::string& project, const std::string& resource, int64_t seconds) {
    GrantCeiling& grant = wanted_.accounts[project].grants[GrantName(project, ++number_)];
    grant = {resource, Amount(seconds), {kNow - kDay, kNow + kDay}};
    return grant;
  }
  void Used(int64_t seconds) {  // of the grant that was made last
    for (const auto& [id, account] : wanted_.accounts) {
      const std::string name = GrantName(id, number_);
      if (account.grants.contains(name)) use_.grants[name] = Amount(seconds);
    }
  }
  std::string Text(const SiteUse* use) const {
    return SubmissionText("psmn", wanted_, use, models_, rules_, kNow);
  }
  std::vector<std::string> Lines() const { return absl::StrSplit(Text(&use_), '\n'); }

  SiteState wanted_;
  SiteUse use_;
  PartitionModels models_;
  SubmissionRules rules_;
  int64_t number_ = 0;
};

// What tests/deploy/job_submit_test.py has the plug-in read.
TEST_F(SubmissionTextTest, IsWhatThePluginReads) {
  models_ = {{"main", {"v100", "a100"}}, {"gpu", {"a100"}}, {"cpu", {}}, {"mixed", {"", "a100"}}};
  wanted_.accounts["chair-ia"].logins = {"alice", "bruno"};
  Grant("chair-ia", "cpu", 3600000);
  Grant("chair-ia", "gpu-a100", 40000);
  Used(4000);
  Grant("chair-ia", "gpu-v100", 7200);
  Grant("chair-ia", "storage-work", 5);
  wanted_.accounts["chair-ia"].login_ceilings = {
      {{"alice", "cpu"}, {Amount(72000), kNow - kDay}},
      {{"alice", "storage-work"}, {Amount(1), kNow - kDay}}};
  use_.logins[{"chair-ia", "alice", "cpu"}] = Amount(36000);
  wanted_.accounts["climat"].logins = {"bruno"};
  Grant("climat", "cpu", 360000);
  Grant("climat", "gpu-v100", 450000);
  wanted_.accounts["bio"].logins = {"chloe"};
  wanted_.accounts["bio"].links = {{"psmn", "old.bio"}, {"p2chpd", "older.bio"}};
  Grant("bio", "cpu", 360000);
  wanted_.accounts["ended"].logins = {"alice"};
  Grant("ended", "cpu", 3600);
  Used(3700);
  Grant("ended", "gpu-a100", 3600).period = {kNow + kDay, kNow + 30 * kDay};
  Grant("ended", "gpu-v100", 3600).period = {kNow + 2 * kDay, kNow + 30 * kDay};
  Grant("ended", "storage-work", 3600).period = {kNow + kDay / 2, kNow + 30 * kDay};
  wanted_.accounts["to-come"].logins = {"alice"};
  Grant("to-come", "cpu", 3600).period = {kNow + kDay, kNow + 30 * kDay};
  Grant("to-come", "gpu-a100", 3600).period = {kNow - 2 * kDay, kNow - kDay};

  const std::string path = SourcePath("tests/data/submission/psmn.txt");
  std::ostringstream file;
  file << std::ifstream(path, std::ios::binary).rdbuf();
  const std::pair<std::string, std::string> right =
      absl::StrSplit(file.str(), absl::MaxSplits('\n', 1));
  const std::pair<std::string, std::string> text =
      absl::StrSplit(Text(&use_), absl::MaxSplits('\n', 1));
  EXPECT_EQ(text.second, right.second) << path;
  EXPECT_THAT(text.first, MatchesRegex("mesolys-submission 1 1800000000 [0-9a-f]{16}"));
}

TEST_F(SubmissionTextTest, HasAnotherDigestForAnotherText) {
  Grant("p", "cpu", 3600);
  const std::string before = Text(&use_);
  EXPECT_EQ(Text(&use_), before);
  Used(1);
  EXPECT_NE(Lines().front(), before.substr(0, before.find('\n')));
}

TEST_F(SubmissionTextTest, ClosesNobodyWhileItIsNotKnownWhatWasUsed) {
  Grant("p", "cpu", 3600);
  Grant("q", "gpu-a100", 0);
  wanted_.accounts["p"].login_ceilings = {{{"alice", "cpu"}, {Amount(1), kNow - kDay}}};
  const std::string text = Text(nullptr);
  EXPECT_THAT(text, HasSubstr("\nproject p open\nleft p cpu unknown\n"));
  EXPECT_THAT(text, HasSubstr("\nproject q open\nleft q gpu-a100 unknown\n"));
  EXPECT_THAT(text, Not(HasSubstr("ceiling")));
}

TEST_F(SubmissionTextTest, CountsTheBonusWhereTheSiteGivesOne) {
  Grant("p", "cpu", 3600).bonus = Amount(900);
  Used(3600);
  EXPECT_THAT(Text(&use_), HasSubstr("\nproject p closed\nleft p cpu 0\n"));
  rules_.has_bonus = true;
  EXPECT_THAT(Text(&use_), HasSubstr("\nproject p open\nleft p cpu 900\n"));
  // What is open spends what is left, as its limit says.
  Used(3500);
  EXPECT_THAT(Text(&use_), HasSubstr("\nproject p open\nleft p cpu 100\n"));
  // So is each resource by itself.
  Grant("p", "gpu-a100", 3600).bonus = Amount(800);
  Used(4000);
  EXPECT_THAT(Text(&use_), HasSubstr("\nleft p cpu 100\nleft p gpu-a100 400\n"));
}

TEST_F(SubmissionTextTest, HasTheClustersPartOfWhatIsLeft) {
  wanted_.clusters = {"psmn", "psmn2"};
  Grant("p", "cpu", 3601);
  EXPECT_THAT(Lines(), Contains("left p cpu 1800"));
}

TEST_F(SubmissionTextTest, SaysNothingOfNumbersThatLuaHasNot) {
  Grant("p", "cpu", kAmountMax.count());
  Grant("p", "cpu", kAmountMax.count());
  EXPECT_THAT(Lines(), Contains(absl::StrCat("left p cpu ", kAmountMax.count())));
}

TEST_F(SubmissionTextTest, PrefersTheModelOfTheSite) {
  EXPECT_THAT(Lines(), Contains("gpu_model a100"));
  rules_.gpu_model = "h100";
  EXPECT_THAT(Lines(), Contains("gpu_model h100"));
  rules_.gpu_model = "";
  wanted_.charges = {"", false, {}};
  EXPECT_THAT(Text(&use_), Not(HasSubstr("gpu_model ")));
  EXPECT_THAT(Lines(), Contains("gpu_jobs_pay_no_cpu"));
}

TEST_F(SubmissionTextTest, SaysWhatTypesOfGpusAre) {
  wanted_.charges.gpu_names["1g.10gb"] = {"gpu-a100", 1, 7};
  EXPECT_THAT(Lines(), Contains("gpu_name 1g.10gb gpu-a100 1 7"));
}

TEST_F(SubmissionTextTest, LeavesOutWhatIsNoName) {
  models_ = {{"good", {"a100"}}, {"bad name\nfree x", {"a100"}}};
  rules_.free_accounts = {"lab old", "x\nfree y"};
  wanted_.charges.gpu_model = "a100\nfree z";
  const std::string text = Text(&use_);
  EXPECT_THAT(text, HasSubstr("partition good a100\n"));
  EXPECT_THAT(text, Not(HasSubstr("bad")));
  EXPECT_THAT(text, Not(HasSubstr("free")));
}

}  // namespace
}  // namespace mesolys::agent
