// The program itself, as a shell starts it.

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ProcessTest : public ClientTest {
 protected:
  // Starts the program with `out` as its standard output.
  pid_t Start(std::vector<std::string> arguments, const std::string& out) {
    arguments.insert(arguments.begin(), "mesolys");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::string config = absl::StrCat("MESOLYS_CONFIG=", environment_["MESOLYS_CONFIG"]);
    char* environment[] = {config.data(), nullptr};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&files, 2, Err().c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t pid = -1;
    EXPECT_EQ(posix_spawn(&pid, MESOLYS_CLIENT_PROGRAM, &files, nullptr, argv.data(), environment),
              0);
    posix_spawn_file_actions_destroy(&files);
    return pid;
  }

  // The exit code; -1 for a death by a signal.
  static int Wait(pid_t pid) {
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string Out() const { return ca_.directory() + "/out"; }
  std::string Err() const { return ca_.directory() + "/err"; }

  static std::string Contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
};

// Two copies of gRPC in one process do not go together.
TEST_F(ProcessTest, HasGrpcLinkedInAndLoadsNoOther) {
  const std::string needed = Out();
  const std::string command =
      absl::StrCat("readelf -d ", MESOLYS_CLIENT_PROGRAM, " | grep NEEDED > ", needed);
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_THAT(Contents(needed), HasSubstr("libssl"));
  for (const char* library : {"libgrpc", "libgpr", "libprotobuf", "libabsl", "libupb"}) {
    EXPECT_THAT(Contents(needed), Not(HasSubstr(library)));
  }
}

TEST_F(ProcessTest, PrintsDataOnTheStandardOutputAndNothingElse) {
  EXPECT_EQ(Wait(Start({"whoami", "--format", "csv"}, Out())), 0);
  EXPECT_EQ(Contents(Out()), "project,role\r\nprojects/proj_a,PI\r\n");
  EXPECT_THAT(Contents(Err()), IsEmpty());
}

TEST_F(ProcessTest, EndsWith130WhenInterruptedAndKeepsTheKey) {
  scheduler_.StaySilent(true);
  const pid_t pid = Start({"member", "add", "proj_a", "bob", "--role", "pi"}, Out());
  scheduler_.WaitForSilentCall();
  ASSERT_EQ(kill(pid, SIGINT), 0);
  EXPECT_EQ(Wait(pid), 130);
  EXPECT_THAT(Contents(Err()), HasSubstr("the same command again re-uses its key"));
  EXPECT_THAT(KeptFiles(), SizeIs(1));
}

TEST_F(ProcessTest, SaysNothingOfAChangeWhereItOnlyLooked) {
  scheduler_.StaySilent(true);
  const pid_t pid = Start({"balance", "proj_a"}, Out());
  scheduler_.WaitForSilentCall();
  ASSERT_EQ(kill(pid, SIGINT), 0);
  EXPECT_EQ(Wait(pid), 130);
  EXPECT_EQ(Contents(Err()), "\n");
}

TEST_F(ProcessTest, FailsWhenItsAnswerCannotBeWritten) {
  EXPECT_EQ(Wait(Start({"whoami"}, "/dev/full")), 1);
  EXPECT_THAT(Contents(Err()), HasSubstr("could not be written"));
}

TEST_F(ProcessTest, SaysInOneLineThatNobodyListens) {
  StopServer();
  EXPECT_EQ(Wait(Start({"whoami"}, Out())), 6);
  EXPECT_EQ(Contents(Err()),
            absl::StrCat("mesolys: nobody listens at ", target(), "; nothing was changed\n"));
}

}  // namespace
}  // namespace mesolys::client
