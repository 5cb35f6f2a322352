// The ledgers that releases left behind (tests/data/write_ledger.cc) still open. What is booked in
// them is what it was, for ever; what is left follows the rule of the day.

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/stored.pb.h"
#include "scheduler/core/ledger/invariants.h"
#include "scheduler/engine/verify.h"
#include "scheduler/store/event_codec.h"
#include "scheduler/store/row_hash.h"
#include "scheduler/store/sqlite/sqlite_event_store.h"
#include "tests/fakes/ledger_sums.h"
#include "tests/fakes/source_tree.h"
#include "tests/scheduler/engine/engine_fixture.h"

namespace mesolys {
namespace {

using ::testing::IsEmpty;

// How many kinds of commands and events there were in it.
struct Release {
  const char* version;
  int64_t command_count;
  int64_t event_count;
};

void PrintTo(const Release& release, std::ostream* out) { *out << release.version; }

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_FALSE(text.str().empty()) << path;
  return text.str();
}

class ReleasedLedgerTest : public testing::TestWithParam<Release> {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/released-ledger-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    const std::string kept = SourcePath(absl::StrCat("tests/data/ledger-", GetParam().version));
    std::filesystem::copy_file(kept + ".db", path());
    left_ = ReadText(kept + ".left.txt");
    for (absl::string_view line : absl::StrSplit(ReadText(kept + ".sums.txt"), '\n')) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      if (words.size() == 3 && words[0] == "head") head_ = words[1] + " " + words[2];
      if (words.size() == 2 && words[0] == "jobs") jobs_ = words[1];
      if (words.size() == 3 && (words[0] == "command" || words[0] == "event")) {
        counts_[words[0]][words[1]] = words[2];
      } else if (words.size() > 3) {
        absl::StrAppend(&sums_, line, "\n");
      }
    }
    Open();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::string path() const { return directory_ + "/ledger.db"; }
  void Open() {
    auto store = SqliteEventStore::Open(path(), SqliteEventStore::Mode::kReadWrite);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  Ledger Fold() const {
    ManualClock clock(Day(2027, 1));
    return StartEngine(*store_, clock)->Read([](const Ledger& ledger) { return ledger; });
  }

  std::string directory_;
  std::unique_ptr<SqliteEventStore> store_;
  // What is kept beside it.
  std::string head_;
  std::string jobs_;
  std::map<std::string, std::map<std::string, std::string>> counts_;
  std::string sums_;
  std::string left_;
};

TEST_P(ReleasedLedgerTest, ItsChainIsWholeAndItsJobsAddUp) {
  const absl::StatusOr<VerifyReport> report = Verify(*store_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(absl::StrCat(report->revision, " ", ToHex(report->hash)), head_);
  EXPECT_EQ(absl::StrCat(report->job_count), jobs_);
  EXPECT_GT(report->job_count, 300);
}

TEST_P(ReleasedLedgerTest, WhatIsGrantedAndBookedIsWhatItWas) {
  const Ledger ledger = Fold();
  EXPECT_EQ(SumsTextOf(ledger), sums_);
  EXPECT_THAT(BrokenInvariants(ledger), IsEmpty());
}

TEST_P(ReleasedLedgerTest, WhatIsLeftAndItsStateFollowTheRuleOfTheDay) {
  const Ledger ledger = Fold();
  std::string left;
  for (absl::string_view line : absl::StrSplit(left_, '\n')) {
    if (!absl::ConsumePrefix(&line, "at ")) continue;
    absl::Time time;
    std::string error;
    ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, line, &time, &error)) << error;
    absl::StrAppend(&left, LeftTextOf(ledger, time));
  }
  EXPECT_EQ(left, left_);
}

TEST_P(ReleasedLedgerTest, ARestartFindsNothingToDo) {
  {
    ManualClock clock(Day(2027, 1));
    const std::unique_ptr<Engine> engine = StartEngine(*store_, clock);
    EXPECT_TRUE(AwaitSettled(*engine));
    EXPECT_EQ(absl::StrCat(engine->head().revision, " ", ToHex(engine->head().hash)), head_);
  }
  store_.reset();
  Open();
  EXPECT_TRUE(Verify(*store_).ok());
}

TEST_P(ReleasedLedgerTest, EachOfItsEventsIsWrittenAgainAsTheSameValue) {
  for (const LogRow& row : LogOf(*store_)) {
    const absl::StatusOr<std::vector<Event>> events = DecodeEvents(row.body);
    ASSERT_TRUE(events.ok()) << row.revision << ": " << events.status();
    const absl::StatusOr<std::vector<Event>> again = DecodeEvents(EncodeEvents(*events));
    ASSERT_TRUE(again.ok()) << row.revision << ": " << again.status();
    EXPECT_TRUE(*again == *events) << row.revision;
    // Nothing of what was stored is lost, whatever the order of its fields.
    EXPECT_EQ(EncodeEvents(*events).size(), row.body.size()) << row.revision;
  }
}

TEST_P(ReleasedLedgerTest, EveryKindOfEventAndCommandIsInIt) {
  std::map<int64_t, int64_t> events;
  for (const LogRow& row : LogOf(*store_)) {
    v1::StoredEvents stored;
    ASSERT_TRUE(stored.ParseFromString(row.body));
    for (const v1::StoredEvent& event : stored.events()) ++events[event.event_case()];
  }
  std::map<std::string, std::string> counted;
  for (const auto& [number, count] : events) {
    counted[absl::StrCat(number)] = absl::StrCat(count);
  }
  EXPECT_EQ(counted, counts_["event"]);
  EXPECT_EQ(static_cast<int64_t>(events.size()), GetParam().event_count);
  for (int64_t number = 0; number < GetParam().command_count; ++number) {
    int64_t count = 0;
    EXPECT_TRUE(absl::SimpleAtoi(counts_["command"][absl::StrCat(number)], &count)) << number;
    EXPECT_GT(count, 0) << number;
  }
}

TEST_P(ReleasedLedgerTest, AByteThatChangedInItIsFound) {
  store_.reset();
  std::string bytes = ReadText(path());
  const size_t at = bytes.find("not needed");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'N';
  std::ofstream(path(), std::ios::binary | std::ios::trunc) << bytes;
  Open();
  EXPECT_EQ(Verify(*store_).status().code(), absl::StatusCode::kDataLoss);
}

INSTANTIATE_TEST_SUITE_P(Releases, ReleasedLedgerTest, testing::Values(Release{"0.1.0", 32, 24}),
                         [](const auto& release) {
                           std::string name = release.param.version;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace mesolys
