#include "agent/slurm/scontrol.h"

#include <sys/stat.h>

#include <string>
#include <vector>

#include "agent/slurm/slurm_means.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_scontrol.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A program that says what the test wants.
class ScontrolTest : public testing::Test {
 protected:
  ScontrolOptions Options(const std::string& script) {
    ScontrolOptions options;
    options.program = directory_.Write("scontrol", "#!/bin/sh\n" + script);
    ::chmod(options.program.c_str(), 0755);
    options.slurm_conf = "/etc/slurm/other.conf";
    options.output_bytes_max = 1 << 20;
    return options;
  }

  absl::Status Show(const ScontrolOptions& options) {
    lines_.clear();
    return ScontrolProgram(options).Show("c1", Scontrol::Noun::kNode, [this](const auto& line) {
      lines_.emplace_back(line.text);
      return absl::OkStatus();
    });
  }

  TemporaryDirectory directory_;
  std::vector<std::string> lines_;
};

TEST_F(ScontrolTest, AsksForOneLineEachOfOneCluster) {
  ASSERT_TRUE(Show(Options("for argument; do echo \"$argument\"; done; echo \"$SLURM_CONF\"; "
                           "echo \"$SLURM_TIME_FORMAT\""))
                  .ok());
  EXPECT_THAT(lines_, ElementsAre("--clusters=c1", "--all", "--oneliner", "show", "node",
                                  "/etc/slurm/other.conf", "%s"));
}

TEST_F(ScontrolTest, KnowsHowSlurmSaysThatThereIsNothing) {
  EXPECT_TRUE(Show(Options("echo 'No reservations in the system'")).ok());
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(ScontrolTest, SaysWhySlurmDidNotAnswer) {
  const absl::Status status =
      Show(Options("echo 'slurm_load_node error: Unable to contact slurm controller' >&2; exit 1"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("Unable to contact slurm controller"));
}

TEST_F(ScontrolTest, EndsOneThatSaysTooMuchOrNothingAtAll) {
  EXPECT_EQ(Show(Options("yes")).code(), absl::StatusCode::kResourceExhausted);
  ScontrolOptions hangs = Options("exec sleep 1000");
  hangs.deadline = absl::Milliseconds(300);
  EXPECT_EQ(Show(hangs).code(), absl::StatusCode::kDeadlineExceeded);
}

// Lines of 10 MB, bytes that are no text, lines that are cut: what is whole beside them counts.
TEST_F(ScontrolTest, LeavesGarbageToTheQuarantine) {
  directory_.Write("node", FakeScontrol::Node("n1", "IDLE") + "\n" + std::string(10 << 20, 'x') +
                               "\n\xff\xfe\x01\n" + FakeScontrol::Node("n2", "IDLE") +
                               "\nNodeName=n3 State=ID");
  ScontrolOptions options = Options("case $5 in node) cat \"$(dirname \"$0\")/node\";; esac");
  options.output_bytes_max = 64 << 20;
  SlurmMeans means(std::make_unique<ScontrolProgram>(options), {"c1"}, {});
  const absl::StatusOr<CollectedMeans> collected = means.Collect();
  ASSERT_TRUE(collected.ok()) << collected.status();
  EXPECT_EQ(collected->means.resources(0).nodes().available_count(), 2);
  EXPECT_EQ(collected->quarantined.size(), 3);
}

}  // namespace
}  // namespace mesolys::agent
