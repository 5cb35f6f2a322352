#include "tests/system/recording.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/fakes/source_tree.h"

namespace mesolys {
namespace {

int64_t Number(absl::string_view text) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) {
    std::fprintf(stderr, "recording: not a number: %s\n", std::string(text).c_str());
    std::abort();
  }
  return number;
}

// "10-13:27:06" or "00:00:24"
int64_t ElapsedSeconds(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar("-:"));
  constexpr int64_t kWeights[] = {1, 60, 3600, 86400};
  int64_t seconds = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    seconds += Number(parts[parts.size() - 1 - i]) * kWeights[i];
  }
  return seconds;
}

// Of "billing=12,cpu=12,gres/gpu=2"; 0 when it is not there.
int64_t Count(absl::string_view tres, absl::string_view name) {
  for (absl::string_view entry : absl::StrSplit(tres, ',')) {
    if (absl::ConsumePrefix(&entry, absl::StrCat(name, "="))) return Number(entry);
  }
  return 0;
}

}  // namespace

std::string RecordingPath() { return SourcePath("../shared/data/xdmod_sacct_phillips.log"); }

int64_t RecordedSecond(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar("-T:"));
  if (parts.size() != 6) std::abort();
  std::tm civil = {};
  civil.tm_year = static_cast<int>(Number(parts[0])) - 1900;
  civil.tm_mon = static_cast<int>(Number(parts[1])) - 1;
  civil.tm_mday = static_cast<int>(Number(parts[2]));
  civil.tm_hour = static_cast<int>(Number(parts[3]));
  civil.tm_min = static_cast<int>(Number(parts[4]));
  civil.tm_sec = static_cast<int>(Number(parts[5]));
  return timegm(&civil);
}

std::vector<RecordedJob> ReadRecording() {
  std::vector<RecordedJob> jobs;
  std::ifstream file(RecordingPath());
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> fields = absl::StrSplit(line, '|');
    if (fields.size() < 26) std::abort();
    jobs.push_back({line, fields[5], RecordedSecond(fields[12]), ElapsedSeconds(fields[14]),
                    Count(fields[22], "cpu"), Count(fields[22], "gres/gpu")});
  }
  return jobs;
}

}  // namespace mesolys
