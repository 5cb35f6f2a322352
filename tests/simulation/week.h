#ifndef MESOLYS_TESTS_SIMULATION_WEEK_H_
#define MESOLYS_TESTS_SIMULATION_WEEK_H_

// A week of a mesocentre in virtual time: three sites run jobs and report them, hours are granted,
// a site is silent for two days, and a project's grants are revoked meanwhile. One thread.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/rules/command.h"
#include "tests/simulation/mesocentre.h"

namespace mesolys::simulation {

class Week {
 public:
  // Of days that are so long.
  Week(uint64_t seed, absl::Duration day);

  // Answers the hash of what happened: who went on when, and what was written.
  std::string Run();

  // Everything that was granted or revoked is in force, and every sum is that of the jobs; so at
  // the end of a week of whole days.
  void ExpectAgreement();
  // What was written is whole, and gives the ledger that there is. Ends the agents.
  void ExpectTheSameFoldAgain();

 private:
  void Expect(Command command);
  void Populate(const std::string& id);
  void Pass(int days);
  std::vector<int64_t> GrantsOf(const std::string& project);
  bool OrdersAreDone();
  // Somebody asks what the accounting of a site says of the first days.
  void CompareWithTheAccounting();
  std::string Trace();

  const absl::Duration day_;
  std::mt19937_64 random_;
  Mesocentre mesocentre_;
  int64_t compared_count_ = 0;
};

// The trace of one of days that are so long, whose fold is the same again; prints the time it took.
std::string TraceOf(uint64_t seed, absl::Duration day);

}  // namespace mesolys::simulation

#endif  // MESOLYS_TESTS_SIMULATION_WEEK_H_
