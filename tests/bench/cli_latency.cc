// The client as a new process, `mesolys balance` over mutual TLS: the median of 50 each, beside a
// process that does nothing.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/bench/bench_world.h"
#include "tests/bench/measure.h"

extern char** environ;

namespace {

double MillisecondsOf(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  const auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  int status = 0;
  if (posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ) != 0 ||
      waitpid(child, &status, 0) != child || status != 0) {
    std::fprintf(stderr, "%s failed\n", argv[0]);
    std::exit(1);
  }
  const double milliseconds = mesolys::bench::SecondsSince(start) * 1e3;
  posix_spawn_file_actions_destroy(&actions);
  return milliseconds;
}

}  // namespace

int main() {
  mesolys::bench::BenchWorld world;
  const mesolys::TlsFiles files = world.ca().Files("user/olga");
  const std::string config = world.folder() + "/client.toml";
  std::ofstream(config) << "scheduler = \"" << world.scheduler().target() << "\"\nca = \""
                        << files.ca << "\"\ncertificate = \"" << files.certificate << "\"\nkey = \""
                        << files.key << "\"\n";
  const auto median = [](const std::vector<std::string>& arguments) {
    return mesolys::bench::MedianOf(50, [&] { return MillisecondsOf(arguments); });
  };
  std::printf("floor: /bin/true                            %8.1f ms\n", median({"/bin/true"}));
  std::printf("mesolys --version                           %8.1f ms\n",
              median({MESOLYS_CLIENT, "--version"}));
  std::printf("mesolys request create -h, the longest help %8.1f ms\n",
              median({MESOLYS_CLIENT, "request", "create", "-h"}));
  std::printf("mesolys __complete request create --        %8.1f ms\n",
              median({MESOLYS_CLIENT, "__complete", "request", "create", "--"}));
  std::printf(
      "mesolys balance, new process, mutual TLS    %8.1f ms\n",
      median({MESOLYS_CLIENT, "--config", config, "balance", mesolys::bench::ProjectId(1)}));
  return 0;
}
