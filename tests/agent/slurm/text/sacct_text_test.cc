#include "agent/slurm/text/sacct_text.h"

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/quantity.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;
using testing::Not;

const absl::Time kObserved = absl::FromUnixSeconds(1483300000);
const std::vector<std::string> kColumns = {
    "jobidraw", "cluster", "partition", "qos",    "account",   "user",      "submit", "start",
    "end",      "elapsed", "state",     "nnodes", "alloctres", "timelimit", "jobname"};

// The fields of a good line, with some replaced.
using Fields = std::map<std::string, std::string>;
std::string Line(const Fields& replaced = {}) {
  const Fields kGood = {{"jobidraw", "163485"},
                        {"cluster", "phillips"},
                        {"partition", "focaccia"},
                        {"qos", "chestnut"},
                        {"account", "chaff"},
                        {"user", "noror"},
                        {"submit", "2016-12-22T07:15:12"},
                        {"start", "2016-12-22T07:15:13"},
                        {"end", "2016-12-22T08:15:13"},
                        {"elapsed", "01:00:00"},
                        {"state", "COMPLETED"},
                        {"nnodes", "1"},
                        {"alloctres", "billing=12,cpu=12,gres/gpu=2,mem=31000M,node=1"},
                        {"timelimit", "37-14:00:00"},
                        {"jobname", "train"}};
  std::vector<std::string> fields;
  for (const std::string& column : kColumns) {
    const auto found = replaced.find(column);
    fields.push_back(found == replaced.end() ? kGood.at(column) : found->second);
  }
  return absl::StrJoin(fields, "|");
}

SacctText Text(SacctFormat format = {kColumns, "|", "", absl::ZeroDuration()}) {
  absl::StatusOr<SacctText> text = SacctText::Create(std::move(format));
  EXPECT_TRUE(text.ok()) << text.status();
  return *std::move(text);
}

UsageRecord Parse(const std::string& line, const SacctText& text = Text()) {
  const absl::StatusOr<std::optional<UsageRecord>> record = text.Parse(line, kObserved);
  EXPECT_TRUE(record.ok()) << line << ": " << record.status();
  if (!record.ok() || !record->has_value()) {
    ADD_FAILURE() << "no record: " << line;
    return {};
  }
  return **record;
}

TEST(SacctTextTest, ReadsEveryFieldOfALine) {
  const UsageRecord record = Parse(Line());
  EXPECT_EQ(record.key.cluster, "phillips");
  EXPECT_EQ(record.key.job_id, 163485);
  EXPECT_EQ(record.key.submit_time, absl::FromUnixSeconds(1482390912));
  EXPECT_EQ(record.account, "chaff");
  EXPECT_EQ(record.user, "noror");
  EXPECT_EQ(record.partition, "focaccia");
  EXPECT_EQ(record.qos, "chestnut");
  EXPECT_EQ(record.state, JobState::kCompleted);
  EXPECT_EQ(record.cancelled_by_uid, -1);
  EXPECT_EQ(record.start_time, absl::FromUnixSeconds(1482390913));
  EXPECT_EQ(record.end_time, absl::FromUnixSeconds(1482394513));
  EXPECT_EQ(record.observe_time, record.end_time);
  EXPECT_EQ(record.suspended_seconds, 0);
  EXPECT_EQ(record.time_limit_seconds, 3247200);
  EXPECT_EQ(record.core_count, 12);
  EXPECT_EQ(record.gpu_counts, (std::map<std::string, int64_t>{{"", 2}}));
  EXPECT_EQ(record.memory_bytes, int64_t{31000} << 20);
  EXPECT_EQ(record.node_count, 1);
}

TEST(SacctTextTest, ReadsTheStatesOfSlurm) {
  const struct {
    const char* text;
    JobState state;
    int64_t uid;
  } kCases[] = {
      {"COMPLETED", JobState::kCompleted, -1},
      {"FAILED", JobState::kFailed, -1},
      {"TIMEOUT", JobState::kTimeout, -1},
      {"NODE_FAIL", JobState::kNodeFail, -1},
      {"BOOT_FAIL", JobState::kBootFail, -1},
      {"PREEMPTED", JobState::kPreempted, -1},
      {"OUT_OF_MEMORY", JobState::kOutOfMemory, -1},
      {"DEADLINE", JobState::kDeadline, -1},
      {"REQUEUED", JobState::kRequeued, -1},
      {"SPECIAL_EXIT", JobState::kRequeued, -1},
      {"CANCELLED", JobState::kCancelled, -1},
      {"CANCELLED+", JobState::kCancelled, -1},
      {"CANCELLED by 380693", JobState::kCancelled, 380693},
      {"CANCELLED by 0", JobState::kCancelled, 0},
      {"CANCELLED by somebody", JobState::kCancelled, -1},
      {"RESIZING", JobState::kRequeued, -1},
      {"LAUNCH_FAILED", JobState::kFailed, -1},
      {"COMPLETING", JobState::kRunning, -1},
  };
  for (const auto& one : kCases) {
    const UsageRecord record = Parse(Line({{"state", one.text}}));
    EXPECT_EQ(record.state, one.state) << one.text;
    EXPECT_EQ(record.cancelled_by_uid, one.uid) << one.text;
  }
}

TEST(SacctTextTest, PassesOverWhatSaysNothingAboutUse) {
  const std::string kLines[] = {
      "",
      "# a note|of|whoever keeps the file",
      Line({{"state", "PENDING"}, {"start", "Unknown"}, {"end", "Unknown"}, {"alloctres", ""}}),
      Line({{"state", "PENDING"}}),  // its start is an estimate
      Line({{"state", "REVOKED"}}),
      Line({{"state", "CANCELLED by 7"}, {"start", "None"}, {"alloctres", ""}}),
      Line({{"state", "CANCELLED"},
            {"end", "2016-12-22T07:15:13"},
            {"elapsed", "0"},
            {"alloctres", ""}}),
      Line({{"jobidraw", "163485.batch"}}),
      Line({{"jobidraw", "163485.0"}}),
      Line({{"jobidraw", "163485.extern"}, {"account", ""}}),
  };
  const SacctText text = Text();
  for (const std::string& line : kLines) {
    const auto record = text.Parse(line, kObserved);
    ASSERT_TRUE(record.ok()) << line << ": " << record.status();
    EXPECT_FALSE(record->has_value()) << line;
  }
}

TEST(SacctTextTest, ObservesAJobThatRunsAtTheTimeOfTheRecording) {
  for (const char* state : {"RUNNING", "SUSPENDED"}) {
    const UsageRecord record =
        Parse(Line({{"state", state}, {"end", "Unknown"}, {"elapsed", "00:00:05"}}));
    EXPECT_EQ(record.end_time, kObserved);
    EXPECT_EQ(record.observe_time, kObserved);
    EXPECT_EQ(record.suspended_seconds, 0);
  }
}

TEST(SacctTextTest, TakesAJobWhoseEndIsNotWrittenYetForOneThatRuns) {
  const SacctText text = Text({kColumns, "|", "", absl::ZeroDuration(), /*rows_come_late=*/true});
  for (const char* state : {"COMPLETED", "CANCELLED by 7", "REQUEUED", "NODE_FAIL", "SUSPENDED"}) {
    const UsageRecord record =
        Parse(Line({{"state", state}, {"end", "Unknown"}, {"elapsed", "00:00:05"}}), text);
    EXPECT_EQ(record.state,
              state == std::string("SUSPENDED") ? JobState::kSuspended : JobState::kRunning);
    EXPECT_EQ(record.end_time, kObserved);
    EXPECT_EQ(record.cancelled_by_uid, -1);
  }
  EXPECT_EQ(Parse(Line(), text), Parse(Line()));
}

TEST(SacctTextTest, WaitsForWhatARunningJobHolds) {
  const auto record =
      Text().Parse(Line({{"state", "RUNNING"}, {"end", "Unknown"}, {"alloctres", ""}}), kObserved);
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_FALSE(record->has_value());
}

TEST(SacctTextTest, WaitsAnHourForWhatAFinishedJobHeldWhereRowsComeLate) {
  const SacctText late = Text({kColumns, "|", "", absl::ZeroDuration(), /*rows_come_late=*/true});
  const std::string line = Line({{"alloctres", ""}});
  const absl::Time end = Parse(Line()).end_time;
  const auto fresh = late.Parse(line, end + absl::Minutes(59));
  ASSERT_TRUE(fresh.ok()) << fresh.status();
  EXPECT_FALSE(fresh->has_value());
  // By then it is no delay any more; elsewhere it never was one.
  EXPECT_FALSE(late.Parse(line, end + absl::Hours(1)).ok());
  EXPECT_FALSE(Text().Parse(line, end + absl::Minutes(1)).ok());
}

// As Slurm 22.05 told a job that shrank from two nodes to one after a second.
TEST(SacctTextTest, CountsNoSecondOfAResizedJobTwice) {
  std::vector<std::string> columns = kColumns;
  columns[9] = "Suspended";
  const SacctText text = Text({columns});
  const UsageRecord before = Parse(Line({{"submit", "1795599586"},
                                         {"start", "1795599587"},
                                         {"end", "1795599588"},
                                         {"elapsed", "00:00:00"},
                                         {"state", "RESIZING"},
                                         {"alloctres", "billing=4,cpu=4,mem=20M,node=2"}}),
                                   text);
  EXPECT_EQ(before.ElapsedSeconds(), 1);
  EXPECT_EQ(before.core_count, 4);
  EXPECT_TRUE(IsTerminal(before.state));
  Fields after_fields = {{"submit", "1795599588"}, {"start", "1795599587"},
                         {"end", "1795599599"},    {"elapsed", "00:00:00"},
                         {"state", "COMPLETED"},   {"alloctres", "cpu=3,mem=10M,node=1"}};
  const UsageRecord after = Parse(Line(after_fields), text);
  EXPECT_EQ(after.start_time, before.end_time);
  EXPECT_EQ(after.ElapsedSeconds(), 11);
  EXPECT_EQ(after.core_count, 3);
  EXPECT_NE(after.key, before.key);
  // With Elapsed, which Slurm counts from the Start, in the place of Suspended.
  after_fields["elapsed"] = "12";
  columns[9] = "ElapsedRaw";
  EXPECT_EQ(Parse(Line(after_fields), Text({columns})).ElapsedSeconds(), 11);
}

TEST(SacctTextTest, PassesOverAPartThatEndedInTheSecondInWhichItBegan) {
  const auto record = Text().Parse(Line({{"submit", "1795599586"},
                                         {"start", "1795599586"},
                                         {"end", "1795599586"},
                                         {"elapsed", "0"},
                                         {"state", "RESIZING"}}),
                                   kObserved);
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_FALSE(record->has_value());
}

TEST(SacctTextTest, AllowsForClocksThatDiffer) {
  const SacctText text = Text();
  const Fields running = {{"state", "RUNNING"}, {"end", "Unknown"}, {"elapsed", "0"}};
  for (const auto& [seconds_ahead, is_good] : {std::pair(300, true), std::pair(301, false)}) {
    Fields fields = running;
    fields["start"] = absl::StrCat(absl::ToUnixSeconds(kObserved) + seconds_ahead);
    const auto record = text.Parse(Line(fields), kObserved);
    EXPECT_EQ(record.ok(), is_good) << record.status();
    if (record.ok()) {
      EXPECT_FALSE(record->has_value());
    }
  }
}

TEST(SacctTextTest, IsNotMisledByASuspensionThatWentOnAfterItLooked) {
  std::vector<std::string> columns = kColumns;
  columns[9] = "Suspended";
  const UsageRecord record =
      Parse(Line({{"state", "SUSPENDED"},
                  {"start", absl::StrCat(absl::ToUnixSeconds(kObserved) - 5)},
                  {"end", "Unknown"},
                  {"elapsed", "00:00:07"}}),
            Text({columns}));
  EXPECT_EQ(record.suspended_seconds, 5);
  EXPECT_EQ(record.ElapsedSeconds(), 0);
}

TEST(SacctTextTest, TakesSuspensionFromItsColumnOrFromTheElapsedTime) {
  EXPECT_EQ(Parse(Line({{"elapsed", "00:50:00"}})).suspended_seconds, 600);
  EXPECT_EQ(Parse(Line({{"elapsed", "3000"}})).suspended_seconds, 600);
  EXPECT_EQ(Parse(Line({{"elapsed", ""}})).suspended_seconds, 0);
  std::vector<std::string> columns = kColumns;
  columns[9] = "ElapsedRaw";
  EXPECT_EQ(Parse(Line({{"elapsed", "3540"}}), Text({columns})).suspended_seconds, 60);
  columns[9] = "Suspended";
  EXPECT_EQ(Parse(Line({{"elapsed", "00:07:00"}}), Text({columns})).suspended_seconds, 420);
  EXPECT_EQ(Parse(Line({{"elapsed", "7"}}), Text({columns})).suspended_seconds, 7);
}

TEST(SacctTextTest, RefusesWhatNoClusterCanHaveMeant) {
  const struct {
    Fields replaced;
    const char* says;
  } kCases[] = {
      {{{"jobidraw", "15_4"}}, "15_4"},
      {{{"jobidraw", "16+0"}}, "16+0"},
      {{{"jobidraw", ""}}, "JobIDRaw"},
      {{{"jobidraw", "0"}}, "job_id"},
      {{{"jobidraw", "-4"}}, "job_id"},
      {{{"cluster", ""}}, "cluster"},
      {{{"cluster", "caf\xE9"}}, "cluster"},
      {{{"account", ""}}, "account"},
      {{{"account", "caf\xE9"}}, "account"},
      {{{"user", "a\tb"}}, "user"},
      {{{"submit", "Unknown"}}, "Submit"},
      {{{"submit", "soon"}}, "Submit"},
      {{{"start", "then"}}, "Start"},
      {{{"end", "Unknown"}}, "COMPLETED job ended"},
      {{{"end", "later"}}, "End"},
      {{{"end", "2016-12-22T07:00:00"}, {"elapsed", ""}}, "end_time"},
      {{{"elapsed", "02:00:00"}}, "Elapsed is 7200 s, but from Start to End it is only 3600 s"},
      {{{"state", "walking"}}, "walking"},
      {{{"state", ""}}, "State"},
      {{{"alloctres", ""}}, "lasted 3600 s"},
      {{{"alloctres", "cpu=many"}}, "many"},
      {{{"alloctres", "cpu=1,gres/gpu:%=1"}}, "gpu_counts"},
      {{{"alloctres", "cpu=99999999999"}}, "core_count"},
      {{{"state", "RUNNING"}, {"end", "Unknown"}, {"start", "2017-06-01T00:00:00"}}, "end_time"},
  };
  const SacctText text = Text();
  for (const auto& one : kCases) {
    const auto record = text.Parse(Line(one.replaced), kObserved);
    EXPECT_EQ(record.status().code(), absl::StatusCode::kInvalidArgument) << Line(one.replaced);
    EXPECT_THAT(std::string(record.status().message()), HasSubstr(one.says));
  }
}

TEST(SacctTextTest, AFieldThatNoChargeNeedsVoidsNoLine) {
  const int64_t century = int64_t{36525} * 86400;
  const struct {
    Fields replaced;
    int64_t limit_seconds;
  } kCases[] = {
      {{{"timelimit", "365-00:00:00"}}, 365 * 86400},
      {{{"timelimit", "9999-00:00:00"}}, int64_t{9999} * 86400},
      {{{"timelimit", "2147483647"}}, century},
      {{{"timelimit", "999999-00:00:00"}}, century},
      {{{"timelimit", "UNLIMITED"}}, 0},
      {{{"timelimit", "INFINITE"}}, 0},
      {{{"timelimit", "INVALID"}}, 0},
      {{{"timelimit", "NOT_SET"}}, 0},
      {{{"timelimit", "Partition_Limit"}}, 0},
      {{{"timelimit", "soon"}}, 0},
      {{{"elapsed", "INVALID"}}, 3247200},
      {{{"elapsed", "long"}}, 3247200},
  };
  for (const auto& one : kCases) {
    const UsageRecord record = Parse(Line(one.replaced));
    EXPECT_EQ(record.ElapsedSeconds(), 3600) << Line(one.replaced);
    EXPECT_EQ(record.core_count, 12);
    EXPECT_EQ(record.time_limit_seconds, one.limit_seconds) << Line(one.replaced);
  }
  // What the ledger counts has an end, too.
  const UsageRecord wide = Parse(
      Line({{"alloctres", "cpu=16777216"}, {"timelimit", "999999-00:00:00"}, {"account", "w"}}));
  EXPECT_EQ(wide.time_limit_seconds, kAmountMax.count() / 16777216 - 3600);
}

TEST(SacctTextTest, AStateThatNobodyKnowsYetIsChargedForWhatItHeld) {
  const UsageRecord over = Parse(Line({{"state", "HIBERNATED by 7"}}));
  EXPECT_EQ(over.state, JobState::kOther);
  EXPECT_EQ(over.cancelled_by_uid, 7);
  EXPECT_EQ(over.ElapsedSeconds(), 3600);
  EXPECT_EQ(Parse(Line({{"state", "HIBERNATING"}, {"end", "Unknown"}})).state, JobState::kRunning);
}

SacctText OfParis() {
  absl::TimeZone paris;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Paris", &paris));
  SacctFormat format = {kColumns};
  format.zone = paris;
  return Text(format);
}

// 2026-10-25 has its hour from 02:00 to 03:00 twice in Paris, first at +0200, then at +0100.
TEST(SacctTextTest, WithinTheHourThatComesTwiceElapsedDecides) {
  const struct {
    const char* submit;
    const char* start;
    const char* end;
    const char* elapsed;
    const char* utc_start;
    int64_t seconds;
  } kCases[] = {
      {"2026-08-31T23:00:00", "2026-08-31T23:00:00", "2026-09-01T00:00:00", "01:00:00",
       "2026-08-31T21:00:00Z", 3600},
      {"2026-10-25T01:30:00", "2026-10-25T01:30:00", "2026-10-25T02:30:00", "02:00:00",
       "2026-10-24T23:30:00Z", 7200},
      {"2026-10-25T01:30:00", "2026-10-25T01:30:00", "2026-10-25T02:30:00", "01:00:00",
       "2026-10-24T23:30:00Z", 3600},
      {"2026-10-25T02:45:00", "2026-10-25T02:50:00", "2026-10-25T02:20:00", "00:30:00",
       "2026-10-25T00:50:00Z", 1800},
      {"2026-10-25T02:05:00", "2026-10-25T02:10:00", "2026-10-25T02:40:00", "00:30:00",
       "2026-10-25T00:10:00Z", 1800},
      {"2026-10-25T02:05:00", "2026-10-25T02:10:00", "2026-10-25T03:40:00", "01:30:00",
       "2026-10-25T01:10:00Z", 5400},
      // Submitted before, later by the clock.
      {"2026-10-25T02:50:00", "2026-10-25T02:10:00", "2026-10-25T02:55:00", "00:45:00",
       "2026-10-25T01:10:00Z", 2700},
      {"2026-10-25T02:50:00", "2026-10-25T02:10:00", "2026-10-25T02:40:00", "00:30:00",
       "2026-10-25T01:10:00Z", 1800},
      {"2026-03-29T01:30:00", "2026-03-29T01:30:00", "2026-03-29T03:30:00", "01:00:00",
       "2026-03-29T00:30:00Z", 3600},
      {"2026-10-25T01:30:00+0200", "2026-10-25T01:30:00+0200", "2026-10-25T02:30:00+0100",
       "02:00:00", "2026-10-24T23:30:00Z", 7200},
  };
  const SacctText text = OfParis();
  for (const auto& one : kCases) {
    const UsageRecord record = Parse(Line({{"submit", one.submit},
                                           {"start", one.start},
                                           {"end", one.end},
                                           {"elapsed", one.elapsed}}),
                                     text);
    absl::Time start;
    std::string error;
    ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, one.utc_start, &start, &error)) << error;
    EXPECT_EQ(record.start_time, start) << one.start;
    EXPECT_EQ(record.ElapsedSeconds(), one.seconds) << one.start;
    EXPECT_EQ(record.suspended_seconds, 0) << one.start;
  }
}

TEST(SacctTextTest, ASuspensionThatOnlyTheLongerHourHoldsDecides) {
  std::vector<std::string> columns = kColumns;
  columns[9] = "Suspended";
  SacctFormat format = {columns};
  absl::LoadTimeZone("Europe/Paris", &format.zone.emplace());
  const UsageRecord record = Parse(Line({{"submit", "2026-10-25T01:30:00"},
                                         {"start", "2026-10-25T01:30:00"},
                                         {"end", "2026-10-25T02:30:00"},
                                         {"elapsed", "01:30:00"}}),
                                   Text(format));
  EXPECT_EQ(record.suspended_seconds, 5400);
  EXPECT_EQ(record.ElapsedSeconds(), 1800);
}

TEST(SacctTextTest, AJobHasOneKeyWhileItRunsAndOnceItIsOver) {
  const SacctText text = OfParis();
  Fields fields = {{"submit", "2026-10-25T02:45:00"},
                   {"start", "2026-10-25T02:50:00"},
                   {"end", "2026-10-25T02:20:00"},
                   {"elapsed", "00:30:00"}};
  const UsageRecord over = Parse(Line(fields), text);
  fields["state"] = "RUNNING";
  fields["end"] = "Unknown";
  const auto running = text.Parse(Line(fields), over.end_time);
  ASSERT_TRUE(running.ok()) << running.status();
  EXPECT_EQ((*running)->key, over.key);
}

TEST(SacctTextTest, ALineThatDisagreesThinksOfTheZoneUnlessItIsSaid) {
  const Fields fields = {{"elapsed", "02:00:00"}};
  const auto says = [&](const SacctText& text) {
    return std::string(text.Parse(Line(fields), kObserved).status().message());
  };
  EXPECT_THAT(says(Text()), HasSubstr("name their zone: time_zone = \"Europe/Paris\""));
  EXPECT_THAT(says(OfParis()), Not(HasSubstr("time_zone")));
  // With both columns, too.
  std::vector<std::string> columns = kColumns;
  columns.back() = "Suspended";
  const std::string line = Line({{"elapsed", "02:00:00"}, {"jobname", "00:00:00"}});
  EXPECT_THAT(std::string(Text({columns}).Parse(line, kObserved).status().message()),
              HasSubstr("it is only 3600 s"));
}

TEST(SacctTextTest, ADelimiterAtTheEndOfALineIsNoColumn) {
  EXPECT_EQ(Parse(Line() + "|"), Parse(Line()));
  std::vector<std::string> columns = kColumns;
  columns.pop_back();
  const SacctText text = Text({columns});
  const std::string line = Line().substr(0, Line().rfind('|'));
  EXPECT_EQ(Parse(line + "|", text), Parse(line, text));
  EXPECT_FALSE(text.Parse(line + "||", kObserved).ok());
}

TEST(SacctTextTest, CountsTheColumns) {
  const SacctText text = Text();
  EXPECT_THAT(std::string(text.Parse("1|2|3", kObserved).status().message()),
              HasSubstr("3 columns, not 15"));
  std::vector<std::string> columns = kColumns;
  columns.back() = "comment";
  EXPECT_FALSE(Text({columns}).Parse(Line({{"jobname", "a|b"}}), kObserved).ok());
}

TEST(SacctTextTest, LetsTheLastColumnHoldDelimitersWhenItIsTheJobName) {
  EXPECT_EQ(Parse(Line({{"jobname", "a|b||c"}})), Parse(Line()));
}

TEST(SacctTextTest, NeedsNoUtf8WhereItReadsNothing) {
  EXPECT_EQ(Parse(Line({{"jobname", "caf\xE9"}})), Parse(Line()));
}

TEST(SacctTextTest, KnowsColumnsInAnyCaseAndOrderAndIgnoresOthers) {
  const SacctText text = Text({{"ALLOCTRES", "state", "End", "START", "Whatever", "submit",
                                "Account", "Cluster", "JobID"}});
  const UsageRecord record =
      Parse("cpu=3|FAILED|1482394513|1482390913||1482390912|chaff|phillips|163485", text);
  EXPECT_EQ(record.core_count, 3);
  EXPECT_EQ(record.key.job_id, 163485);
  EXPECT_EQ(record.user, "");
  EXPECT_EQ(record.time_limit_seconds, 0);
}

TEST(SacctTextTest, ListsTheColumnsThatAreMissing) {
  const auto text = SacctText::Create({{"Account", "User"}, "|", "", absl::ZeroDuration()});
  EXPECT_EQ(text.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(text.status().message()),
              HasSubstr("JobIDRaw, Cluster (or set `cluster`), Submit, Start, End, State, "
                        "AllocTRES"));
  EXPECT_FALSE(SacctText::Create({kColumns, "", "", absl::ZeroDuration()}).ok());
}

TEST(SacctTextTest, TakesTheClusterFromItsSettings) {
  EXPECT_EQ(Parse(Line(), Text({kColumns, "|", "lyon", absl::ZeroDuration()})).key.cluster, "lyon");
}

TEST(SacctTextTest, ReadsTheJobIdWhereThereIsNoRawOne) {
  std::vector<std::string> columns = kColumns;
  columns[0] = "JobID";
  EXPECT_EQ(Parse(Line(), Text({columns})).key.job_id, 163485);
}

TEST(SacctTextTest, TakesOtherDelimiters) {
  for (const char* delimiter : {"\x1f", "::"}) {
    const std::string line = absl::StrJoin(absl::StrSplit(Line(), '|'), delimiter);
    EXPECT_EQ(Parse(line, Text({kColumns, delimiter})), Parse(Line()));
  }
}

TEST(SacctTextTest, ShiftsEveryTime) {
  const absl::Duration shift = absl::Hours(24 * 3650);
  const UsageRecord record = Parse(Line(), Text({kColumns, "|", "", shift}));
  UsageRecord expected = Parse(Line());
  expected.key.submit_time += shift;
  expected.start_time += shift;
  expected.end_time += shift;
  expected.observe_time += shift;
  EXPECT_EQ(record, expected);
}

TEST(SacctTextTest, KnowsAHeader) {
  EXPECT_TRUE(Text().IsHeader(absl::StrJoin(kColumns, "|")));
  EXPECT_FALSE(Text().IsHeader(Line()));
  EXPECT_FALSE(Text().IsHeader(""));
}

TEST(SacctTextTest, SurvivesAnyLine) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const SacctText text = Text();
  const std::string good = Line();
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string line = good;
    const int changes = std::uniform_int_distribution<int>(1, 4)(random);
    for (int change = 0; change < changes; ++change) {
      const size_t at = std::uniform_int_distribution<size_t>(0, line.size() - 1)(random);
      line[at] = static_cast<char>(std::uniform_int_distribution<int>(0, 255)(random));
    }
    const auto record = text.Parse(line, kObserved);
    if (!record.ok()) ++refused;
    if (record.ok() && record->has_value()) {
      EXPECT_TRUE(CheckUsageRecord(**record).ok());
    }
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace mesolys::agent
