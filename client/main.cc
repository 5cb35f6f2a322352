// The command line of the mesocentre: wiring only.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "client/cli.h"
#include "proto/runtime/clock.h"

namespace mesolys {
namespace {

// A shell tells the death by a signal from an exit; scripts are promised the exit code.
void Interrupted(int) {
  constexpr char kText[] =
      "mesolys: interrupted; if a change was under way, the same command again re-uses its key\n";
  const ssize_t ignored = write(STDERR_FILENO, kText, sizeof kText - 1);
  static_cast<void>(ignored);
  _exit(static_cast<int>(ExitCode::kInterrupted));
}

Environment EnvironmentNow() {
  Environment environment;
  for (const char* name : {"MESOLYS_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME",
                           "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG", "TERM"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
  return environment;
}

int Main(int argc, char** argv) {
  struct sigaction interrupted = {};
  interrupted.sa_handler = Interrupted;
  sigaction(SIGINT, &interrupted, nullptr);
  // Debian's Abseil looks for lock cycles even in a release, and gRPC uses its locks.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // What gRPC would write about a refused connection, our own message says better.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);

  const SystemClock clock;
  World world{std::cin,
              std::cout,
              std::cerr,
              EnvironmentNow(),
              clock,
              absl::LocalTimeZone(),
              isatty(STDOUT_FILENO) == 1,
              isatty(STDIN_FILENO) == 1};
  const ExitCode exit = RunCli(std::vector<std::string>(argv + 1, argv + argc), world);
  std::cout.flush();
  if (!std::cout && exit == ExitCode::kDone) {
    std::cerr << "mesolys: the answer could not be written to the standard output\n";
    return static_cast<int>(ExitCode::kFailed);
  }
  return static_cast<int>(exit);
}

}  // namespace
}  // namespace mesolys

int main(int argc, char** argv) { return mesolys::Main(argc, argv); }
