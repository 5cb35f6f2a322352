// The accounting of a site against the ledger, page by page, as people and the agent see it.

#include "scheduler/service/comparisons.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "proto/runtime/convert.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int64_t kHour = 3600;

// alpha's grant begins at WorldTime(); the day from then on is compared two days later.
class ComparisonsTest : public ServiceTest {
 protected:
  ComparisonsTest() {
    Populate();
    Ask("alpha", 1000 * kHour, "the grant");
    clock_.Advance(absl::Hours(48));
  }

  // 8 cores for an hour.
  static v1::UsageRecord Job(int64_t id, const std::string& account) {
    v1::UsageRecord record = FinishedJob(id, account, "rita1");
    *record.mutable_start_time() = ToProto(WorldTime() + absl::Hours(1));
    *record.mutable_end_time() = ToProto(WorldTime() + absl::Hours(2));
    *record.mutable_observe_time() = record.end_time();
    return record;
  }

  v1::CompareUsageRequest Day() const {
    v1::CompareUsageRequest request;
    request.set_site("sites/psmn");
    *request.mutable_period() = ToProto(Period{WorldTime(), WorldTime() + absl::Hours(24)});
    return request;
  }

  v1::UsageComparison Begin() {
    const auto begun = Olga().Call(Day());
    EXPECT_EQ(Why(begun), "OK");
    return begun.value_or(v1::UsageComparison());
  }

  v1::TellUsageRequest Page(int64_t comparison, int64_t page,
                            const std::vector<v1::UsageRecord>& records, bool is_last) {
    v1::TellUsageRequest request;
    request.set_site("sites/psmn");
    request.set_comparison(comparison);
    request.set_page(page);
    for (const v1::UsageRecord& record : records) *request.add_records() = record;
    *request.mutable_told_until_time() = ToProto(WorldTime() + absl::Hours(page + 1));
    request.set_is_last(is_last);
    request.mutable_late_span()->set_seconds(kHour);
    return request;
  }

  v1::TellUsageResponse Tell(const v1::TellUsageRequest& page) {
    const auto told = As("site/psmn").Call(page);
    EXPECT_EQ(Why(told), "OK");
    return told.value_or(v1::TellUsageResponse());
  }

  v1::UsageComparison Show(int64_t number) {
    v1::GetUsageComparisonRequest request;
    request.set_site("sites/psmn");
    request.set_number(number);
    const auto shown = Olga().Call(request);
    EXPECT_EQ(Why(shown), "OK");
    return shown.value_or(v1::UsageComparison());
  }

  // "job cause" of every difference, in pages of `size`.
  std::vector<std::string> Differences(int64_t number, bool unexplained = false, int size = 2) {
    std::vector<std::string> all;
    v1::ListUsageDifferencesRequest request;
    request.set_site("sites/psmn");
    request.set_number(number);
    request.set_unexplained(unexplained);
    request.set_page_size(size);
    for (int pages = 0; pages < 20; ++pages) {
      const auto page = Olga().Call(request);
      EXPECT_EQ(Why(page), "OK");
      if (!page.ok()) return all;
      for (const v1::UsageDifference& each : page->differences()) {
        all.push_back(
            absl::StrCat(each.job().job_id(), " ", v1::UsageDifference::Cause_Name(each.cause())));
      }
      if (page->next_page_token().empty()) return all;
      request.set_page_token(page->next_page_token());
    }
    ADD_FAILURE() << "the list does not end";
    return all;
  }
};

TEST_F(ComparisonsTest, ExplainsEveryJobOfBothSides) {
  v1::ReportUsageRequest report = EmptyReport("report");
  for (int id = 1; id <= 2; ++id) *report.add_records() = Job(id, "alpha");
  *report.add_records() = Job(3, "old");
  *report.add_records() = Job(9, "alpha");
  Report(report);
  const int64_t revision = scheduler_->engine().head().revision;

  const int64_t number = Begin().number();
  EXPECT_EQ(Show(number).state(), v1::UsageComparison::RUNNING);
  EXPECT_EQ(Tell(Page(number, 0, {Job(1, "alpha"), Job(2, "alpha")}, false)).next_page(), 1);
  EXPECT_EQ(Show(number).job_count(), 2);
  EXPECT_TRUE(Tell(Page(number, 1, {Job(3, "old"), Job(4, "alpha")}, true)).is_over());

  const v1::UsageComparison done = Show(number);
  EXPECT_EQ(done.state(), v1::UsageComparison::DONE);
  EXPECT_EQ(done.job_count(), 4);
  EXPECT_EQ(done.new_job_count(), 1);
  EXPECT_EQ(done.difference_count(), 3);
  EXPECT_EQ(done.unexplained_count(), 2);
  ASSERT_THAT(done.totals(), SizeIs(1));
  EXPECT_EQ(done.totals(0).accounting_base_units(), 4 * 8 * kHour);
  EXPECT_EQ(done.totals(0).ledger_base_units(), 3 * 8 * kHour);
  ASSERT_THAT(done.accounts(), SizeIs(2));
  EXPECT_EQ(done.accounts(0).account(), "alpha");
  EXPECT_EQ(done.accounts(0).job_count(), 3);
  EXPECT_EQ(done.accounts(0).new_job_count(), 1);
  EXPECT_THAT(Differences(number),
              ElementsAre("3 UNKNOWN_ACCOUNT", "4 UNEXPLAINED", "9 UNEXPLAINED"));
  EXPECT_THAT(Differences(number, /*unexplained=*/true),
              ElementsAre("4 UNEXPLAINED", "9 UNEXPLAINED"));
  EXPECT_EQ(scheduler_->engine().head().revision, revision) << "a comparison changes nothing";
}

TEST_F(ComparisonsTest, APageSaidAgainCountsOnceAndAnAgentStartedAnewBeginsAnew) {
  const int64_t number = Begin().number();
  const v1::TellUsageRequest first = Page(number, 0, {Job(1, "alpha")}, false);
  const v1::TellUsageRequest second = Page(number, 1, {Job(2, "alpha")}, false);
  EXPECT_EQ(Tell(first).next_page(), 1);
  EXPECT_EQ(Tell(second).next_page(), 2);
  EXPECT_EQ(Tell(second).next_page(), 2);
  EXPECT_EQ(Show(number).job_count(), 2);
  EXPECT_EQ(Tell(first).next_page(), 1);
  EXPECT_EQ(Show(number).job_count(), 1);
  EXPECT_EQ(Tell(Page(number, 5, {}, true)).next_page(), 1) << "a page is missing";
  EXPECT_EQ(Show(number).state(), v1::UsageComparison::RUNNING);
}

TEST_F(ComparisonsTest, OneThatIsUnderWayIsAnsweredAgainAndAnotherSpanEndsIt) {
  const v1::UsageComparison first = Begin();
  EXPECT_EQ(Begin().number(), first.number());
  v1::CompareUsageRequest other = Day();
  *other.mutable_period()->mutable_end_time() = ToProto(WorldTime() + absl::Hours(25));
  const auto second = Olga().Call(other);
  ASSERT_EQ(Why(second), "OK");
  EXPECT_NE(second->number(), first.number());
  EXPECT_EQ(Show(first.number()).state(), v1::UsageComparison::FAILED);
  EXPECT_TRUE(Tell(Page(first.number(), 0, {}, true)).is_over());
  EXPECT_EQ(Show(second->number()).state(), v1::UsageComparison::RUNNING);
}

TEST_F(ComparisonsTest, IsAskedOfTheSiteAtOnceAndOnce) {
  v1::SynchronizeRequest holding;
  holding.set_site("sites/psmn");
  const auto state = As("site/psmn").Call(holding);
  ASSERT_EQ(Why(state), "OK");
  EXPECT_FALSE(state->has_comparison());
  holding.set_generation(state->desired_state().generation());
  const std::unique_ptr<Caller::Poll> poll = As("site/psmn").Start(holding);
  const v1::UsageComparison begun = Begin();
  const auto asked = poll->Wait();
  ASSERT_EQ(Why(asked), "OK");
  EXPECT_EQ(asked->comparison().number(), begun.number());
  EXPECT_EQ(Bytes(asked->comparison().period()), Bytes(Day().period()));
}

TEST_F(ComparisonsTest, FailsInTheWordsOfTheSite) {
  const int64_t number = Begin().number();
  v1::TellUsageRequest page = Page(number, 0, {}, false);
  page.set_problem("slurmdbd is away");
  EXPECT_TRUE(Tell(page).is_over());
  EXPECT_EQ(Show(number).state(), v1::UsageComparison::FAILED);
  EXPECT_EQ(Show(number).problem(), "slurmdbd is away");
}

TEST_F(ComparisonsTest, CountsWhatIsNoRecordOfTheSite) {
  const int64_t number = Begin().number();
  v1::UsageRecord foreign = Job(1, "alpha");
  foreign.set_cluster("north");
  v1::UsageRecord broken = Job(2, "alpha");
  broken.set_core_count(-1);
  Tell(Page(number, 0, {foreign, broken, v1::UsageRecord()}, true));
  EXPECT_EQ(Show(number).unreadable_count(), 3);
  EXPECT_EQ(Show(number).job_count(), 0);
}

TEST_F(ComparisonsTest, IsRefusedForASpanThatHasNotPassedAndToWhomItIsNotShown) {
  v1::CompareUsageRequest future = Day();
  *future.mutable_period()->mutable_end_time() = ToProto(clock_.Now() + absl::Hours(1));
  EXPECT_EQ(Why(Olga().Call(future)), "INVALID_PERIOD");
  v1::CompareUsageRequest nowhere = Day();
  nowhere.set_site("sites/mars");
  EXPECT_EQ(Why(Olga().Call(nowhere)), "UNKNOWN_SITE");
  EXPECT_EQ(Why(As("user/paul").Call(Day())), "NOT_ALLOWED");
  EXPECT_EQ(Why(As("user/alba").Call(Day())), "OK");
  v1::GetUsageComparisonRequest unknown;
  unknown.set_site("sites/psmn");
  unknown.set_number(5);
  EXPECT_EQ(Why(Olga().Call(unknown)), "UNKNOWN_COMPARISON");
  EXPECT_EQ(Why(As("site/p2chpd").Call(Page(1, 0, {}, true))), "NOT_ALLOWED");
}

TEST_F(ComparisonsTest, AnImportIsOrderedToldAndEnded) {
  v1::ImportUsageRequest order;
  order.set_site("sites/psmn");
  *order.mutable_period() = Day().period();
  order.set_request_id("order");
  order.set_validate_only(true);
  const int64_t revision = scheduler_->engine().head().revision;
  EXPECT_EQ(Why(Olga().Call(order)), "OK");
  EXPECT_EQ(scheduler_->engine().head().revision, revision);
  order.set_validate_only(false);
  const auto ordered = Olga().Call(order);
  ASSERT_EQ(Why(ordered), "OK");
  EXPECT_EQ(ordered->number(), 1);
  EXPECT_EQ(ordered->state(), v1::UsageImport::ORDERED);
  EXPECT_EQ(Bytes(*Olga().Call(order)), Bytes(*ordered)) << "the same key, the same order";
  EXPECT_EQ(Why(As("user/alba").Call(order)), "NOT_ALLOWED");

  v1::SynchronizeRequest holding;
  holding.set_site("sites/psmn");
  const auto state = As("site/psmn").Call(holding);
  ASSERT_EQ(Why(state), "OK");
  ASSERT_THAT(state->desired_state().imports(), SizeIs(1));
  EXPECT_EQ(state->desired_state().imports(0).number(), 1);

  holding.set_generation(state->desired_state().generation());
  v1::EndedImport& ended = *holding.add_ended_imports();
  ended.set_number(1);
  ended.mutable_result()->set_job_count(7);
  const auto without = As("site/psmn").Call(holding);
  ASSERT_EQ(Why(without), "OK");
  EXPECT_GT(without->desired_state().generation(), holding.generation());
  EXPECT_THAT(without->desired_state().imports(), IsEmpty());

  v1::GetSiteRequest get;
  get.set_name("sites/psmn");
  const auto site = Olga().Call(get);
  ASSERT_EQ(Why(site), "OK");
  ASSERT_THAT(site->imports(), SizeIs(1));
  EXPECT_EQ(site->imports(0).state(), v1::UsageImport::DONE);
  EXPECT_EQ(site->imports(0).result().job_count(), 7);
}

}  // namespace
}  // namespace mesolys
