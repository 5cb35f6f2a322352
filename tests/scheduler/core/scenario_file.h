#ifndef MESOLYS_TESTS_SCHEDULER_CORE_SCENARIO_FILE_H_
#define MESOLYS_TESTS_SCHEDULER_CORE_SCENARIO_FILE_H_

// The scenarios of tests/scenarios, as they stand in their files. Any thread.

#include <string>
#include <utility>
#include <vector>

namespace mesolys {

// One "== title" section of a file.
struct Scenario {
  std::string name;                                // file and title, as a test's name
  std::string place;                               // "leases.txt:12"
  std::vector<std::pair<int, std::string>> lines;  // with their numbers
};

// Of all tests/scenarios/*.txt, by file.
std::vector<Scenario> LoadScenarios();

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_CORE_SCENARIO_FILE_H_
