#ifndef MESOLYS_TESTS_SYSTEM_CLI_WORLD_H_
#define MESOLYS_TESTS_SYSTEM_CLI_WORLD_H_

// The real programs, each a process of its own, against a scheduler of the test's process: its
// clock and its store are the test's. The mesocentre is that of tests/fakes/test_catalogue, on
// 2026-06-15. One thread.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/fakes/caller.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/running_scheduler.h"
#include "tests/fakes/test_ca.h"
#include "tests/fakes/test_catalogue.h"

namespace mesolys {

// What a program left behind.
struct Ended {
  int exit = -1;
  std::string out;
  std::string err;
};

// Runs a program to its end.
Ended RunProgram(const std::string& path, const std::vector<std::string>& arguments,
                 const std::string& directory);

class CliWorld {
 public:
  // `store` null: in memory; `database`: a SQLite file, which stays.
  explicit CliWorld(std::unique_ptr<EventStore> store = nullptr, const std::string& database = "",
                    absl::Time now = TestTime());

  // `mesolys ARGUMENTS` as that user, who speaks to `target`, or to the scheduler.
  Ended Cli(const std::string& user, const std::vector<std::string>& arguments,
            const std::string& target = "");
  // The same, of a command that must succeed; ends the process with its words.
  void Must(const std::string& user, const std::vector<std::string>& arguments);
  // `mesolys-agent once` of a site, which replays that text. Each has a state of its own.
  Ended Agent(const std::string& site, const std::string& records, const std::string& target = "");
  // What the last agent set aside.
  std::string Quarantine() const;

  // Straight over gRPC, "user/olga" or "site/north".
  Caller& As(const std::string& identity);

  // The configuration of `mesolys`; its state lies beside it.
  std::string WriteConfig(const std::string& name, const TlsFiles& files,
                          const std::string& target = "");
  std::string StateOf(const std::string& name) const { return ca.directory() + "/state-" + name; }
  std::string target() const { return scheduler->target(); }
  // Ends the scheduler; its file can be opened by another.
  void Stop();

  TestCa ca;
  ManualClock clock;
  std::unique_ptr<RunningScheduler> scheduler;

 private:
  std::map<std::string, std::unique_ptr<Caller>> callers_;
  int agents_ = 0;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SYSTEM_CLI_WORLD_H_
