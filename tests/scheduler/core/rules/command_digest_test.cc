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
#include "scheduler/core/rules/canonical_text.h"
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

Request AtSites() {
  Request request = Bare();
  request.lines = {{"cpu",
                    Amount(10),
                    {},
                    {"north", "south"},
                    false,
                    {{"north", Amount(6)}, {"south", Amount(4)}}},
                   {"gpu-a100", Amount(7), {}, {}, false, {}, true}};
  return request;
}

std::vector<Golden> OfProjects() {
  return {
      {"adopt catalogue", 0, "21b1a01eda369d27edf16ea0e4fabe466172eaf2b0d567a972da47be095a8d40",
       AdoptCatalogue{{}, "# text\n", "digest-1"}},
      {"create project", 1, "6d151af5533d3c2dfc25277c8335e0ad721a17c952fbb9764a259f32d084276d",
       CreateProject{{"alpha", "Project alpha", "ens", "chair", "open", "beta", "paul", kPeriod}}},
      {"create project, without a class or a parent", 1,
       "4bdaf932469b541834c11a2fdd92f9fa374b4e026a51244488d1bb7879d29525",
       CreateProject{{"alpha", "Project alpha", "ens", "chair", "", "", "paul", kPeriod}}},
      {"link account", 2, "b21394d2517759ddb7ec5b309179b473d0aea2c74a7b6c3551cbb2518eca0483",
       LinkAccount{"alpha", "n1", "old", "r1"}},
      {"link account, without an etag", 2,
       "86b71f36df4d3727f2fbde9b00cefb6c0933d96d4df960ea7f05521d28f40385",
       LinkAccount{"alpha", "n1", "old", ""}},
      {"add member", 3, "ac8341f72156e109a0853a9f5a703b6189af851711fadbe5d7a18ed269ab6cef",
       AddMember{"alpha",
                 {"rosa", ProjectRole::kSupervisor, {{"north", "rosa1"}, {"south", "rosa2"}}}}},
      {"add member, without logins", 3,
       "f46784a75ff8bdb5ac85c5a1651251fa60db64473ca097c06da20f1ca70bbefd",
       AddMember{"alpha", {"rosa", ProjectRole::kPi, {}}}},
      {"add deputy", 3, "2be8cec5e934ff32445d7688f24fd09577c92caf31f349c64840220db7d3912f",
       AddMember{"alpha", {"dora", ProjectRole::kDeputy, {{"north", "dora1"}}, kPeriod}}},
      {"add researcher, whose term is not said", 3,
       "fca15720a8d19f017dba47d47f49987ba7121196a53da75f50ce664111084d94",
       AddMember{"alpha", {"dora", ProjectRole::kResearcher, {}, kPeriod}}},
      {"remove member", 22, "c2e7b8edd12edbe1343d7a0e4e4601df4fef5c2248e544a7b9c1cb218a42655f",
       RemoveMember{"alpha", "rosa"}},
      {"archive project", 23, "5c27e5e2366cf1d2c48ce2a905f8d95e498d636cbcd099cff8aa565bfc11714b",
       ArchiveProject{"alpha", "over"}},
      {"set member ceiling", 26, "8d30cdaacc76a63b907d7e952547c5838dcdeb2f28bf68d78f005ee5c13b67fc",
       SetMemberCeiling{"alpha", "rosa", "north", "cpu", Amount(3600)}},
      {"set member ceiling to nothing", 26,
       "c90fd704ce8bb7fbf073830932625114b25a9e8afc258174c1bd4f7137c49a2a",
       SetMemberCeiling{"alpha", "rosa", "north", "cpu", Amount(0)}},
      {"take member ceiling away", 26,
       "d37ad56b80dc89254b81eac9de22fca09077de9b1a87fad55f428c084571fb45",
       SetMemberCeiling{"alpha", "rosa", "north", "cpu", std::nullopt}},
      {"unlink account", 29, "ba4bcf2904029dbc1bde57fd8476d8b39d52340934135a0e6d78b6c983c295bd",
       UnlinkAccount{"alpha", "n1", "old", "r1", "theirs"}},
      {"unlink account, without an etag", 29,
       "ffdb7df9f78d9200c8d6babef0a2a48765dc2d6f206b85ca706cc05003044025",
       UnlinkAccount{"alpha", "n1", "old", "", "theirs"}},
  };
}

std::vector<Golden> OfRequestsAndUse() {
  return {
      {"submit request, at once", 4,
       "80af7104df3f024b6a27656c62574ba72ab14ae7e780864373e1d3ebef6e1392", SubmitRequest{AtOnce()}},
      {"submit request, for a call", 4,
       "af668c48de8cdbe870b55996b218e304916a0b6d068287a3f4be4480d7715eaf", SubmitRequest{OnCall()}},
      {"submit request, at once with a curve", 4,
       "deac41f9eb9c0ac4b9203fd0b22edbcae1161d9464dff9ca5118d8d3acde883a",
       SubmitRequest{AtOnceWithACurve()}},
      {"submit request, of nothing", 4,
       "b805140d178329ecd156488e174573494bd757b7a1a91ee3d97cf6b72c2b59be", SubmitRequest{Bare()}},
      {"submit request, split and at any site", 4,
       "d7634cdae4c6c96faf3498d751ae297b44400d8daa2cd371692889a085ed3916",
       SubmitRequest{AtSites()}},
      {"withdraw request", 27, "e0198eefd91daf2bb45735e5da90ba733a09572a979bb555b4ed113c0128dd29",
       WithdrawRequest{3, "too much"}},
      {"decide request", 28, "553dc1a6549e441fa842239dee744203bfbff7b847b2772fbbda021061d80696",
       DecideRequest{3, {{"cpu", Amount(5)}, {"gpu-a100", Amount(6)}}, "as found"}},
      {"decide request, with nothing", 28,
       "ff077c8be1ba9923181018d68723aa5d3f2e3d9218e79e2a579bf0088a04c796",
       DecideRequest{3, {}, "not this time"}},
      {"report usage", 5, "94cf61d44805cc8ef291e200b296472cf45b0e28983b24e4785e2fd19d978dc9",
       ReportUsage{"north",
                   {Record(), Record()},
                   {{1, {Reason::kRecordInvalid, "no end", {{"field", "end"}}}}},
                   {0, 2}}},
      {"report usage, of nothing", 5,
       "ca403f46ecf5ace050888a016a94d69ab6ba5e65f41dbc6a9b0cc1f29f5c48c8",
       ReportUsage{"north", {}, {}, {}}},
      {"resettle jobs", 6, "e2ac1f81a01c44c0e355f0c7c1da4b5d4ed6990acaf22783d69d17ba721a59b6",
       ResettleJobs{"n1", "old", {kJob, {"n1", 18, At(2026, 6)}}, 40}},
      {"resettle jobs, at the end", 6,
       "722f79f063ff188da24498caa36f76091fd9ff0f41d30adb47edb53439ff0960",
       ResettleJobs{"n1", "old", {}, 41}},
      {"refund job", 17, "cdbeae8000643a886743d36f294681964f1788abc75762001ef6005f638280bd",
       RefundJob{kJob, "by hand"}},
  };
}

std::vector<Golden> OfGrants() {
  return {
      {"supplement grant", 7, "879f2138094d5136f46fecbe36f6f7abded208c320cba1e25bbf902e9a501f3e",
       SupplementGrant{4, Amount(5), {"north", "south"}, "more jobs than thought"}},
      {"supplement grant, where it is", 7,
       "69d37724aac3c1cbff542c2b5f1744dc8fd028a1ce4d5f2997d846c0808ce165",
       SupplementGrant{4, Amount(5), {}, "more"}},
      {"extend grant", 8, "4d118105ccbd354b333ce11c448580860e8de475d3873ccb25e1252a5c947dfa",
       ExtendGrant{4, At(2027, 2), "late"}},
      {"transfer hours to a grant", 9,
       "3629b5bb9987ef4dee5e732426cf0230959ad1b42ce31918c733237384f68a3e",
       TransferHours{4, Amount(5), 6, "beta", "swapped"}},
      {"transfer hours to a project", 9,
       "215a2d2ff1219ceebaef0b13c528b29f90b8341460ccc1087107ec8663c5ac63",
       TransferHours{4, Amount(5), 0, "beta", "swapped"}},
      {"adjust overdraft", 10, "9bf8dde53889ac4bd3f9b2f726a4cdc511fd11ce25b05a674e9f9fd1ba45ede9",
       AdjustOverdraft{4, 2, Amount(5), "paid later"}},
      {"release hours", 11, "afae54c2ae7a368ac1b726235f84d561905a0406a1bfed01e63519c34aa0508d",
       ReleaseHours{4, Amount(5), "not needed"}},
      {"revoke grant", 12, "c9ada37e32e67abdf84aae9dbf8901b6156e2ba7a8542d296fe3025472fb207e",
       RevokeGrant{4, "left"}},
      {"write off overdraft", 13,
       "518ad9785da810b2d430e4d552c98ea4c12afdaed5a681890401293d149b51fc",
       WriteOffOverdraft{4, Amount(5), "nobody will pay"}},
      {"post opening balance", 14,
       "51192d6aae4f4df447b635ef186c4bccac0179d61ea80c0d2428a9dcd89deb92",
       PostOpeningBalance{4, "north", Amount(5), "before"}},
      {"confirm ceilings", 15, "3430c58571eb2e33c83be7d791030db91b6ba6d811cf512769a4a1ff40f16289",
       ConfirmCeilings{"north", 12, {{4, Amount(5), Amount(7)}, {6, Amount(0), Amount(0)}}}},
      {"confirm ceilings, of nothing", 15,
       "67b490f02eed4b66e1e58ab181a2c80bda9c41cd121d5cec39474d6a77da37e0",
       ConfirmCeilings{"north", 12, {}}},
      {"move ceiling", 19, "a890dd85d96a2b3b3bb3b1a99fb1ef726fe96a491fbf89b13b29c8e3891ac34f",
       MoveCeiling{4, "north", "south", Amount(5)}},
      {"move ceiling, from nowhere", 19,
       "e613b9b680c8d5313c4281295f31989ae95c28ceea6321af3930e05b2f11e77b",
       MoveCeiling{4, "", "south", Amount(5)}},
      {"move ceiling, by hand", 19,
       "14b54e7859cc68db7e95873b902d5207a5fe431ec1b50db1bb9d295004241b53",
       MoveCeiling{4, "north", "south", Amount(5), "the queue is long"}},
      {"notice under-use", 20, "ebad7064376db17df6c451b1f7351c74cd60e16b5722d7405eeab6f9cf3d919e",
       NoticeUnderUse{4}},
      {"give back unused", 21, "7045d7bf4647ad7570b1d22f8d140c81270217dfad6cda58fcc276b7e485c1fc",
       GiveBackUnused{4}},
  };
}

std::vector<Golden> OfSitesAndTheOffice() {
  return {
      {"write off site", 16, "19924c7ce40207419334e35ad6ad98eec2312c2f05ea6852b5aef99b47e1f9e1",
       WriteOffSite{"north", "silent"}},
      {"declare incident", 18, "5e47db911d22613ca1b2715ea40f8e428f8afc9a2df7e53db2cb9f983011c9e3",
       DeclareWindow{{0, SiteWindow::Kind::kIncident, "north", kPeriod, "a storm"}}},
      {"declare maintenance, whose number is not said", 18,
       "a05ac1de31d59b231d0fc5ca55951bf1059276e938def664a19a4104ef4db8be",
       DeclareWindow{{9, SiteWindow::Kind::kMaintenance, "north", kPeriod, "new pumps"}}},
      {"set mode", 24, "bec5fe51c873a01c4365ecda964eda58e53d1988c7c6623e8b5e0e6957b923b8",
       SetMode{true, "moving house"}},
      {"set mode back", 24, "0ab18b402914bfdefbde00dc9b84b03c64888f57456a17bce4315879425e710c",
       SetMode{false, "moved"}},
      {"give role", 25, "a393b22ea34f6fad3b27e337de793a59dd7b2de11c8d2242b10ce5948da182dd",
       GiveRole{"rosa", "operator", false, "holidays"}},
      {"take role", 25, "c731fba92e1020d81c4aae7ed44095fc7a57d4553f890cf049035a6437682cc8",
       GiveRole{"rosa", "operator", true, "back"}},
      {"order import", 30, "2560899c16ea5c999a87c75412df77f78d316422e67a926ab0759ea46d431f17",
       OrderImport{{0, "north", kPeriod}}},
      {"order import, whose number is not said", 30,
       "2560899c16ea5c999a87c75412df77f78d316422e67a926ab0759ea46d431f17",
       OrderImport{{7, "north", kPeriod}}},
      {"end import", 31, "c1b4b2d00eebfb7d25206a0db2f7f077e9e3ceeddd7eb8a263d015896fb16584",
       EndImport{"north", 5, {9, 8, 1, 2, 3600, "slurmdbd is away"}}},
      {"end import, without a problem", 31,
       "50713c2de36a1950de7d7fe9c96da3a1197190db01bb949469e4d47a690c253d",
       EndImport{"north", 5, {9, 8, 0, 0, 3600, ""}}},
      {"dismiss rows", 32, "bb1b38eae2b9bc19e7f9060c288fa21a2f3f7ba9dadc05b5c4054d2805fc38e1",
       DismissRows{{"north", 17, 19, "written by a broken prolog"}}},
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
