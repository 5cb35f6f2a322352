#ifndef MESOLYS_TESTS_SCHEDULER_CORE_SCENARIO_H_
#define MESOLYS_TESTS_SCHEDULER_CORE_SCENARIO_H_

// Ledger tests as an accountant reads them: one line is one fact or one expectation. The language
// is described in tests/scenarios/README.md. Not thread-safe.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {

// One "== title" section of a file.
struct Scenario {
  std::string name;                                // file and title, as a test's name
  std::string place;                               // "leases.txt:12"
  std::vector<std::pair<int, std::string>> lines;  // with their numbers
};

// Of all tests/scenarios/*.txt, by file.
std::vector<Scenario> LoadScenarios();

class ScenarioRun {
 public:
  ScenarioRun();

  // INVALID_ARGUMENT for a line that is not of the language; FAILED_PRECONDITION for an expectation
  // that does not hold, an unexpected refusal, or a broken invariant.
  absl::Status Do(const std::string& line);

  // That the log folds to the same ledger, that every job's entries add up to what is booked, and
  // that reporting everything again says nothing new.
  absl::Status Finish();

 private:
  struct Words;

  absl::Status Fact(Words& words);
  absl::Status Expectation(Words& words, bool& known);
  absl::StatusOr<Command> CommandOf(Words& words);
  absl::StatusOr<Command> GrantVerb(const std::string& verb, Words& words);
  absl::StatusOr<Command> Report(const std::string& verb, Words& words);
  absl::Status IssueByHand(Words& words);
  absl::Status ExpectBalance(Words& words);
  absl::Status ExpectCharge(Words& words);
  absl::Status ExpectCeiling(Words& words);
  absl::Status ExpectAmounts(const std::string& what, Words& words);
  absl::Status ExpectRefusal(Words& words);
  absl::Status ExpectLimit(Words& words);

  // Europe/Paris unless the text says Z.
  absl::StatusOr<absl::Time> Instant(const std::string& text) const;
  absl::StatusOr<Amount> AmountOf(const std::string& resource, const std::string& text) const;
  absl::StatusOr<const GrantEntry*> GrantNamed(const std::string& text) const;

  absl::TimeZone zone_;
  std::map<std::string, absl::Time> submitted_;  // "n1:17" -> submit time
  Mesocentre mesocentre_;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_CORE_SCENARIO_H_
