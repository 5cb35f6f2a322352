#include "agent/process/subprocess.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

Command Shell(const std::string& script) {
  Command command;
  command.arguments = {"/bin/sh", "-c", script};
  return command;
}

std::string Output(const Command& command) {
  const absl::StatusOr<CommandOutput> output = RunCommand(command);
  EXPECT_TRUE(output.ok()) << output.status();
  if (!output.ok()) return "";
  EXPECT_EQ(output->end.exit_status, 0) << output->end.error_output;
  return output->output;
}

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

bool IsGone(int64_t pid) {
  // The zombie of a grandchild is gone, too: only the first process of the system collects it.
  for (int tries = 0; tries < 1000; ++tries) {
    const absl::StatusOr<CommandOutput> state =
        RunCommand(Shell(absl::StrCat("sed 's/.*) //; s/ .*//' /proc/", pid, "/stat")));
    EXPECT_TRUE(state.ok()) << state.status();
    if (state->output.empty() || state->output == "Z\n") return true;
  }
  return false;
}

TEST(SubprocessTest, AnswersWhatTheProgramSaid) {
  Command echo;
  echo.arguments = {"/bin/echo", "one", "two  three"};
  EXPECT_EQ(Output(echo), "one two  three\n");
  EXPECT_EQ(Output(Shell("printf 'no end'")), "no end");
  EXPECT_EQ(Output(Shell("exit 0")), "");
}

TEST(SubprocessTest, GivesNothingToAShell) {
  Command echo;
  echo.arguments = {"/bin/echo", "$(id); `id` > /dev/null | * ~"};
  EXPECT_EQ(Output(echo), "$(id); `id` > /dev/null | * ~\n");
}

TEST(SubprocessTest, HasAnEnvironmentOfItsOwn) {
  ::setenv("MESOLYS_SUBPROCESS_TEST", "inherited", 1);
  Command env;
  env.arguments = {"/usr/bin/env"};
  env.environment = {"SLURM_CONF=/etc/slurm/slurm.conf"};
  const std::vector<std::string> lines = absl::StrSplit(Output(env), '\n');
  EXPECT_THAT(lines, ElementsAre("TZ=UTC", "LC_ALL=C", "PATH=/usr/bin:/bin",
                                 "SLURM_CONF=/etc/slurm/slurm.conf", ""));
}

TEST(SubprocessTest, HasNothingOpenButTheThreeStandardFiles) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);  // would be inherited
  // `ls` itself opens the folder that it lists.
  EXPECT_EQ(Output(Shell("ls /proc/self/fd | wc -l")), "4\n");
  EXPECT_EQ(Output(Shell("readlink /proc/self/fd/0")), "/dev/null\n");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(SubprocessTest, ReadsItsInputFromTheBeginningToTheEnd) {
  Command command = Shell("cat | wc -c");
  command.input = std::string(300'000, 'x') + "\nlast\n";
  EXPECT_EQ(Output(command), "300006\n");
  command = Shell("head -n 1");
  command.input = "first\nsecond\n";
  EXPECT_EQ(Output(command), "first\n");
}

TEST(SubprocessTest, MayBeEndedBySignalsThatItsCallerBlocks) {
  sigset_t term;
  sigset_t before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, &before);
  const absl::Status status = RunCommand(Shell("kill -TERM $$; echo alive")).status();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(MessageOf(status), HasSubstr("ended by signal 15 (Terminated)"));
}

TEST(SubprocessTest, TellsItsExitStatusAndWhatItComplainedOf) {
  const Command command = Shell("echo half; echo 'no such cluster' >&2; exit 3");
  const absl::StatusOr<CommandOutput> output = RunCommand(command);
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(output->output, "half\n");
  EXPECT_EQ(output->end.exit_status, 3);
  EXPECT_EQ(output->end.error_output, "no such cluster\n");
  const absl::Status status = ExitStatus(command, output->end);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(MessageOf(status),
              AllOf(HasSubstr("/bin/sh -c"), HasSubstr("exit status 3: no such cluster")));
  EXPECT_TRUE(ExitStatus(command, {0, "a warning"}).ok());
}

TEST(SubprocessTest, NamesAProgramThatCannotBeStarted) {
  Command command;
  command.arguments = {"/no/such/sacct", "-a"};
  absl::Status status = RunCommand(command).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(MessageOf(status), HasSubstr("/no/such/sacct -a: cannot be started"));
  // A name alone is not searched for.
  command.arguments = {"echo"};
  EXPECT_EQ(RunCommand(command).status().code(), absl::StatusCode::kNotFound);
  TemporaryDirectory directory;
  command.arguments = {directory.Write("sacct", "#!/bin/sh\n")};
  status = RunCommand(command).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
}

TEST(SubprocessTest, EndsWhatIsNotDoneByTheDeadlineWithAllThatItStarted) {
  TemporaryDirectory directory;
  Command command =
      Shell(absl::StrCat("sleep 1000 & echo $! > ", directory.File("pid"), "; echo begun; wait"));
  command.deadline = absl::Seconds(1);
  const absl::Status status = RunCommand(command).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(MessageOf(status), HasSubstr("not done after 1s"));
  int64_t pid = 0;
  ASSERT_TRUE(absl::SimpleAtoi(directory.Read("pid"), &pid));
  EXPECT_TRUE(IsGone(pid));
}

TEST(SubprocessTest, IsNotHeldUpByAProgramThatSaysNothingAnyMore) {
  Command command = Shell("exec >&- 2>&-; sleep 1000");
  command.deadline = absl::Milliseconds(200);
  EXPECT_EQ(RunCommand(command).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(SubprocessTest, EndsAProgramThatSaysTooMuch) {
  Command command = Shell("yes");
  command.output_bytes_max = 1 << 20;
  const absl::Status status = RunCommand(command).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(MessageOf(status), HasSubstr("more than 1048576 bytes of output"));
}

TEST(SubprocessTest, KeepsTheBeginningOfEndlessComplaints) {
  const absl::StatusOr<CommandOutput> output =
      RunCommand(Shell("yes complaint | head -c 1000000 >&2; echo done"));
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(output->output, "done\n");
  EXPECT_EQ(output->end.error_output.size(), 4096U);
}

TEST(SubprocessTest, TellsLineByLine) {
  std::vector<std::string> lines;
  std::vector<bool> are_terminated;
  const absl::StatusOr<CommandEnd> end = RunCommandByLine(
      Shell("printf 'one\\n\\nthr'; printf 'ee\\nfour'"), [&](const OutputLine& line) {
        lines.emplace_back(line.text);
        are_terminated.push_back(line.is_terminated);
        return absl::OkStatus();
      });
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_THAT(lines, ElementsAre("one", "", "three", "four"));
  EXPECT_THAT(are_terminated, ElementsAre(true, true, true, false));
}

TEST(SubprocessTest, EndsWhenALineIsNotWanted) {
  int count = 0;
  const absl::Status status = RunCommandByLine(Shell("yes"), [&count](const OutputLine&) {
                                return ++count < 3 ? absl::OkStatus() : absl::CancelledError("no");
                              }).status();
  EXPECT_EQ(status, absl::CancelledError("no"));
  EXPECT_EQ(count, 3);
}

TEST(SubprocessTest, CutsALineThatIsTooLong) {
  Command command = Shell("head -c 10000000 /dev/zero | tr '\\0' x; echo; echo after");
  command.output_bytes_max = 1 << 24;
  std::vector<size_t> lengths;
  std::vector<bool> are_too_long;
  const absl::StatusOr<CommandEnd> end = RunCommandByLine(command, [&](const OutputLine& line) {
    lengths.push_back(line.text.size());
    are_too_long.push_back(line.is_too_long);
    return absl::OkStatus();
  });
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_THAT(lengths, ElementsAre(OutputLines::kBeginningBytes, 5));
  EXPECT_THAT(are_too_long, ElementsAre(true, false));
  EXPECT_EQ(RunCommand(command).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(SubprocessTest, ShowsACommandOnOneLine) {
  Command command;
  command.arguments = {"/usr/bin/sacct", "--delimiter=\x1f", "a\nb"};
  EXPECT_EQ(ToText(command), "/usr/bin/sacct --delimiter=\\x1F a\\x0Ab");
}

}  // namespace
}  // namespace mesolys::agent
