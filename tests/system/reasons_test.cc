// Every reason of proto/values/reason.h, provoked by the real programs as a person would meet it.
// The table names each reason once; its sentence must say what would be accepted.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/reason.h"
#include "tests/system/provocations.h"

namespace mesolys {
namespace {

using testing::HasSubstr;

struct Row {
  Reason reason;
  Provoke provoke;
  std::string accepted;  // what the sentence says would be right
};

std::string LongText() { return std::string(501, 'x'); }

std::vector<Row> RowsOfForm() {
  return {
      {Reason::kInvalidArgument,
       Cli("olga", "grant release lab/g1 --amount 1h --reason " + LongText()), "in 1 to 500 bytes"},
      {Reason::kInvalidName, Cli("olga", "project show Lab!"), "use a letter, then at most 29"},
      {Reason::kInvalidPeriod, Ask("lab --cpu 1h --from 2026-07-01 --to 2031-01-01"), "2028-01-01"},
      {Reason::kInvalidAmount, Ask("lab --cpu 1000 --from 2026-07-01 --to 2026-08-01"),
       "write it as 50000h"},
      {Reason::kRequestIdMissing, Kept("", ""), "needs a key of its own of 1 to 128 bytes"},
      {Reason::kRequestIdReused, Kept("used", ""), "make a new one for each"},
      {Reason::kEtagMismatch, Kept("another", "r1"), "read it again and decide again"},
      {Reason::kPageTokenInvalid, PageTokenSpoilt, "list it again from its start"},
      {Reason::kUnknownInstitution,
       Cli("olga",
           "project create new --title T --institution mars --programme chair --pi p --for 1y"),
       "there are ens, lyon1"},
      {Reason::kUnknownProgramme,
       Cli("olga",
           "project create new --title T --institution ens --programme mars --pi p --for 1y"),
       "there are chair, greenhouse, phd-track, targeted-call"},
      {Reason::kUnknownDataClass,
       Cli("olga",
           "project create new --title T --institution ens --programme chair --pi p "
           "--for 1y --data-class mars"),
       "there are health, open"},
      {Reason::kUnknownSite, Cli("olga", "site show mars"), "see `mesolys site list`"},
      {Reason::kUnknownCluster, Cli("olga", "project link lab mars:x"), "see `mesolys site list`"},
      {Reason::kUnknownResource, Ask("lab --gpu h100=1h --from 2026-07-01 --to 2026-08-01"),
       "there are cpu, gpu-a100, gpu-v100"},
      {Reason::kUnknownProject, Cli("olga", "balance ghost"), "see `mesolys project list`"},
      {Reason::kUnknownRequest, Cli("olga", "request show lab/r99"),
       "see `mesolys request list lab`"},
      {Reason::kUnknownGrant, Cli("olga", "grant show lab/g99"), "see `mesolys grant list lab`"},
      {Reason::kUnknownJob, Cli("olga", "usage show n1:99"), "`mesolys usage list PROJECT`"},
      {Reason::kUnknownEvent, Cli("olga", "audit show 9999"), "its newest is "},
      {Reason::kUnknownComparison, ComparisonForgotten, "begin it again"},
      {Reason::kUnknownRole, Cli("olga", "role give eve king --reason x"),
       "there are auditor, committee"},
      {Reason::kProjectExists,
       Cli("olga",
           "project create lab --title T --institution ens --programme chair --pi p --for 1y"),
       "choose another id"},
      {Reason::kAccountLinked, Cli("olga", "project link lab n1:zeta"), "link another account"},
      {Reason::kAccountNotLinked, Cli("olga", "project unlink lab n1:zeta --reason x --yes"),
       "see `mesolys project show lab`"},
      {Reason::kCatalogueConflict, CatalogueOfAnotherPlace, "lyon1"},
      {Reason::kNotAuthenticated, WithoutAnIdentity, "spiffe://mesolys/{site|user|service}/{id}"},
      {Reason::kNotAllowed, Cli("zoe", "member list lab"),
       "zoe may not use `mesolys member list` here; allowed: operator"},
  };
}

std::vector<Row> RowsOfDynamicAccess() {
  const std::string summer = " --from 2026-07-01 --to 2026-08-01";
  return {
      {Reason::kProjectEnded, Ask("ends --cpu 1h --from 2026-06-20 --to 2026-09-01"), "2026-07-01"},
      {Reason::kProgrammeNeedsCall, Ask("called --cpu 1h" + summer),
       "submit it for one with --call"},
      {Reason::kProgrammeHasNoCalls, Ask("phd --call --cpu 1h" + summer), "ask without --call"},
      {Reason::kRequestDecided, Cli("olga", "request withdraw lab/r1 --reason x"),
       "ask with a new one"},
      {Reason::kPeriodTooLong, Ask("phd --cpu 1h --from 2026-07-01 --to 2027-12-01"), "366"},
      {Reason::kTeamSize, Ask("alone --cpu 1h" + summer), "2 to 3"},
      {Reason::kSupervisorMissing, Ask("team --cpu 1h" + summer), "supervisor"},
      {Reason::kThresholdReached, Ask("phd --cpu 20000h" + summer), "at most"},
      {Reason::kReserveExhausted,
       Ask("lab --cpu 250000h --site north --from 2026-06-20 --to 2027-01-01"),
       "more is released next month"},
      {Reason::kSiteExhausted,
       Ask("lab --cpu 5000h --site north --from 2026-07-01 --to 2026-07-02"),
       "ask for less, for longer or for other sites"},
      {Reason::kBelowMinimum, Ask("phd --cpu 20000h --minimum cpu=19000h" + summer),
       "lower the minimum"},
      {Reason::kSiteNotCertified, Ask("health --cpu 1h --site north" + summer),
       "may go to south only"},
      {Reason::kSiteLacksResource, Ask("lab --gpu v100=1h --site north" + summer),
       "see `mesolys site show"},
  };
}

std::vector<Row> RowsOfLife() {
  return {
      {Reason::kGrantEnded, Cli("olga", "grant supplement lab/g4 --amount 1h --reason x"),
       "ask for a new one"},
      {Reason::kGrantRevoked, Cli("olga", "grant supplement lab/g5 --amount 1h --reason x"),
       "ask for a new one"},
      {Reason::kNotEnoughLeft, Cli("olga", "grant release lab/g1 --amount 1000h --reason x"),
       " left"},
      {Reason::kNoOverdraft, Cli("olga", "grant write-off lab/g1 --amount 1h --reason x"),
       "is overdrawn by 0 h"},
      {Reason::kOtherResource,
       Cli("olga", "grant transfer lab/g1 --amount 1h --to lab/g2 --reason x"),
       "another grant of the same resource is right"},
      {Reason::kOtherFamily, Cli("paul", "grant transfer lab/g1 --amount 1h --to zeta --reason x"),
       "ask an operator"},
      {Reason::kJobNotFinished, Cli("olga", "usage refund n1:1 --reason x"), "when it is"},
      {Reason::kJobRefunded, Cli("olga", "usage refund n1:2 --reason x"), "given back already"},
      {Reason::kWindowsOverlap,
       Cli("olga", "site incident south --from 2026-06-02 --to 2026-06-04 --title Again"),
       "declare the rest"},
      {Reason::kNothingAwaited, Cli("olga", "site write-off east --reason x --yes"),
       "nothing waits for site east"},
      {Reason::kProjectArchived, Ask("over --cpu 1h --from 2026-07-01 --to 2026-08-01"),
       "open a new one"},
      {Reason::kProjectInUse, Cli("olga", "project archive lab --reason x --yes"),
       "release or revoke it first"},
      {Reason::kNoSuchMember, Cli("olga", "member remove lab nobody"),
       "see `mesolys member list lab`"},
      {Reason::kNoLoginAtSite, Cli("olga", "member limit lab paul --site north cpu=1h"),
       "give one with `mesolys member add"},
      {Reason::kLoginTaken, Cli("olga", "member add lab eve --role researcher --login south=sam1"),
       "give the login of eve"},
      {Reason::kReadOnly, ReadOnly, "try the change again later"},
  };
}

std::vector<Row> RowsOfRecordsAndStore() {
  return {
      {Reason::kRecordInvalid,
       SpoiltReport([](auto& report) { report.mutable_records(0)->set_core_count(-1); }), "0 to"},
      {Reason::kRecordEndsInFuture, EndsInFuture, "check the site's clock"},
      {Reason::kRecordForeignCluster,
       Records("8|s1|lab|ada|2020-01-01T00:00:00|2020-01-01T00:00:00|2020-01-01T01:00:00|COMPLETED|"
               "cpu=1\n"),
       "only its own clusters"},
      {Reason::kRecordOverflow, PassesTheTotal, "the most that the ledger counts"},
      {Reason::kTooManyRecords, SpoiltReport([](auto& report) {
         for (int i = 0; i < 2000; ++i) *report.add_records() = report.records(0);
       }),
       "2000"},
      {Reason::kStoreUnavailable, OnStore(FaultyEventStore::Fault::kUnavailable),
       "try again later"},
      {Reason::kStoreFull, OnStore(FaultyEventStore::Fault::kFull), "try again when it has room"},
  };
}

std::vector<Row> Rows() {
  std::vector<Row> rows;
  for (const auto& part :
       {RowsOfForm(), RowsOfDynamicAccess(), RowsOfLife(), RowsOfRecordsAndStore()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

TEST(ReasonsTest, TheTableNamesEachReasonOnce) {
  std::map<Reason, int> rows;
  for (const Row& row : Rows()) ++rows[row.reason];
  // kNone is what an unknown name becomes; the enum ends with kStoreFull.
  for (int i = 1; i <= static_cast<int>(Reason::kStoreFull); ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_EQ(rows[reason], 1) << ReasonName(reason) << ": say which command provokes it";
  }
}

TEST(ReasonsTest, IsToldByTheProgramsWithWhatWouldBeAccepted) {
  CliWorld world;
  Populate(world);
  if (testing::Test::HasFatalFailure()) return;
  for (const Row& row : Rows()) {
    SCOPED_TRACE(std::string(ReasonName(row.reason)));
    const Told told = row.provoke(world);
    EXPECT_EQ(told.reason, ReasonName(row.reason)) << told.sentence;
    EXPECT_THAT(told.sentence, HasSubstr(row.accepted));
    for (const char* inside : {"Service.", "base units", "request_id", "page_token", "projects/"}) {
      EXPECT_FALSE(absl::StrContains(told.sentence, inside)) << told.sentence;
    }
  }
}

}  // namespace
}  // namespace mesolys
