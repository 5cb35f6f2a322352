#include "scheduler/core/rules/import_rules.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/reason.h"
#include "scheduler/core/figures/desired_state.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ImportRulesTest : public testing::Test {
 protected:
  static OrderImport Order(const std::string& site, absl::Duration from, absl::Duration to) {
    return {{0, site, {TestTime() + from, TestTime() + to}}};
  }

  DismissRows Dismiss(int64_t first, int64_t last, const std::string& reason = "ours") const {
    return {{site_, first, last, reason}};
  }

  Reason WhyNot(const Command& command) {
    const absl::Status status = mesocentre_.Do(command).status();
    const std::optional<Refusal> refusal = RefusalOf(status);
    return refusal.has_value() ? refusal->reason : Reason::kNone;
  }

  Mesocentre mesocentre_;
  const std::string site_ = mesocentre_.ledger().catalogue().sites.begin()->first;
};

TEST_F(ImportRulesTest, AnOrderIsWantedOfTheSiteUntilItHasEnded) {
  const int64_t before = mesocentre_.ledger().Generation(site_);
  mesocentre_.Must(Order(site_, absl::Hours(-48), absl::Hours(-24)));
  mesocentre_.Must(Order(site_, absl::Hours(-24), absl::ZeroDuration()));
  EXPECT_GT(mesocentre_.ledger().Generation(site_), before);
  ASSERT_THAT(DesiredStateOf(mesocentre_.ledger(), site_).imports, SizeIs(2));
  EXPECT_EQ(DesiredStateOf(mesocentre_.ledger(), site_).imports[0].number, 1);

  const int64_t ordered = mesocentre_.ledger().Generation(site_);
  mesocentre_.Must(EndImport{site_, 1, {10, 8, 1, 2, 3600, ""}});
  EXPECT_GT(mesocentre_.ledger().Generation(site_), ordered);
  ASSERT_THAT(DesiredStateOf(mesocentre_.ledger(), site_).imports, SizeIs(1));
  const ImportEntry& entry = mesocentre_.ledger().imports()[0];
  ASSERT_TRUE(entry.result.has_value());
  EXPECT_EQ(entry.result->changed_count, 8);
  EXPECT_EQ(entry.order_time, TestTime());
}

TEST_F(ImportRulesTest, AnEndSaidAgainOrByAnotherSiteSaysNothingNew) {
  mesocentre_.Must(Order(site_, absl::Hours(-48), absl::Hours(-24)));
  const std::string other = mesocentre_.ledger().catalogue().sites.rbegin()->first;
  ASSERT_NE(other, site_);
  for (const EndImport& end : {EndImport{other, 1, {}}, EndImport{site_, 0, {}},
                               EndImport{site_, 2, {}}, EndImport{site_, -1, {}}}) {
    EXPECT_FALSE(mesocentre_.Must(end).recorded);
  }
  EXPECT_TRUE(mesocentre_.Must(EndImport{site_, 1, {}}).recorded);
  EXPECT_FALSE(mesocentre_.Must(EndImport{site_, 1, {}}).recorded);
}

TEST_F(ImportRulesTest, ASpanThatIsEmptyOrHasNotPassedIsRefused) {
  EXPECT_EQ(WhyNot(Order("mars", absl::Hours(-2), absl::Hours(-1))), Reason::kUnknownSite);
  EXPECT_EQ(WhyNot(Order(site_, absl::Hours(-1), absl::Hours(-1))), Reason::kInvalidPeriod);
  EXPECT_EQ(WhyNot(Order(site_, absl::Hours(-1), absl::Hours(-2))), Reason::kInvalidPeriod);
  const absl::Status future =
      mesocentre_.Do(Order(site_, absl::Hours(-1), absl::Seconds(1))).status();
  EXPECT_THAT(std::string(future.message()), HasSubstr("has not come yet: it may end at "));
  EXPECT_TRUE(mesocentre_.Do(Order(site_, absl::Hours(-1), absl::ZeroDuration())).ok());
}

TEST_F(ImportRulesTest, NothingIsOrderedInReadOnlyModeButWhatGoesOnEnds) {
  mesocentre_.Must(Order(site_, absl::Hours(-2), absl::Hours(-1)));
  mesocentre_.Must(SetMode{true, "moving"});
  EXPECT_EQ(WhyNot(Order(site_, absl::Hours(-2), absl::Hours(-1))), Reason::kReadOnly);
  EXPECT_TRUE(mesocentre_.Must(EndImport{site_, 1, {}}).recorded);
  EXPECT_THAT(DesiredStateOf(mesocentre_.ledger(), site_).imports, IsEmpty());
}

TEST_F(ImportRulesTest, ASiteIsToldForGoodWhichRowsHoldNothingBackAnyMore) {
  const int64_t before = mesocentre_.ledger().Generation(site_);
  mesocentre_.Must(Dismiss(17, 17));
  mesocentre_.Must(Dismiss(19, 23));
  EXPECT_GT(mesocentre_.ledger().Generation(site_), before);
  const DesiredState told = DesiredStateOf(mesocentre_.ledger(), site_);
  ASSERT_THAT(told.dismissals, SizeIs(2));
  EXPECT_EQ(told.dismissals[0].dismissal, (Dismissal{site_, 17, 17, "ours"}));
  EXPECT_EQ(told.dismissals[0].time, TestTime());
  EXPECT_EQ(told.dismissals[1].dismissal.last, 23);
  const std::string other = mesocentre_.ledger().catalogue().sites.rbegin()->first;
  ASSERT_NE(other, site_);
  EXPECT_THAT(DesiredStateOf(mesocentre_.ledger(), other).dismissals, IsEmpty());
}

TEST_F(ImportRulesTest, RefusesWhatNoRowsCanBe) {
  EXPECT_EQ(WhyNot(DismissRows{{"mars", 1, 1, "ours"}}), Reason::kUnknownSite);
  for (const DismissRows& none : {Dismiss(0, 1), Dismiss(-2, -1), Dismiss(2, 1)}) {
    EXPECT_EQ(WhyNot(none), Reason::kInvalidArgument);
  }
  EXPECT_THAT(std::string(mesocentre_.Do(Dismiss(2, 1)).status().message()),
              HasSubstr("2 to 1 are no rows"));
  EXPECT_EQ(WhyNot(Dismiss(1, 1, "")), Reason::kInvalidArgument);
  EXPECT_EQ(WhyNot(Dismiss(1, 1)), Reason::kNone);
}

}  // namespace
}  // namespace mesolys
