#ifndef MESOLYS_TESTS_FAKES_FAKE_SACCT_H_
#define MESOLYS_TESTS_FAKES_FAKE_SACCT_H_

// A slurmdbd made by a test: rows of runs of jobs, told as sacct tells them. One thread.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/slurm/sacct.h"

namespace mesolys::agent {

class FakeSacct : public Sacct {
 public:
  struct Row {
    int64_t job_id = 0;
    int64_t submit = 0;
    int64_t start = 0;  // 0: it waits
    int64_t end = 0;    // 0: it runs
    std::string state = "COMPLETED";
    std::string account = "chair_ia";
    int64_t suspended = 0;
    std::string held = "billing=4,cpu=4,mem=10M,node=1";
    int64_t array_id = 0;  // of which it is a task: every one of them is told with that id
  };
  struct Slice {
    int64_t from = 0;
    int64_t to = 0;
    friend bool operator==(const Slice&, const Slice&) = default;
  };

  std::vector<Row> rows;
  // Told after the rows of every slice, as they are.
  std::vector<OutputLine> garbage;
  // When not OK, what every Read answers in the end.
  absl::Status failure;
  std::vector<Slice> slices;  // that were read

  static std::string Text(const Row& row) {
    const auto time = [](int64_t seconds) {
      return seconds == 0 ? std::string("Unknown") : absl::StrCat(seconds);
    };
    std::string text;
    for (const std::string& field :
         {std::string("c1"), absl::StrCat(row.job_id), row.account, std::string("alice"),
          std::string("main"), std::string("normal"), row.state, time(row.submit), time(row.start),
          time(row.end), absl::StrCat(row.suspended), std::string("60"), row.held}) {
      absl::StrAppend(&text, text.empty() ? "" : "\x1f", field);
    }
    return text;
  }

  absl::Status Read(absl::Time from, absl::Time to, const Visit& visit) override {
    slices.push_back({absl::ToUnixSeconds(from), absl::ToUnixSeconds(to)});
    for (const Row& row : rows) {
      if (row.submit >= slices.back().to) continue;
      if (row.end != 0 && row.end < slices.back().from) continue;
      const std::string text = Text(row);
      if (absl::Status status = visit({text, false, true}); !status.ok()) return status;
    }
    for (const OutputLine& line : garbage) {
      if (absl::Status status = visit(line); !status.ok()) return status;
    }
    return failure;
  }

  // Of which ids it was asked.
  std::vector<std::vector<int64_t>> asked;

  absl::Status ReadJobs(const std::string& cluster, const std::vector<int64_t>& ids,
                        const Visit& visit) override {
    asked.push_back(ids);
    for (const Row& row : rows) {
      const auto is_asked = [&ids](int64_t id) {
        return std::find(ids.begin(), ids.end(), id) != ids.end();
      };
      if (cluster != "c1" || (!is_asked(row.job_id) && !is_asked(row.array_id))) continue;
      const std::string text = Text(row);
      if (absl::Status status = visit({text, false, true}); !status.ok()) return status;
    }
    return failure;
  }
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_FAKES_FAKE_SACCT_H_
