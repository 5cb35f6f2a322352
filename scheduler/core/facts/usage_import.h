#ifndef MESOLYS_SCHEDULER_CORE_FACTS_USAGE_IMPORT_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_USAGE_IMPORT_H_

// A span of a site's accounting that is read anew and charged. Pure values.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "proto/values/period.h"
#include "scheduler/core/facts/fields.h"

namespace mesolys {

struct UsageImport {
  int64_t number = 0;  // over the whole ledger, from 1
  std::string site;
  Period period;

  FIELDS(UsageImport, number, site, period);
};

// What the agent says that came of it; ImportResult of the contract.
struct ImportResult {
  int64_t job_count = 0;
  int64_t changed_count = 0;
  int64_t rejected_count = 0;
  int64_t unreadable_count = 0;
  int64_t core_seconds = 0;
  std::string problem;  // why the agent gave up; empty if it did not

  FIELDS(ImportResult, job_count, changed_count, rejected_count, unreadable_count, core_seconds,
         problem);
};

struct ImportEntry {
  UsageImport import;
  absl::Time order_time;
  std::optional<ImportResult> result{};  // none while it is open
  absl::Time end_time{};
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_USAGE_IMPORT_H_
