#include "scheduler/service/access_table.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/methods.h"
#include "proto/values/reason.h"
#include "tests/scheduler/service/service_world.h"

namespace mesolys {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(AccessTableTest, HasOneEntryForEachRpcOfTheServices) {
  EXPECT_EQ(CheckAccessTable(AccessTable()), absl::OkStatus());
}

TEST(AccessTableTest, IsRefusedWhenAnyEntryIsMissing) {
  for (size_t i = 0; i < AccessTable().size(); ++i) {
    std::vector<AccessRule> table = AccessTable();
    const std::string missing = table[i].method;
    table.erase(table.begin() + static_cast<std::ptrdiff_t>(i));
    const absl::Status status = CheckAccessTable(table);
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << missing;
    EXPECT_THAT(std::string(status.message()), HasSubstr(missing + " (no entry)"));
  }
}

TEST(AccessTableTest, IsRefusedWhenAnEntryStandsTwice) {
  std::vector<AccessRule> table = AccessTable();
  table.push_back(table.front());
  const absl::Status status = CheckAccessTable(table);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr(table.front().method));
}

TEST(AccessTableTest, IsRefusedWhenAnEntryHasNoRpc) {
  for (const std::string method : {"GrantService.DropEverything", "GetBalance", ""}) {
    std::vector<AccessRule> table = AccessTable();
    table.push_back({method, /*any_user=*/true, {}, {}, false, false});
    const absl::Status status = CheckAccessTable(table);
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << method;
    EXPECT_THAT(std::string(status.message()), HasSubstr(method + " (no such RPC, or twice)"));
  }
}

TEST(AccessTableTest, LetsNobodyCallAnRpcThatHasNoRule) {
  const absl::Status status = Authorize(WorldLedger(), "spiffe://mesolys/user/olga",
                                        "GrantService.Unheard", {}, WorldTime());
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
}

// What may be called for what. The words of the rules (domain.md, interfaces.md), not of the code:
//   O  the project alpha, or the site psmn
//   S  its sibling beta                      F  the foreign project zeta, or the site p2chpd
//   P  the chair above alpha and beta        A  one that does not exist
// `pi`, `res` (a researcher) and `sup` (a supervisor) are members of alpha; those with `P-` of the
// chair. `psmn` and `p2chpd` are the agents of these sites, `sched` is a service.
constexpr char kExpected[] = R"(
RPC                              olga  comm  audit pi    res   sup   P-pi  P-sup P-res other psmn  p2chpd sched
IdentityService.GetWhoAmI        OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA -     -     -
IdentityService.CheckAccess      OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA -     -     -
OfficeService.GiveRole           OSPFA OSPFA OSPFA -     -     -     -     -     -     -     -     -     -
OfficeService.SetMode            OSPFA -     -     -     -     -     -     -     -     -     -     -     -
OfficeService.ListEvents         OSPFA -     OSPFA -     -     -     -     -     -     -     -     -     -
OfficeService.GetEvent           OSPFA -     OSPFA -     -     -     -     -     -     -     -     -     -
SiteService.Get                  OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA -     -     -
SiteService.List                 OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA -     -     -
SiteService.DeclareWindow        OSPFA -     -     -     -     -     -     -     -     -     -     -     -
SiteService.WriteOff             OSPFA -     -     -     -     -     -     -     -     -     -     -     -
ProjectService.Create            OSPFA -     -     -     -     -     -     -     -     -     -     -     -
ProjectService.Get               OSPFA OSPFA OSPFA O     O     O     OSP   OSP   P     -     -     -     -
ProjectService.List              OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA OSPFA -     -     -
ProjectService.LinkAccount       OSPFA -     -     -     -     -     -     -     -     -     -     -     -
ProjectService.UnlinkAccount     OSPFA -     -     -     -     -     -     -     -     -     -     -     -
ProjectService.AddMember         OSPFA -     -     O     -     -     P     -     -     -     -     -     -
ProjectService.ListMembers       OSPFA OSPFA OSPFA O     O     O     OSP   OSP   P     -     -     -     -
ProjectService.RemoveMember      OSPFA -     -     O     -     -     P     -     -     -     -     -     -
ProjectService.SetMemberCeiling  OSPFA -     -     O     -     -     P     -     -     -     -     -     -
ProjectService.Archive           OSPFA -     -     -     -     -     -     -     -     -     -     -     -
ProjectService.Explain           OSPFA OSPFA OSPFA O     O     O     OSP   OSP   P     -     -     -     -
RequestService.Create            OSPFA -     -     O     -     -     P     -     -     -     -     -     -
RequestService.Withdraw          OSPFA -     -     O     -     -     P     -     -     -     -     -     -
RequestService.Decide            OSPFA OSPFA -     -     -     -     -     -     -     -     -     -     -
RequestService.Quote             OSPFA OSPFA OSPFA O     O     O     OSP   OSP   P     -     -     -     -
RequestService.QuoteJob          OSPFA OSPFA OSPFA O     O     O     OSP   OSP   P     -     -     -     -
RequestService.Get               OSPFA OSPFA OSPFA O     O     O     OSP   OSP   P     -     -     -     -
RequestService.List              OSPFA OSPFA OSPFA O     O     O     OSP   OSP   P     -     -     -     -
GrantService.Get                 OSPFA OSPFA OSPFA O     O     O     OSP   OSP   P     -     -     -     -
GrantService.List                OSPFA OSPFA OSPFA O     O     O     OSP   OSP   P     -     -     -     -
GrantService.Supplement          OSPFA -     -     -     -     -     -     -     -     -     -     -     -
GrantService.Extend              OSPFA -     -     -     -     -     -     -     -     -     -     -     -
GrantService.Transfer            OSPFA -     -     O     -     -     P     -     -     -     -     -     -
GrantService.AdjustOverdraft     OSPFA -     -     O     -     -     P     -     -     -     -     -     -
GrantService.Release             OSPFA -     -     O     -     -     P     -     -     -     -     -     -
GrantService.Revoke              OSPFA -     -     -     -     -     -     -     -     -     -     -     -
GrantService.WriteOffOverdraft   OSPFA -     -     -     -     -     -     -     -     -     -     -     -
GrantService.PostOpeningBalance  OSPFA -     -     -     -     -     -     -     -     -     -     -     -
GrantService.GetBalance          OSPFA OSPFA OSPFA O     O     O     OSP   OSP   P     -     -     -     -
UsageService.RefundJob           OSPFA -     -     -     -     -     -     -     -     -     -     -     -
UsageService.Import              OSPFA -     -     -     -     -     -     -     -     -     -     -     -
UsageService.DismissRows         OSPFA -     -     -     -     -     -     -     -     -     -     -     -
UsageService.Compare             OSPFA -     OSPFA -     -     -     -     -     -     -     -     -     -
UsageService.GetComparison       OSPFA -     OSPFA -     -     -     -     -     -     -     -     -     -
UsageService.ListDifferences     OSPFA -     OSPFA -     -     -     -     -     -     -     -     -     -
UsageService.GetJob              OSPFA -     OSPFA O     O     O     P     P     P     -     -     -     -
UsageService.ExplainJob          OSPFA -     OSPFA O     O     O     P     P     P     -     -     -     -
UsageService.ListJobs            OSPFA -     OSPFA O     O     O     P     P     P     -     -     -     -
UsageService.ListUnassigned      OSPFA -     OSPFA -     -     -     -     -     -     -     -     -     -
AgentService.ReportUsage         -     -     -     -     -     -     -     -     -     -     O     F     -
AgentService.Synchronize         -     -     -     -     -     -     -     -     -     -     O     F     -
AgentService.TellUsage           -     -     -     -     -     -     -     -     -     -     O     F     -
)";

const std::map<std::string, std::string>& Identities() {
  static const auto& identities = *new std::map<std::string, std::string>{
      {"olga", "spiffe://mesolys/user/olga"},         {"comm", "spiffe://mesolys/user/carl"},
      {"audit", "spiffe://mesolys/user/alba"},        {"pi", "spiffe://mesolys/user/paul"},
      {"res", "spiffe://mesolys/user/rita"},          {"sup", "spiffe://mesolys/user/sven"},
      {"P-pi", "spiffe://mesolys/user/claire"},       {"P-sup", "spiffe://mesolys/user/sonia"},
      {"P-res", "spiffe://mesolys/user/rosa"},        {"other", "spiffe://mesolys/user/mia"},
      {"psmn", "spiffe://mesolys/site/psmn"},         {"p2chpd", "spiffe://mesolys/site/p2chpd"},
      {"sched", "spiffe://mesolys/service/scheduler"}};
  return identities;
}

std::vector<std::vector<std::string>> ExpectedRows() {
  std::vector<std::vector<std::string>> rows;
  for (absl::string_view line : absl::StrSplit(kExpected, '\n', absl::SkipEmpty())) {
    rows.push_back(absl::StrSplit(line, ' ', absl::SkipEmpty()));
  }
  return rows;
}

bool IsSiteRpc(const std::string& rpc) { return absl::StartsWith(rpc, "AgentService."); }

AccessTarget TargetOf(const std::string& rpc, char letter) {
  const std::map<char, std::string> projects = {
      {'O', "alpha"}, {'S', "beta"}, {'P', "chair"}, {'F', "zeta"}, {'A', "ghost"}};
  const std::map<char, std::string> sites = {
      {'O', "psmn"}, {'S', ""}, {'P', ""}, {'F', "p2chpd"}, {'A', "nowhere"}};
  return IsSiteRpc(rpc) ? AccessTarget{"", sites.at(letter)}
                        : AccessTarget{projects.at(letter), ""};
}

TEST(AccessTableTest, ExpectationsNameEveryRpcAndEveryIdentity) {
  std::set<std::string> rpcs;
  for (const Method& method : Methods()) rpcs.insert(method.name);
  const std::vector<std::vector<std::string>> rows = ExpectedRows();
  std::set<std::string> written;
  for (size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), Identities().size() + 1) << rows[i][0];
    written.insert(rows[i][0]);
  }
  EXPECT_EQ(written, rpcs);
}

TEST(AccessTableTest, GrantsExactlyWhatTheRulesSayToEachRoleAndOwnership) {
  const Ledger ledger = WorldLedger();
  const std::vector<std::vector<std::string>> rows = ExpectedRows();
  int count = 0;
  for (size_t i = 1; i < rows.size(); ++i) {
    const std::string& rpc = rows[i][0];
    for (size_t j = 1; j < rows[i].size(); ++j) {
      const std::string& identity = Identities().at(rows[0][j]);
      for (const char letter : std::string("OSPFA")) {
        const AccessTarget target = TargetOf(rpc, letter);
        const absl::Status status = Authorize(ledger, identity, rpc, target, WorldTime());
        const bool expected = rows[i][j].find(letter) != std::string::npos;
        EXPECT_EQ(status.ok(), expected) << identity << " " << rpc << " " << target.project
                                         << target.site << ": " << status.message();
        ++count;
        if (status.ok()) continue;
        const std::optional<Refusal> refusal = RefusalOf(status);
        ASSERT_TRUE(refusal.has_value());
        EXPECT_EQ(refusal->reason, Reason::kNotAllowed);
        EXPECT_EQ(refusal->metadata.at("identity"), identity);
      }
    }
  }
  EXPECT_EQ(count, static_cast<int>(AccessTable().size() * 13 * 5));
}

// Whether a project exists is nobody's business who may not see it.
TEST(AccessTableTest, RefusesAForeignProjectInTheWordsForAnAbsentOne) {
  const Ledger ledger = WorldLedger();
  for (const AccessRule& rule : AccessTable()) {
    const std::string mia = Identities().at("other");
    const absl::Status foreign = Authorize(ledger, mia, rule.method, {"zeta", ""}, WorldTime());
    const absl::Status absent = Authorize(ledger, mia, rule.method, {"ghost", ""}, WorldTime());
    EXPECT_EQ(foreign, absent);
  }
}

TEST(AccessTableTest, ADeputyActsAsThePiBetweenTheDatesAndAsAResearcherOtherwise) {
  Ledger ledger = WorldLedger();
  Member deputy{"dora", ProjectRole::kDeputy, {}};
  deputy.term = {WorldTime() + absl::Hours(24), WorldTime() + absl::Hours(48)};
  ledger.Apply(MemberAdded{"alpha", deputy}, ledger.time(), ledger.revision() + 1);
  const std::string dora = "spiffe://mesolys/user/dora";
  const auto may = [&](const std::string& rpc, absl::Time now) {
    return Authorize(ledger, dora, rpc, {"alpha", ""}, now).ok();
  };
  for (const std::string rpc : {"RequestService.Create", "ProjectService.AddMember",
                                "GrantService.Release", "RequestService.Withdraw"}) {
    EXPECT_FALSE(may(rpc, deputy.term.start - absl::Seconds(1))) << rpc;
    EXPECT_TRUE(may(rpc, deputy.term.start)) << rpc;
    EXPECT_TRUE(may(rpc, deputy.term.end - absl::Seconds(1))) << rpc;
    EXPECT_FALSE(may(rpc, deputy.term.end)) << rpc;
  }
  EXPECT_TRUE(may("GrantService.GetBalance", WorldTime()));
  EXPECT_TRUE(may("GrantService.GetBalance", deputy.term.end));
}

TEST(AccessTableTest, TakesNoIdentityOfAnotherTrustDomainOrKind) {
  for (const std::string identity :
       {"spiffe://elsewhere/user/olga", "spiffe://mesolys/user/", "spiffe://mesolys/site/",
        "spiffe://mesolys/service/olga", "spiffe://mesolys/usher/olga", "olga", ""}) {
    for (const AccessRule& rule : AccessTable()) {
      EXPECT_FALSE(
          Authorize(WorldLedger(), identity, rule.method, {"alpha", "psmn"}, WorldTime()).ok())
          << identity << " " << rule.method;
      EXPECT_FALSE(Authorize(WorldLedger(), identity, rule.method, {"", ""}, WorldTime()).ok())
          << identity;
    }
  }
}

TEST(AccessTableTest, RefusesInTheWordsOfTheCommandLine) {
  const Ledger ledger = WorldLedger();
  EXPECT_EQ(
      Authorize(ledger, "spiffe://mesolys/user/mia", "ProjectService.AddMember", {}, WorldTime())
          .message(),
      "mia may not use `mesolys member add` here; allowed: operator, PI of the project");
  EXPECT_EQ(
      Authorize(ledger, "spiffe://mesolys/site/p2chpd", "AgentService.ReportUsage", {"", "psmn"},
                WorldTime())
          .message(),
      "the agent of p2chpd may not use the call to report usage here; allowed: the agent of the "
      "site");
  for (const AccessRule& rule : AccessTable()) {
    const std::string message(
        Authorize(ledger, "spiffe://mesolys/service/nobody", rule.method, {}, WorldTime())
            .message());
    EXPECT_THAT(message, Not(HasSubstr("Service."))) << rule.method;
  }
}

}  // namespace
}  // namespace mesolys
