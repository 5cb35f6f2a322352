#ifndef MESOLYS_TESTS_DATA_WEEKLY_JOBS_H_
#define MESOLYS_TESTS_DATA_WEEKLY_JOBS_H_

// The jobs of a mesocentre, drawn from a fixed seed and reported once a week: finished, running and
// finished later, late, twice, amended, and some that no cluster can have meant. One thread.

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/values/usage_record.h"
#include "scheduler/core/facts/job.h"
#include "tests/data/chronicle.h"

namespace mesolys {

// A finished job of 10 cores.
UsageRecord RecordOf(const std::string& cluster, int64_t job_id, const std::string& account,
                     absl::Time start, absl::Duration length);

// Of the site that the cluster of the first record belongs to.
void ReportRecords(Chronicle& chronicle, std::vector<UsageRecord> records);

class WeeklyJobs {
 public:
  explicit WeeklyJobs(Chronicle& chronicle);

  // Makes every report that is due until then; it is now that time.
  void PassTo(absl::Time time);

 private:
  void ReportWeek();
  UsageRecord Draw(const std::string& cluster, const std::string& account);
  // What no cluster can have meant, and what could not be read.
  void AddFlaws(ReportUsage& report);
  int64_t Pick(int64_t count);

  Chronicle& chronicle_;
  std::mt19937_64 random_;
  absl::Time next_;
  int64_t job_ = 1000;
  int week_ = 0;
  std::map<std::string, std::vector<UsageRecord>> running_;  // by site: how they will have ended
  std::map<std::string, UsageRecord> last_;                  // by site: of the week before
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_DATA_WEEKLY_JOBS_H_
