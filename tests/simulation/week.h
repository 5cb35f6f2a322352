#ifndef MESOLYS_TESTS_SIMULATION_WEEK_H_
#define MESOLYS_TESTS_SIMULATION_WEEK_H_

// A week of a mesocentre in virtual time: three sites run jobs and report them, hours are granted,
// at one site or at several, a site is silent for two days, and meanwhile a project's grants are
// revoked and hours move away from it. One thread.

#include <cstdint>
#include <map>
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
  void Create(const std::string& project);
  void Ask(const std::string& project, std::vector<RequestLine> lines);
  // A project with grants at each site, for that site alone.
  void Populate(const std::string& project);
  // One with a grant that is split over two sites and one for any of two, the silent one among
  // them.
  void PopulateAtTwoSites();
  // Half of what is left of the split at the silent site shall be spent at the other.
  void MoveFromTheSilentSite();
  void Pass(int days);
  std::vector<int64_t> GrantsOf(const std::string& project);
  // Of the grants that are valid, by site.
  std::map<std::string, agent::SimulatedSite::Amounts> WantedCeilings();
  bool OrdersAreDone();
  // And every site has put in force what is wanted.
  bool AllIsInForce();
  // For an hour at most; whether it is.
  bool WaitUntilAllIsInForce();
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
