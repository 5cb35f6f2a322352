#include "tests/scheduler/core/scenario_file.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/fakes/source_tree.h"

namespace mesolys {

std::vector<Scenario> LoadScenarios() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(SourcePath("tests/scenarios"))) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Scenario> scenarios;
  for (const std::filesystem::path& file : files) {
    std::ifstream in(file);
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      line = line.substr(0, line.find('#'));
      while (!line.empty() && line.back() == ' ') line.pop_back();
      if (absl::StartsWith(line, "== ")) {
        Scenario scenario;
        scenario.place = absl::StrCat(file.filename().string(), ":", number);
        bool upper = true;
        for (char c : absl::StrCat(file.stem().string(), " ", line.substr(3))) {
          const auto letter = static_cast<unsigned char>(c);
          if (std::isalnum(letter) != 0) {
            scenario.name += static_cast<char>(upper ? std::toupper(letter) : c);
          }
          upper = std::isalnum(letter) == 0;
        }
        scenarios.push_back(std::move(scenario));
      } else if (!line.empty()) {
        if (scenarios.empty()) std::abort();
        scenarios.back().lines.emplace_back(number, line);
      }
    }
  }
  return scenarios;
}

}  // namespace mesolys
