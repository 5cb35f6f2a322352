// Two schedulers on one store, each with many callers at once.

#include <future>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "scheduler/engine/verify.h"
#include "tests/fakes/test_seed.h"
#include "tests/scheduler/engine/engine_fixture.h"

namespace mesolys {
namespace {

constexpr int kCommands = 40;  // of each scheduler

// The projects p0 to p3 are linked to, reported for and granted to by both.
Command RandomCommand(std::mt19937_64& random) {
  const std::string project = absl::StrCat("p", Pick(random, 3));
  switch (Pick(random, 5)) {
    case 0:
      return CreateProject{TestProject(project)};
    case 1:
      return LinkAccount{project, "n1", absl::StrCat("old", Pick(random, 2)), ""};
    case 2:
      return CpuRequest(project, 1000 * (1 + Pick(random, 50)));
    default:
      break;
  }
  ReportUsage report =
      ReportOf(Pick(random, 1) == 0 ? project : absl::StrCat("old", Pick(random, 2)),
               1 + 3 * Pick(random, 20), 1 + Pick(random, 5));
  for (UsageRecord& record : report.records) {
    record.observe_time += absl::Seconds(Pick(random, 3));
    if (Pick(random, 2) == 0) record.state = JobState::kRunning;
  }
  return report;
}

// Sends everything, some of it twice, and waits for every answer.
void SendAll(Engine& engine, const std::string& who, uint64_t seed, int* failed) {
  std::mt19937_64 random(seed);
  std::vector<std::future<absl::StatusOr<Answer>>> answers;
  for (int i = 0; i < kCommands; ++i) {
    // Every fourth key is used by both schedulers, for whatever each of them makes of it.
    const std::string key = i % 4 == 0 ? absl::StrCat("shared", i) : absl::StrCat(who, i);
    const Command command = RandomCommand(random);
    answers.push_back(Send(engine, key, command));
    if (Pick(random, 3) == 0) answers.push_back(Send(engine, key, command));
    if (Pick(random, 2) == 0) answers.back().wait();
  }
  for (auto& answer : answers) {
    const absl::StatusOr<Answer> came = answer.get();
    // A refusal is an answer; an internal error or a store that "failed" is not.
    const bool expected = came.ok() || RefusalOf(came.status()).has_value();
    if (!expected || absl::IsUnavailable(came.status())) ++*failed;
  }
}

// Neither scheduler hears of the other but by writing: gives both something to write until they
// agree.
bool Agree(Engine& a, Engine& b) {
  for (int turn = 0; turn < 50; ++turn) {
    if (!AwaitSettled(a) || !AwaitSettled(b)) return false;
    const std::string key = absl::StrCat("last", turn);
    const CreateProject command{TestProject(key)};
    if (!Ask(a, key, command).ok() || !Ask(b, key, command).ok()) return false;
    if (a.head().hash == b.head().hash) return true;
  }
  return false;
}

TEST(EngineRaceTest, TwoSchedulersOnOneStoreNeverWriteARevisionTwiceAndEndWithOneLedger) {
  const uint64_t seed = TestSeed();
  for (uint64_t round = 0; round < 5; ++round) {
    SCOPED_TRACE(absl::StrCat("seed ", seed, " round ", round));
    MemoryEventStore store;
    const ManualClock clock(TestTime());
    const std::unique_ptr<Engine> a = StartEngine(store, clock);
    ASSERT_TRUE(Ask(*a, "adopt", AdoptTestCatalogue()).ok());
    const std::unique_ptr<Engine> b = StartEngine(store, clock);
    int failed_a = 0;
    int failed_b = 0;
    std::thread other([&] { SendAll(*b, "b", seed + 2 * round, &failed_b); });
    SendAll(*a, "a", seed + 2 * round + 1, &failed_a);
    other.join();
    ASSERT_EQ(failed_a, 0);
    ASSERT_EQ(failed_b, 0);

    ASSERT_TRUE(Agree(*a, *b));
    ASSERT_EQ(TextOf(*a), TextOf(*b));
    const std::unique_ptr<Engine> fresh = StartEngine(store, clock);
    ASSERT_EQ(TextOf(*fresh), TextOf(*a));
    const std::vector<LogRow> log = LogOf(store);
    for (size_t i = 0; i < log.size(); ++i) {
      ASSERT_EQ(log[i].revision, static_cast<int64_t>(i) + 1);
    }
    ASSERT_EQ(Verify(store).status(), absl::OkStatus());
  }
}

}  // namespace
}  // namespace mesolys
