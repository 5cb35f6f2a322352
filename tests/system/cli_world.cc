#include "tests/system/cli_world.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mesolys {
namespace {

std::string Contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

RunningSchedulerOptions Options(std::unique_ptr<EventStore> store, const std::string& database) {
  RunningSchedulerOptions options;
  options.catalogue = TestCatalogue();
  options.database = database;
  options.store = std::move(store);
  return options;
}

}  // namespace

Ended RunProgram(const std::string& path, const std::vector<std::string>& arguments,
                 const std::string& directory) {
  std::vector<std::string> words = {path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::string out = directory + "/out";
  const std::string err = directory + "/err";
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&files, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  char zone[] = "TZ=UTC";
  char* environment[] = {zone, nullptr};
  pid_t pid = -1;
  const int spawned = posix_spawn(&pid, path.c_str(), &files, nullptr, argv.data(), environment);
  posix_spawn_file_actions_destroy(&files);
  int status = 0;
  if (spawned != 0 || waitpid(pid, &status, 0) != pid) std::abort();
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, Contents(out), Contents(err)};
}

CliWorld::CliWorld(std::unique_ptr<EventStore> store, const std::string& database, absl::Time now)
    : clock(now),
      scheduler(
          std::make_unique<RunningScheduler>(ca, clock, Options(std::move(store), database))) {}

void CliWorld::Stop() {
  callers_.clear();
  scheduler.reset();
}

std::string CliWorld::WriteConfig(const std::string& name, const TlsFiles& files,
                                  const std::string& target) {
  const std::string path = absl::StrCat(ca.directory(), "/", name, ".toml");
  std::ofstream(path) << "scheduler = \"" << (target.empty() ? this->target() : target)
                      << "\"\nca = \"" << files.ca << "\"\ncertificate = \"" << files.certificate
                      << "\"\nkey = \"" << files.key << "\"\nstate_dir = \"" << StateOf(name)
                      << "\"\n";
  return path;
}

Ended CliWorld::Cli(const std::string& user, const std::vector<std::string>& arguments,
                    const std::string& target) {
  std::vector<std::string> all = {"--config", WriteConfig(user, ca.Files("user/" + user), target)};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return RunProgram(MESOLYS_CLIENT_PROGRAM, all, ca.directory());
}

void CliWorld::Must(const std::string& user, const std::vector<std::string>& arguments) {
  const Ended ended = Cli(user, arguments);
  if (ended.exit == 0) return;
  std::fprintf(stderr, "CliWorld: mesolys %s: exit %d\n%s", absl::StrJoin(arguments, " ").c_str(),
               ended.exit, ended.err.c_str());
  std::abort();
}

Ended CliWorld::Agent(const std::string& site, const std::string& records,
                      const std::string& target) {
  const std::string base = absl::StrCat(ca.directory(), "/agent", ++agents_);
  const TlsFiles files = ca.Files("site/" + site);
  std::ofstream(base + ".txt") << records;
  std::ofstream(base + ".toml") << "site = \"" << site << "\"\nstate_dir = \"" << base
                                << "\"\n[scheduler]\ntarget = \""
                                << (target.empty() ? this->target() : target) << "\"\nca = \""
                                << files.ca << "\"\ncertificate = \"" << files.certificate
                                << "\"\nkey = \"" << files.key
                                << "\"\n[collector]\ntype = \"replay\"\nfile = \"" << base
                                << ".txt\"\n[enforcer]\ntype = \"dry_run\"\n";
  return RunProgram(MESOLYS_AGENT_PROGRAM, {"once", "--config", base + ".toml"}, ca.directory());
}

std::string CliWorld::Quarantine() const {
  return Contents(absl::StrCat(ca.directory(), "/agent", agents_, "/quarantine.txt"));
}

Caller& CliWorld::As(const std::string& identity) {
  std::unique_ptr<Caller>& caller = callers_[identity];
  if (caller == nullptr) caller = std::make_unique<Caller>(scheduler->Connect(identity));
  return *caller;
}

}  // namespace mesolys
