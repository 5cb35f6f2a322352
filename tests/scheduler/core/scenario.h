#ifndef MESOLYS_TESTS_SCHEDULER_CORE_SCENARIO_H_
#define MESOLYS_TESTS_SCHEDULER_CORE_SCENARIO_H_

// Ledger tests as an accountant reads them: one line is one fact or one expectation. The language
// is described in tests/scenarios/README.md. Facts and expectations are read in files of their own,
// scenario_facts.cc, scenario_grants.cc and scenario_expectations.cc. Not thread-safe.

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/scheduler/core/mesocentre.h"
#include "tests/scheduler/core/scenario_words.h"

namespace mesolys {

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
  using Words = ScenarioWords;

  // In scenario_facts.cc.
  absl::Status Fact(Words& words);
  absl::StatusOr<Command> CommandOf(Words& words);
  absl::StatusOr<Command> ProjectVerb(const std::string& verb, Words& words);
  absl::StatusOr<Command> RequestVerb(const std::string& verb, Words& words);
  absl::StatusOr<Command> CatalogueVerb(Words& words);
  absl::StatusOr<Command> SiteVerb(const std::string& verb, Words& words);
  absl::StatusOr<Command> OfficeVerb(const std::string& verb, Words& words);
  absl::StatusOr<Command> GrantVerb(const std::string& verb, Words& words);
  absl::StatusOr<Command> Report(const std::string& verb, Words& words);
  absl::Status IssueByHand(Words& words);

  // In scenario_expectations.cc. `known` says whether the line is one.
  absl::Status Expectation(Words& words, bool& known);
  absl::Status ExpectBalance(Words& words);
  absl::Status ExpectCharge(Words& words);
  absl::Status ExpectPrice(Words& words);
  absl::Status ExpectCeiling(Words& words);
  absl::Status ExpectAmounts(const std::string& what, Words& words);
  absl::Status ExpectRefusal(Words& words);
  absl::Status ExpectDecision(Words& words);
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
