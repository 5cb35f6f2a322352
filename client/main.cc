// The command line of the mesocentre: wiring only.

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/frame/cli.h"
#include "client/language/language.h"
#include "proto/runtime/clock.h"
#include "proto/runtime/program.h"
#include "proto/runtime/thread_runtime.h"

namespace mesolys::client {
namespace {

// Ready for a signal handler, which may not ask for a translation.
std::string* interrupted_text = nullptr;
std::atomic<bool> is_changing = false;

// A shell tells the death by a signal from an exit; scripts are promised the exit code.
void Interrupted(int) {
  // Nothing is to be said of what only looks.
  const absl::string_view text = is_changing ? absl::string_view(*interrupted_text) : "\n";
  const ssize_t ignored = write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(ignored);
  _exit(static_cast<int>(ExitCode::kInterrupted));
}

Environment EnvironmentNow() {
  Environment environment;
  for (const char* name :
       {"MESOLYS_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME", "NO_COLOR", "LC_ALL",
        "LC_CTYPE", "LC_MESSAGES", "LANG", "LANGUAGE", "TERM"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
  return environment;
}

// 0 where the output is no terminal.
size_t TerminalWidth() {
  winsize size = {};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int Main(int argc, char** argv) {
  const Environment environment = EnvironmentNow();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  ChooseLanguage(arguments, environment);
  interrupted_text = new std::string(
      Tr("mesolys: interrupted; if a change was under way, the same command again re-uses its "
         "key\n"));
  struct sigaction interrupted = {};
  interrupted.sa_handler = Interrupted;
  sigaction(SIGINT, &interrupted, nullptr);
  TrustLockOrder();
  // What gRPC would write about a refused connection, our own message says better.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);

  const SystemClock clock;
  World world{std::cin,
              std::cout,
              std::cerr,
              environment,
              clock,
              absl::LocalTimeZone(),
              isatty(STDOUT_FILENO) == 1,
              isatty(STDIN_FILENO) == 1,
              TerminalWidth,
              [](absl::Duration duration) {
                Pause(duration);
                return true;
              },
              isatty(STDERR_FILENO) == 1,
              &is_changing};
  const ExitCode exit = RunCli(arguments, world);
  std::cout.flush();
  if (!std::cout && exit == ExitCode::kDone) {
    std::cerr << Tr("mesolys: the answer could not be written to the standard output\n");
    return static_cast<int>(ExitCode::kFailed);
  }
  return static_cast<int>(exit);
}

}  // namespace
}  // namespace mesolys::client

int main(int argc, char** argv) { return mesolys::client::Main(argc, argv); }
