#include "agent/slurm/sacct_span.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_sacct.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int64_t kHour = 3600;
constexpr int64_t kZero = 1800000000;
constexpr int64_t kNotYet = -1;
// Two slices of four hours and one of two.
const Period kSpan = {absl::FromUnixSeconds(kZero), absl::FromUnixSeconds(kZero + 10 * kHour)};
const absl::Time kNow = absl::FromUnixSeconds(kZero + 100 * kHour);

class SacctSpanTest : public testing::Test {
 protected:
  SacctSpanTest() {
    auto sacct = std::make_unique<FakeSacct>();
    sacct_ = sacct.get();
    reader_ = std::make_unique<SacctSpan>(std::move(sacct), SlurmWindows(), directory_.path());
  }

  void Add(int64_t id, int64_t start, int64_t end, const std::string& state = "COMPLETED") {
    const int64_t ended = end == kNotYet ? 0 : kZero + end;
    sacct_->rows.push_back({id, kZero + start - 10, kZero + start, ended, state});
  }

  // Ids by the slice in which they are told, in pages of `records_max`.
  std::vector<std::vector<int64_t>> Tell(int64_t records_max = 2000) {
    std::vector<std::vector<int64_t>> slices;
    absl::Time from = kSpan.start;
    bool is_anew = true;
    while (from < kSpan.end) {
      const absl::StatusOr<SpanPage> page = reader_->Read(kSpan, from, is_anew, records_max, kNow);
      if (!page.ok()) {
        ADD_FAILURE() << page.status();
        return slices;
      }
      if (is_anew) slices.emplace_back();
      EXPECT_LE(static_cast<int64_t>(page->records.size()), records_max);
      for (const v1::UsageRecord& record : page->records) {
        slices.back().push_back(record.job_id());
      }
      for (const QuarantinedLine& line : page->quarantined) quarantined_.push_back(line);
      is_anew = page->next != from;
      from = page->next;
    }
    return slices;
  }

  TemporaryDirectory directory_;
  FakeSacct* sacct_ = nullptr;
  std::unique_ptr<SacctSpan> reader_;
  std::vector<QuarantinedLine> quarantined_;
};

TEST_F(SacctSpanTest, TellsEachJobThatRanWithinTheSpanInTheSliceInWhichItBegan) {
  Add(1, -2 * kHour, -1 * kHour);          // before
  Add(2, -2 * kHour, 0);                   // ended as it began
  Add(3, -2 * kHour, 5 * kHour);           // from before, over two slices
  Add(4, 4 * kHour, 9 * kHour);            // on an edge
  Add(5, 4 * kHour - 1, 4 * kHour);        // just before it
  Add(6, 9 * kHour, 20 * kHour);           // ends after
  Add(7, 10 * kHour, 11 * kHour);          // after
  Add(8, 1 * kHour, kNotYet, "RUNNING");   // runs still
  Add(9, 8 * kHour, 8 * kHour, "FAILED");  // lasted no second
  EXPECT_THAT(Tell(), ElementsAre(ElementsAre(3, 5, 8), ElementsAre(4), ElementsAre(6, 9)));
  EXPECT_THAT(quarantined_, IsEmpty());
  EXPECT_THAT(sacct_->slices, ElementsAre(FakeSacct::Slice{kZero, kZero + 4 * kHour},
                                          FakeSacct::Slice{kZero + 4 * kHour, kZero + 8 * kHour},
                                          FakeSacct::Slice{kZero + 8 * kHour, kZero + 10 * kHour}));
}

TEST_F(SacctSpanTest, TellsASliceInPagesWithOneLookAtTheAccounting) {
  for (int64_t id = 1; id <= 25; ++id) Add(id, id, kHour);
  const std::vector<std::vector<int64_t>> slices = Tell(10);
  EXPECT_THAT(slices, ElementsAre(SizeIs(25), IsEmpty(), IsEmpty()));
  EXPECT_THAT(sacct_->slices, SizeIs(3));
}

TEST_F(SacctSpanTest, ReadsASliceAnewWhenThePageBeforeWasNotKept) {
  for (int64_t id = 1; id <= 25; ++id) Add(id, id, kHour);
  const absl::StatusOr<SpanPage> lost = reader_->Read(kSpan, kSpan.start, true, 10, kNow);
  ASSERT_TRUE(lost.ok());
  EXPECT_EQ(lost->next, kSpan.start);
  const absl::StatusOr<SpanPage> again = reader_->Read(kSpan, kSpan.start, true, 10, kNow);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->records[0].job_id(), 1);
}

TEST_F(SacctSpanTest, SetsRowsAsideThatCannotBeRead) {
  Add(1, 1, kHour);
  sacct_->garbage = {{"half a li", false, false}};
  EXPECT_THAT(Tell()[0], ElementsAre(1));
  ASSERT_THAT(quarantined_, SizeIs(3));
  EXPECT_THAT(quarantined_[0].reason, HasSubstr("was cut"));
}

TEST_F(SacctSpanTest, PassesOnWhatHindersSacct) {
  sacct_->failure = absl::UnavailableError("slurmdbd is away");
  EXPECT_EQ(reader_->Read(kSpan, kSpan.start, true, 10, kNow).status(), sacct_->failure);
}

}  // namespace
}  // namespace mesolys::agent
