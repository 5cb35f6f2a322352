#include "agent/slurm/sacct.h"

#include <sys/stat.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const absl::Time kFrom = absl::FromUnixSeconds(1795599545);
const absl::Time kTo = kFrom + absl::Hours(1);

// A program that says what the test wants.
class SacctTest : public testing::Test {
 protected:
  absl::Status Read(const std::string& script) {
    SacctOptions options;
    options.program = directory_.Write("sacct", "#!/bin/sh\n" + script);
    ::chmod(options.program.c_str(), 0755);
    options.slurm_conf = "/etc/slurm/other.conf";
    options.clusters = {"c1", "c2"};
    options.output_bytes_max = 1 << 20;
    lines_.clear();
    return SacctProgram(options).Read(kFrom, kTo, [this](const OutputLine& line) {
      lines_.emplace_back(line.text);
      return absl::OkStatus();
    });
  }

  TemporaryDirectory directory_;
  std::vector<std::string> lines_;
};

TEST_F(SacctTest, AsksForEveryRunOfEveryJobOfItsClustersInUtc) {
  ASSERT_TRUE(Read("for argument; do echo \"$argument\"; done; echo \"$TZ\"; "
                   "echo \"$SLURM_CONF\"; echo \"$SLURM_TIME_FORMAT\"")
                  .ok());
  EXPECT_THAT(lines_,
              ElementsAre("--clusters", "c1,c2", "--allusers", "--duplicates", "--allocations",
                          "--noheader", "--parsable2", "--delimiter=\x1f", "--noconvert",
                          "--format=Cluster,JobIDRaw,Account,User,Partition,QOS,State,Submit,Start,"
                          "End,Suspended,TimelimitRaw,AllocTRES",
                          "--starttime=2026-11-25T09:39:05", "--endtime=2026-11-25T10:39:05", "UTC",
                          "/etc/slurm/other.conf", "%s"));
}

TEST_F(SacctTest, AsksForJobsByTheirIdsHoweverOld) {
  SacctOptions options;
  options.clusters = {"c1", "c2"};
  const Command command = SacctProgram(options).CommandFor("c2", {7, 12});
  EXPECT_THAT(command.arguments, Contains("--jobs=7,12"));
  EXPECT_THAT(command.arguments, Contains("c2"));
  EXPECT_THAT(command.arguments, Contains("--duplicates"));
  EXPECT_THAT(command.arguments, Not(Contains(HasSubstr("time="))));
}

TEST_F(SacctTest, AsksForNothingThatPeopleWrite) {
  for (const char* column : {"JobName", "Comment", "AdminComment", "WorkDir", "SubmitLine"}) {
    EXPECT_THAT(SacctProgramFormat().columns, Not(Contains(column)));
  }
}

TEST_F(SacctTest, SaysWhySlurmDidNotAnswer) {
  const absl::Status status =
      Read("echo 'sacct: error: Problem talking to the database: Connection refused' >&2; exit 1");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("Problem talking to the database"));
}

TEST_F(SacctTest, TakesACloudOfErrorsForNoAnswerEvenWithExitStatusZero) {
  EXPECT_EQ(Read("echo 'sacct: error: slurmdbd: Getting response' >&2").code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Read("echo 'sacct: error: an old option' >&2; echo row").ok());
  EXPECT_TRUE(Read("echo 'a warning' >&2").ok());
  EXPECT_TRUE(Read("exit 0").ok());
}

TEST_F(SacctTest, EndsOneThatDoesNotCometoAnEnd) {
  EXPECT_EQ(Read("yes").code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(SacctTest, KnowsWhereItsColumnsAre) {
  const absl::StatusOr<SacctText> text = SacctText::Create(SacctProgramFormat());
  ASSERT_TRUE(text.ok()) << text.status();
  const auto record = text->Parse(
      "c1\x1f"
      "12\x1fia\x1f"
      "alice\x1fmain\x1fnormal\x1f"
      "COMPLETED\x1f"
      "1795599666\x1f"
      "1795599667\x1f"
      "1795599700\x1f"
      "00:00:03\x1f"
      "1\x1f"
      "billing=2,cpu=2,gres/gpu:v100=1,gres/gpu=1,mem=10M,node=1",
      absl::InfinitePast());
  ASSERT_TRUE(record.ok()) << record.status();
  ASSERT_TRUE(record->has_value());
  EXPECT_EQ((*record)->ElapsedSeconds(), 30);
  EXPECT_EQ((*record)->time_limit_seconds, 60);
  EXPECT_EQ((*record)->core_count, 2);
  EXPECT_THAT((*record)->gpu_counts, ElementsAre(std::pair("v100", 1)));
  EXPECT_EQ((*record)->memory_bytes, 10 << 20);
}

}  // namespace
}  // namespace mesolys::agent
