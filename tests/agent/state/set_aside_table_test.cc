#include "agent/state/set_aside_table.h"

#include <memory>

#include "agent/state/spool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/convert.h"
#include "tests/fakes/fake_collector.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

class SetAsideTableTest : public testing::Test {
 protected:
  SetAsideTableTest() { Restart(); }

  void Restart() {
    spool_.reset();
    absl::StatusOr<std::unique_ptr<Spool>> spool = Spool::Open(directory_.path(), 1000);
    EXPECT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
  }

  static UsageRecord Record(int64_t id, bool is_over) {
    UsageRecord record = *FromProto(FakeCollector::Job(id));
    if (!is_over) record.state = JobState::kRunning;
    return record;
  }

  // Line `number` is set aside: of job `id`.
  void SetAside(int64_t number, int64_t id, bool is_over, absl::Time now = kNow) {
    QuarantineMark mark = {number, 100 * number};
    mark.rows = {{number, now, "odd", UnreadJobOf(Record(id, is_over))}};
    ASSERT_TRUE(spool_->Add({}, "c", mark, now).ok());
  }

  void Read(UsageRecord record) {
    ASSERT_TRUE(spool_->Add({ToProto(record)}, "c", *spool_->Mark(), kNow).ok());
  }

  std::vector<int64_t> Waiting() {
    std::vector<int64_t> numbers;
    const auto rows = spool_->SetAside(0, 100);
    EXPECT_TRUE(rows.ok()) << rows.status();
    for (const SetAsideRow& row : *rows) {
      if (!row.is_read) numbers.push_back(row.number);
    }
    return numbers;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Spool> spool_;
};

TEST_F(SetAsideTableTest, GivesBackWhatWasSetAsideAlsoAfterARestart) {
  SetAside(3, 1, true);
  SetAside(4, 2, false);
  Restart();
  const auto rows = *spool_->SetAside(0, 100);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0], (SetAsideRow{3, kNow, "odd", UnreadJobOf(Record(1, true))}));
  EXPECT_EQ(rows[1].number, 4);
  EXPECT_THAT(*spool_->SetAside(3, 100), SizeIs(1));
  EXPECT_THAT(*spool_->SetAside(0, 1), SizeIs(1));
  ASSERT_TRUE(spool_->ForgetSetAside({3, 4}).ok());
  EXPECT_THAT(*spool_->SetAside(0, 100), IsEmpty());
}

TEST_F(SetAsideTableTest, TheSameRowHasTheSameNumberHoweverOftenItIsMet) {
  SetAside(3, 1, true);
  SetAside(4, 1, true, kNow + absl::Hours(1));
  EXPECT_EQ(Waiting(), std::vector<int64_t>{3});
  EXPECT_EQ((*spool_->SetAside(0, 1))[0].time, kNow);
  Read(Record(1, true));
  EXPECT_THAT(Waiting(), IsEmpty());
  SetAside(9, 1, true);  // as a record that the ledger refuses each time
  EXPECT_EQ(Waiting(), std::vector<int64_t>{3});
}

TEST_F(SetAsideTableTest, AJobThatWasMetAsItRanHasAnotherNumberOnceItIsOver) {
  SetAside(3, 1, false);
  SetAside(4, 1, true);
  EXPECT_EQ(Waiting(), std::vector<int64_t>{4});
}

TEST_F(SetAsideTableTest, ARowIsReadByItsRecordAndTheEndOfAJobByItsEnd) {
  SetAside(3, 1, false);
  SetAside(4, 2, true);
  SetAside(5, 3, true);
  Read(Record(1, false));
  Read(Record(2, false));
  EXPECT_EQ(Waiting(), (std::vector<int64_t>{4, 5}));
  UsageRecord lost = Record(3, false);
  lost.is_runaway = true;  // missed, not read
  Read(lost);
  Read(Record(7, true));
  EXPECT_EQ(Waiting(), (std::vector<int64_t>{4, 5}));
  Read(Record(3, true));
  EXPECT_EQ(Waiting(), std::vector<int64_t>{4});
}

TEST_F(SetAsideTableTest, WhatIsSetAsideOrReadIsCountedAnew) {
  const int64_t before = spool_->JobRevision();
  SetAside(3, 1, true);
  const int64_t aside = spool_->JobRevision();
  EXPECT_NE(aside, before);
  ASSERT_TRUE(
      spool_->Acknowledge(0, {4, 400, {{4, kNow, "no", UnreadJobOf(Record(2, true))}}}).ok());
  EXPECT_NE(spool_->JobRevision(), aside);
  EXPECT_EQ(Waiting(), (std::vector<int64_t>{3, 4}));
}

}  // namespace
}  // namespace mesolys::agent
