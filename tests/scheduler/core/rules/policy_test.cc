#include "scheduler/core/rules/policy.h"

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPaul[] = "spiffe://mesolys/user/paul";
constexpr char kRosa[] = "spiffe://mesolys/user/rosa";
constexpr char kSonia[] = "spiffe://mesolys/user/sonia";

// "OK", or the reason of the refusal.
std::string Why(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::optional<Refusal> refusal = RefusalOf(status);
  return refusal.has_value() ? std::string(ReasonName(refusal->reason)) : status.ToString();
}

TEST(PolicyTest, AnEmptyLedgerTakesACatalogueFirst) {
  const absl::Status status =
      DecideCommand({Ledger(), {}, kOlga, TestTime()}, CreateProject{TestProject("alpha")})
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(DecideCommand({Ledger(), {}, kOlga, TestTime()}, AdoptTestCatalogue()).ok());
}

TEST(PolicyTest, AWrongCatalogueIsNotAdopted) {
  AdoptCatalogue command = AdoptTestCatalogue();
  command.catalogue.sites.clear();
  EXPECT_EQ(Why(DecideCommand({Ledger(), {}, kOlga, TestTime()}, command).status()),
            "INVALID_ARGUMENT");
}

TEST(PolicyTest, WhatWasUsedBeforeTheLedgerHasABoundThatIsToldInWords) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu", {TestTime(), Day(2027, 1)},
                               {{"north", Amount(100)}}));
  const PostOpeningBalance command{1, "north", kAmountMax, "from the old books"};
  for (int i = 0; i < 8; ++i) mesocentre.Must(command);
  const absl::Status status = mesocentre.Do(command).status();
  EXPECT_EQ(Why(status), "INVALID_AMOUNT");
  EXPECT_THAT(std::string(status.message()), HasSubstr("the most that the ledger counts"));
}

struct Succession {
  const char* says;  // empty: adopted
  std::function<void(Catalogue&)> change;
};

TEST(PolicyTest, WhatIsInUseCannotDisappearFromTheCatalogue) {
  const Succession successions[] = {
      {"", [](Catalogue& c) { c.title = "Another"; }},
      {"",
       [](Catalogue& c) {
         c.sites["west"] = c.sites["east"];
         c.sites["west"].clusters = {"w"};
       }},
      {"", [](Catalogue& c) { c.programmes.erase("phd-track"); }},
      {"", [](Catalogue& c) { c.sites["north"].clusters.push_back("n3"); }},
      {"",
       [](Catalogue& c) {
         for (auto& line : c.sites["east"].capacities) line.units = 0;
         c.sites["east"].gpu_model = "";
       }},
      {"keep them", [](Catalogue& c) { c.institutions.erase("ens"); }},
      {"keep them", [](Catalogue& c) { c.programmes.erase("chair"); }},
      {"keep them", [](Catalogue& c) { c.data_classes.erase("health"); }},
      {"cluster e1 has belonged to site east", [](Catalogue& c) { c.sites.erase("east"); }},
      {"cluster n2 has belonged to site north",
       [](Catalogue& c) {
         c.sites["north"].clusters = {"n1"};
         c.sites["east"].clusters = {"e1", "n2"};
       }},
  };
  Mesocentre mesocentre;
  Project project = TestProject("alpha");
  project.data_class = "health";
  mesocentre.Create(project);
  for (const Succession& succession : successions) {
    Mesocentre fresh = mesocentre;
    AdoptCatalogue next = AdoptTestCatalogue();
    next.digest = "digest-2";
    succession.change(next.catalogue);
    const absl::Status status = fresh.Do(next).status();
    if (*succession.says == '\0') {
      EXPECT_EQ(status, absl::OkStatus());
      EXPECT_EQ(fresh.ledger().catalogue(), next.catalogue);
      EXPECT_EQ(fresh.ledger().catalogue_digest(), "digest-2");
    } else {
      EXPECT_EQ(Why(status), "CATALOGUE_CONFLICT") << succession.says;
      EXPECT_THAT(std::string(status.message()), HasSubstr(succession.says));
    }
  }
}

struct ProjectCase {
  const char* why;
  std::function<void(Project&)> change;
};

TEST(PolicyTest, AProjectThatMakesNoSenseIsRefusedWithTheReason) {
  const ProjectCase cases[] = {
      {"OK", [](Project&) {}},
      {"OK", [](Project& p) { p.data_class = "health"; }},
      {"OK", [](Project& p) { p.parent = "parent"; }},
      {"OK", [](Project& p) { p.title.assign(200, 't'); }},
      {"INVALID_NAME", [](Project& p) { p.id = "Alpha"; }},
      {"INVALID_NAME", [](Project& p) { p.id = ""; }},
      {"INVALID_NAME", [](Project& p) { p.id.assign(31, 'a'); }},
      {"PROJECT_EXISTS", [](Project& p) { p.id = "parent"; }},
      {"INVALID_ARGUMENT", [](Project& p) { p.title = ""; }},
      {"INVALID_ARGUMENT", [](Project& p) { p.title.assign(201, 't'); }},
      {"UNKNOWN_INSTITUTION", [](Project& p) { p.institution = "mit"; }},
      {"UNKNOWN_PROGRAMME", [](Project& p) { p.programme = "free-lunch"; }},
      {"UNKNOWN_DATA_CLASS", [](Project& p) { p.data_class = "secret"; }},
      {"UNKNOWN_PROJECT", [](Project& p) { p.parent = "nobody"; }},
      {"UNKNOWN_PROJECT", [](Project& p) { p.parent = "alpha"; }},  // itself
      {"INVALID_NAME", [](Project& p) { p.pi = ""; }},
      {"INVALID_NAME", [](Project& p) { p.pi = "two words"; }},
      {"INVALID_PERIOD", [](Project& p) { p.period.end = p.period.start; }},
      {"INVALID_PERIOD", [](Project& p) { std::swap(p.period.start, p.period.end); }},
  };
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("parent"));
  for (const ProjectCase& c : cases) {
    Mesocentre fresh = mesocentre;
    Project project = TestProject("alpha");
    c.change(project);
    EXPECT_EQ(Why(fresh.Do(CreateProject{project}).status()), c.why) << project.id;
    EXPECT_EQ(fresh.ledger().projects().size(), *c.why == 'O' ? 2u : 1u);
  }
}

TEST(PolicyTest, AProjectWithoutADataClassHasTheDefaultOne) {
  Mesocentre mesocentre;
  Project project = TestProject("alpha");
  project.data_class = "";
  mesocentre.Create(project);
  EXPECT_EQ(mesocentre.ledger().FindProject("alpha")->project.data_class, "open");
}

TEST(PolicyTest, ThePiIsAMemberFromTheFirstMoment) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  const ProjectEntry& entry = *mesocentre.ledger().FindProject("alpha");
  ASSERT_THAT(entry.members, SizeIs(1));
  EXPECT_EQ(entry.members.at("paul").member.role, ProjectRole::kPi);
  EXPECT_EQ(entry.members.at("paul").add_time, TestTime());
}

struct LinkCase {
  const char* why;
  LinkAccount command;
};

TEST(PolicyTest, AnAccountIsLinkedOnceToAKnownProjectOfAKnownCluster) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Create(TestProject("beta"));
  mesocentre.Must(LinkAccount{"alpha", "n1", "taken", ""});
  for (const LinkCase& c : {
           LinkCase{"OK", {"alpha", "n1", "Old.Name", ""}},
           LinkCase{"OK", {"beta", "n2", "taken", ""}},
           LinkCase{"UNKNOWN_PROJECT", {"omega", "n1", "old", ""}},
           LinkCase{"UNKNOWN_CLUSTER", {"alpha", "n9", "old", ""}},
           LinkCase{"UNKNOWN_CLUSTER", {"alpha", "north", "old", ""}},
           LinkCase{"INVALID_NAME", {"alpha", "n1", "", ""}},
           LinkCase{"INVALID_NAME", {"alpha", "n1", "two words", ""}},
           LinkCase{"ACCOUNT_LINKED", {"alpha", "n1", "taken", ""}},
           LinkCase{"ACCOUNT_LINKED", {"beta", "n1", "taken", ""}},
           LinkCase{"ACCOUNT_LINKED", {"alpha", "n1", "alpha", ""}},  // by its name
           LinkCase{"ACCOUNT_LINKED", {"alpha", "n1", "beta", ""}},
       }) {
    Mesocentre fresh = mesocentre;
    EXPECT_EQ(Why(fresh.Do(c.command).status()), c.why)
        << c.command.cluster << ":" << c.command.account;
  }
}

TEST(PolicyTest, AnEtagOfAnOlderProjectIsRefused) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  const auto etag = [&] { return EtagOf(*mesocentre.ledger().FindProject("alpha")); };
  const std::string first = etag();
  mesocentre.Must(LinkAccount{"alpha", "n1", "one", first});
  EXPECT_NE(etag(), first);
  const absl::Status status = mesocentre.Do(LinkAccount{"alpha", "n1", "two", first}).status();
  EXPECT_EQ(Why(status), "ETAG_MISMATCH");
  EXPECT_EQ(RefusalOf(status)->metadata.at("etag"), etag());
  const std::string second = etag();
  mesocentre.Must(AddMember{"alpha", {"rosa", ProjectRole::kResearcher, {}}});
  EXPECT_NE(etag(), second);
  const std::string third = etag();
  mesocentre.Create(TestProject("beta"));  // another project is another matter
  EXPECT_EQ(etag(), third);
}

struct MemberCase {
  const char* why;
  const char* actor;
  Member member;
};

TEST(PolicyTest, NobodyGivesARoleThatTheyDoNotHold) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Create(TestProject("beta", "rosa"));
  mesocentre.Must(AddMember{"alpha", {"rosa", ProjectRole::kResearcher, {}}});
  mesocentre.Must(AddMember{"alpha", {"sonia", ProjectRole::kSupervisor, {}}});
  const Member researcher{"new", ProjectRole::kResearcher, {}};
  const Member pi{"new", ProjectRole::kPi, {}};
  const Member supervisor{"new", ProjectRole::kSupervisor, {}};
  for (const MemberCase& c : {
           MemberCase{"OK", kOlga, researcher},
           MemberCase{"OK", kOlga, pi},
           MemberCase{"OK", kOlga, supervisor},
           MemberCase{"OK", kPaul, researcher},
           MemberCase{"OK", kPaul, pi},
           MemberCase{"NOT_ALLOWED", kPaul, supervisor},
           MemberCase{"NOT_ALLOWED", kRosa, researcher},  // a PI, but of another project
           MemberCase{"NOT_ALLOWED", kRosa, pi},
           MemberCase{"NOT_ALLOWED", kSonia, researcher},
           MemberCase{"NOT_ALLOWED", kSonia, supervisor},
           MemberCase{"NOT_ALLOWED", "spiffe://mesolys/user/aude", researcher},
           MemberCase{"NOT_ALLOWED", "spiffe://mesolys/site/olga", researcher},
           MemberCase{"NOT_ALLOWED", "spiffe://mesolys/service/scheduler", researcher},
           MemberCase{"NOT_ALLOWED", "", researcher},
       }) {
    Mesocentre fresh = mesocentre;
    EXPECT_EQ(Why(fresh.Do(AddMember{"alpha", c.member}, c.actor).status()), c.why)
        << c.actor << " gives " << static_cast<int>(c.member.role);
  }
}

TEST(PolicyTest, AMemberThatMakesNoSenseIsRefusedWithTheReason) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  const ProjectRole researcher = ProjectRole::kResearcher;
  EXPECT_EQ(Why(mesocentre.Do(AddMember{"omega", {"new", researcher, {}}}).status()),
            "UNKNOWN_PROJECT");
  for (const MemberCase& c : {
           MemberCase{"INVALID_NAME", kOlga, {"", researcher, {}}},
           MemberCase{"INVALID_NAME", kOlga, {"two words", researcher, {}}},
           MemberCase{"INVALID_ARGUMENT", kOlga, {"new", ProjectRole::kNone, {}}},
           MemberCase{"INVALID_ARGUMENT", kOlga, {"paul", researcher, {}}},  // he stays PI
           MemberCase{"UNKNOWN_SITE", kOlga, {"new", researcher, {{"west", "new1"}}}},
           MemberCase{"INVALID_NAME", kOlga, {"new", researcher, {{"north", "new 1"}}}},
           MemberCase{"INVALID_NAME", kOlga, {"new", researcher, {{"north", ""}}}},
       }) {
    EXPECT_EQ(Why(mesocentre.Do(AddMember{"alpha", c.member}, c.actor).status()), c.why);
    EXPECT_THAT(mesocentre.ledger().FindProject("alpha")->members, SizeIs(1));
  }
}

TEST(PolicyTest, AddingAMemberAgainReplacesTheRoleAndKeepsTheDayAndTheLoginsNotNamed) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Must(AddMember{"alpha", {"rosa", ProjectRole::kResearcher, {{"north", "rosa1"}}}});
  mesocentre.SetNow(TestTime() + absl::Hours(1));
  mesocentre.Must(AddMember{"alpha", {"rosa", ProjectRole::kSupervisor, {{"south", "rosa2"}}}});
  const MemberEntry& rosa = mesocentre.ledger().FindProject("alpha")->members.at("rosa");
  EXPECT_EQ(rosa.member,
            (Member{"rosa", ProjectRole::kSupervisor, {{"north", "rosa1"}, {"south", "rosa2"}}}));
  EXPECT_EQ(rosa.add_time, TestTime());
}

TEST(PolicyTest, TheRequesterOfARequestIsTheOneWhoAsks) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  SubmitRequest command;
  command.request.project = "alpha";
  command.request.number = 77;
  command.request.requester = kOlga;
  command.request.period = {Day(2026, 7), Day(2027, 1)};
  command.request.lines = {{"cpu", Amount(1), {}, {}, false}};
  mesocentre.Must(command, kPaul);
  EXPECT_EQ(mesocentre.ledger().FindRequest(1)->request.requester, kPaul);
  // Nobody becomes an operator by saying so.
  command.request.period.start = Day(2026, 1);
  EXPECT_EQ(Why(mesocentre.Do(command, kPaul).status()), "INVALID_PERIOD");
}

TEST(PolicyTest, OnlyCommandsAboutJobsNameJobs) {
  const UsageRecord one = FinishedJob(1, "n1", "alpha", TestTime(), absl::Seconds(1));
  const UsageRecord two = FinishedJob(2, "n1", "alpha", TestTime(), absl::Seconds(1));
  EXPECT_THAT(JobsNamedBy(CreateProject{TestProject("alpha")}), IsEmpty());
  EXPECT_THAT(JobsNamedBy(ReportUsage{"north", {two, one}, {}, {0, 1}}),
              ElementsAre(two.key, one.key));
  EXPECT_THAT(JobsNamedBy(ResettleJobs{"n1", "alpha", {one.key}, 7}), ElementsAre(one.key));
}

}  // namespace
}  // namespace mesolys
