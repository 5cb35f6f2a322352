// The digest of a command is kept with its key: a client that tries a command of yesterday again
// must be known by it. So no text below may ever change, whatever becomes of the structs. A field
// that is added later is in the text only when it is set, and gets lines of its own here.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/core/command.h"
#include "scheduler/store/row_hash.h"

namespace mesolys {
namespace {

struct Golden {
  const char* name;
  int64_t number;  // of the command, what its text begins with
  const char* digest;
  Command command;
};

absl::Time At(int year, int month, int day = 1) {
  return absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone());
}

const Period kPeriod{At(2026, 7), At(2027, 1)};
const JobKey kJob{"n1", 17, At(2026, 6, 14)};

UsageRecord Record() {
  UsageRecord record;
  record.key = kJob;
  record.account = "alpha";
  record.user = "u1";
  record.partition = "main";
  record.qos = "normal";
  record.state = JobState::kCancelled;
  record.cancelled_by_uid = 380'693;
  record.start_time = At(2026, 6, 15);
  record.end_time = At(2026, 6, 16);
  record.suspended_seconds = 60;
  record.time_limit_seconds = 90'000;
  record.core_count = 16;
  record.gpu_counts = {{"", 1}, {"a100", 2}};
  record.memory_bytes = 64'000'000'000;
  record.node_count = 2;
  record.observe_time = At(2026, 6, 17) + absl::Microseconds(5);
  return record;
}

Request OnCall() {
  Request request;
  request.project = "alpha";
  request.lines = {{"cpu", Amount(10), Amount(5), {"north", "south"}, false},
                   {"support", Amount(7), {}, {}, false}};
  request.period = kPeriod;
  request.justification = "à savoir";
  request.necessity = "need";
  request.energy_median_watt_hours = 3;
  request.energy_p90_watt_hours = 9;
  request.track = Track::kCall;
  request.curve = {{At(2026, 8), PartsPerMillion(250'000)},
                   {At(2026, 9), PartsPerMillion(500'000)}};
  return request;
}

Request AtOnce() {
  Request request = OnCall();
  request.track = Track::kDynamic;
  request.curve.clear();
  return request;
}

Request AtOnceWithACurve() {
  Request request = OnCall();
  request.track = Track::kDynamic;
  return request;
}

Request Bare() {
  Request request;
  request.project = "alpha";
  request.period = kPeriod;
  return request;
}

std::vector<Golden> OfProjects() {
  return {
      {"adopt catalogue", 0, "", AdoptCatalogue{{}, "# text\n", "digest-1"}},
      {"create project", 1, "",
       CreateProject{{"alpha", "Project alpha", "ens", "chair", "open", "beta", "paul", kPeriod}}},
      {"create project, without a class or a parent", 1, "",
       CreateProject{{"alpha", "Project alpha", "ens", "chair", "", "", "paul", kPeriod}}},
      {"link account", 2, "", LinkAccount{"alpha", "n1", "old", "r1"}},
      {"link account, without an etag", 2, "", LinkAccount{"alpha", "n1", "old", ""}},
      {"add member", 3, "",
       AddMember{"alpha",
                 {"rosa", ProjectRole::kSupervisor, {{"north", "rosa1"}, {"south", "rosa2"}}}}},
      {"add member, without logins", 3, "", AddMember{"alpha", {"rosa", ProjectRole::kPi, {}}}},
      {"add deputy", 3, "",
       AddMember{"alpha", {"dora", ProjectRole::kDeputy, {{"north", "dora1"}}, kPeriod}}},
      {"add researcher, whose term is not said", 3, "",
       AddMember{"alpha", {"dora", ProjectRole::kResearcher, {}, kPeriod}}},
      {"remove member", 22, "", RemoveMember{"alpha", "rosa"}},
      {"archive project", 23, "", ArchiveProject{"alpha", "over"}},
      {"set member ceiling", 26, "",
       SetMemberCeiling{"alpha", "rosa", "north", "cpu", Amount(3600)}},
      {"set member ceiling to nothing", 26, "",
       SetMemberCeiling{"alpha", "rosa", "north", "cpu", Amount(0)}},
      {"take member ceiling away", 26, "",
       SetMemberCeiling{"alpha", "rosa", "north", "cpu", std::nullopt}},
      {"unlink account", 29, "", UnlinkAccount{"alpha", "n1", "old", "r1", "theirs"}},
      {"unlink account, without an etag", 29, "",
       UnlinkAccount{"alpha", "n1", "old", "", "theirs"}},
  };
}

std::vector<Golden> OfRequestsAndUse() {
  return {
      {"submit request, at once", 4, "", SubmitRequest{AtOnce()}},
      {"submit request, for a call", 4, "", SubmitRequest{OnCall()}},
      {"submit request, at once with a curve", 4, "", SubmitRequest{AtOnceWithACurve()}},
      {"submit request, of nothing", 4, "", SubmitRequest{Bare()}},
      {"withdraw request", 27, "", WithdrawRequest{3, "too much"}},
      {"decide request", 28, "",
       DecideRequest{3, {{"cpu", Amount(5)}, {"gpu-a100", Amount(6)}}, "as found"}},
      {"decide request, with nothing", 28, "", DecideRequest{3, {}, "not this time"}},
      {"report usage", 5, "",
       ReportUsage{"north",
                   {Record(), Record()},
                   {{1, {Reason::kRecordInvalid, "no end", {{"field", "end"}}}}},
                   {0, 2}}},
      {"report usage, of nothing", 5, "", ReportUsage{"north", {}, {}, {}}},
      {"resettle jobs", 6, "", ResettleJobs{"n1", "old", {kJob, {"n1", 18, At(2026, 6)}}, 40}},
      {"resettle jobs, at the end", 6, "", ResettleJobs{"n1", "old", {}, 41}},
      {"refund job", 17, "", RefundJob{kJob, "by hand"}},
  };
}

std::vector<Golden> OfGrants() {
  return {
      {"supplement grant", 7, "",
       SupplementGrant{4, Amount(5), {"north", "south"}, "more jobs than thought"}},
      {"supplement grant, where it is", 7, "", SupplementGrant{4, Amount(5), {}, "more"}},
      {"extend grant", 8, "", ExtendGrant{4, At(2027, 2), "late"}},
      {"transfer hours to a grant", 9, "", TransferHours{4, Amount(5), 6, "beta", "swapped"}},
      {"transfer hours to a project", 9, "", TransferHours{4, Amount(5), 0, "beta", "swapped"}},
      {"adjust overdraft", 10, "", AdjustOverdraft{4, 2, Amount(5), "paid later"}},
      {"release hours", 11, "", ReleaseHours{4, Amount(5), "not needed"}},
      {"revoke grant", 12, "", RevokeGrant{4, "left"}},
      {"write off overdraft", 13, "", WriteOffOverdraft{4, Amount(5), "nobody will pay"}},
      {"post opening balance", 14, "", PostOpeningBalance{4, "north", Amount(5), "before"}},
      {"confirm ceilings", 15, "",
       ConfirmCeilings{"north", 12, {{4, Amount(5), Amount(7)}, {6, Amount(0), Amount(0)}}}},
      {"confirm ceilings, of nothing", 15, "", ConfirmCeilings{"north", 12, {}}},
      {"move ceiling", 19, "", MoveCeiling{4, "north", "south", Amount(5)}},
      {"move ceiling, from nowhere", 19, "", MoveCeiling{4, "", "south", Amount(5)}},
      {"notice under-use", 20, "", NoticeUnderUse{4}},
      {"give back unused", 21, "", GiveBackUnused{4}},
  };
}

std::vector<Golden> OfSitesAndTheOffice() {
  return {
      {"write off site", 16, "", WriteOffSite{"north", "silent"}},
      {"declare incident", 18, "",
       DeclareWindow{{0, SiteWindow::Kind::kIncident, "north", kPeriod, "a storm"}}},
      {"declare maintenance, whose number is not said", 18, "",
       DeclareWindow{{9, SiteWindow::Kind::kMaintenance, "north", kPeriod, "new pumps"}}},
      {"set mode", 24, "", SetMode{true, "moving house"}},
      {"set mode back", 24, "", SetMode{false, "moved"}},
      {"give role", 25, "", GiveRole{"rosa", "operator", false, "holidays"}},
      {"take role", 25, "", GiveRole{"rosa", "operator", true, "back"}},
      {"order import", 30, "", OrderImport{{0, "north", kPeriod}}},
      {"order import, whose number is not said", 30, "", OrderImport{{7, "north", kPeriod}}},
      {"end import", 31, "", EndImport{"north", 5, {9, 8, 1, 2, 3600, "slurmdbd is away"}}},
      {"end import, without a problem", 31, "", EndImport{"north", 5, {9, 8, 0, 0, 3600, ""}}},
  };
}

std::vector<Golden> AllGolden() {
  std::vector<Golden> all;
  for (const std::vector<Golden>& some :
       {OfProjects(), OfRequestsAndUse(), OfGrants(), OfSitesAndTheOffice()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

TEST(CommandDigestTest, EachCommandHasTheDigestThatItAlwaysHad) {
  for (const Golden& golden : AllGolden()) {
    EXPECT_EQ(ToHex(Sha256(CanonicalText(golden.command))), golden.digest)
        << golden.name << ": " << CanonicalText(golden.command);
  }
}

TEST(CommandDigestTest, EachCommandBeginsWithTheNumberThatItAlwaysHad) {
  for (const Golden& golden : AllGolden()) {
    const std::string text = CanonicalText(golden.command);
    EXPECT_EQ(text.substr(0, text.find(';')), absl::StrCat(golden.number)) << golden.name;
  }
}

TEST(CommandDigestTest, NoCommandIsMissing) {
  std::set<size_t> kinds;
  std::set<int64_t> numbers;
  for (const Golden& golden : AllGolden()) {
    kinds.insert(golden.command.index());
    numbers.insert(golden.number);
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command>);
  EXPECT_EQ(numbers.size(), std::variant_size_v<Command>);
}

}  // namespace
}  // namespace mesolys
