#include "agent/replay/dry_run.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::Each;
using testing::HasSubstr;

const absl::Time kStart = absl::FromUnixSeconds(1800000000);

SiteState Desired() {
  SiteState state;
  SiteAccount& account = state.accounts["chair_ia"];
  account.logins = {"alice"};
  account.links = {{"c1", "old_ia"}};
  account.grants["projects/chair_ia/grants/g17"] = {
      "gpu-a100", Amount(7200000), {kStart, kStart + absl::Hours(24)}};
  return state;
}

TEST(DryRunTest, PrintsEachChangeAsOneLine) {
  TemporaryDirectory directory;
  std::ostringstream lines;
  DryRun dry_run("psmn", directory.File("held.json"), lines);
  const Plan plan = Reconcile(*dry_run.ReadBack(), Desired(), kStart);
  EXPECT_THAT(dry_run.Take(plan.actions), Each(absl::OkStatus()));
  EXPECT_EQ(lines.str(),
            "psmn: account chair_ia: created under root\n"
            "psmn: account chair_ia: old_ia of c1 linked\n"
            "psmn: account chair_ia: login alice added\n"
            "psmn: account chair_ia: ceiling gpu-a100 g17 -> 7200000 GPU-seconds\n");
  lines.str("");
  SiteState none;
  none.accounts["chair_ia"].parent = "ia";
  dry_run.Take(Reconcile(*dry_run.ReadBack(), none, kStart).actions);
  EXPECT_EQ(lines.str(),
            "psmn: account chair_ia: ceiling gpu-a100 g17 dropped\n"
            "psmn: account chair_ia: login alice removed\n"
            "psmn: account chair_ia: old_ia of c1 unlinked\n"
            "psmn: account ia: created under root\n"
            "psmn: account chair_ia: moved under ia\n");
}

TEST(DryRunTest, HoldsAndPrintsWhatMayBeStarted) {
  TemporaryDirectory directory;
  std::ostringstream lines;
  SiteState desired = Desired();
  SiteAccount& account = desired.accounts["chair_ia"];
  account.grants.begin()->second.bonus = Amount(1800000);
  account.access = {{"cpu", Access::kFrozen}, {"gpu-a100", Access::kLowPriority}};
  account.frozen_logins = {{"alice", "gpu-a100"}};
  DryRun first("psmn", directory.File("held.json"), lines);
  first.Take(Reconcile({}, desired, kStart).actions);
  EXPECT_THAT(lines.str(), HasSubstr("psmn: account chair_ia: login alice: gpu-a100 frozen\n"
                                     "psmn: account chair_ia: ceiling gpu-a100 g17 -> 7200000 "
                                     "GPU-seconds and 1800000 beyond\n"
                                     "psmn: account chair_ia: gpu-a100 low priority\n"));
  DryRun second("psmn", directory.File("held.json"), lines);
  EXPECT_TRUE(Reconcile(*second.ReadBack(), desired, kStart).actions.empty());
  lines.str("");
  account.access["gpu-a100"] = Access::kFrozen;
  account.frozen_logins.clear();
  second.Take(Reconcile(*second.ReadBack(), desired, kStart).actions);
  EXPECT_EQ(lines.str(),
            "psmn: account chair_ia: gpu-a100 frozen\n"
            "psmn: account chair_ia: login alice: gpu-a100 open\n");
}

TEST(DryRunTest, HoldsWhatItWasToldAlsoAfterARestart) {
  TemporaryDirectory directory;
  std::ostringstream lines;
  DryRun first("psmn", directory.File("held.json"), lines);
  first.Take(Reconcile({}, Desired(), kStart).actions);
  DryRun second("psmn", directory.File("held.json"), lines);
  const absl::StatusOr<SiteState> held = second.ReadBack();
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->accounts, Desired().accounts);
}

TEST(DryRunTest, SeesThatSomebodyEditedItsFile) {
  TemporaryDirectory directory;
  std::ostringstream lines;
  DryRun dry_run("psmn", directory.File("held.json"), lines);
  dry_run.Take(Reconcile({}, Desired(), kStart).actions);
  std::string text = directory.Read("held.json");
  text.replace(text.find("7200000"), 7, "9900000");
  directory.Write("held.json", text);
  const absl::StatusOr<SiteState> held = dry_run.ReadBack();
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->accounts.at("chair_ia").grants.begin()->second.ceiling, Amount(9900000));
}

TEST(DryRunTest, RefusesAFileThatItDidNotWriteAndLeavesItAlone) {
  TemporaryDirectory directory;
  for (const char* text : {"", "not JSON", "{\"projects\": 5}",
                           "{\"projects\":[{\"project\":\"x\"}]}", "{\"wat\": 1}"}) {
    directory.Write("held.json", text);
    std::ostringstream lines;
    DryRun dry_run("psmn", directory.File("held.json"), lines);
    EXPECT_EQ(dry_run.ReadBack().status().code(), absl::StatusCode::kFailedPrecondition) << text;
    for (const absl::Status& taken : dry_run.Take(Reconcile({}, Desired(), kStart).actions)) {
      EXPECT_FALSE(taken.ok());
    }
    EXPECT_EQ(directory.Read("held.json"), text);
    EXPECT_EQ(lines.str(), "");
  }
}

TEST(DryRunTest, ChangesNothingWhenItsFileCannotBeWritten) {
  std::ostringstream lines;
  DryRun dry_run("psmn", "/proc/mesolys/held.json", lines);
  const auto taken = dry_run.Take(Reconcile({}, Desired(), kStart).actions);
  ASSERT_FALSE(taken.empty());
  EXPECT_THAT(std::string(taken[0].message()), HasSubstr("/proc/mesolys/held.json"));
  EXPECT_EQ(lines.str(), "");
}

TEST(DryRunTest, DoesNotHoldTheQuotasThatAnOlderAgentWroteDown) {
  TemporaryDirectory directory;
  std::ostringstream lines;
  DryRun dry_run("psmn", directory.File("held.json"), lines);
  SiteState state = Desired();
  state.accounts["chair_ia"].grants["projects/chair_ia/grants/g18"] = {
      "storage-scratch", Amount(1000), {kStart, kStart + absl::Hours(24)}};
  dry_run.Take(Reconcile(SiteState(), state, kStart).actions);
  EXPECT_THAT(directory.Read("held.json"), HasSubstr("storage-scratch"));
  EXPECT_EQ(dry_run.ReadBack()->accounts["chair_ia"].grants, Desired().accounts["chair_ia"].grants);
  EXPECT_FALSE(dry_run.IsFor("storage-scratch"));
}

}  // namespace
}  // namespace mesolys::agent
