#ifndef MESOLYS_AGENT_PORTS_COLLECTOR_H_
#define MESOLYS_AGENT_PORTS_COLLECTOR_H_

// Where job records come from. One thread.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/ports/quarantined_line.h"
#include "mesolys/v1/usage.pb.h"

namespace mesolys::agent {

struct Collected {
  std::vector<v1::UsageRecord> records;
  std::vector<QuarantinedLine> quarantined;
  // Where the next Collect has to go on once all of this is kept.
  std::string cursor;
  // Lines that say nothing about use: jobs that wait, steps of jobs.
  int64_t skipped_count = 0;
  // Whether there is more already.
  bool has_more = false;
  // Of the end of a pass: whether it told what every job that runs has used.
  bool told_running = true;
};

class Collector {
 public:
  virtual ~Collector() = default;

  // By which its cursor is kept, another one for each collector of a site; empty for the one that
  // every site has.
  virtual std::string name() const { return ""; }

  // What follows `cursor`, at most `records_max` records (at least 1). The same cursor again gives
  // the same again, or more: what was collected counts only once the caller has kept it. An empty
  // cursor is the beginning; so is one that this source did not make.
  virtual absl::StatusOr<Collected> Collect(const std::string& cursor, int64_t records_max,
                                            absl::Time now) = 0;

  // The next pass that begins tells what runs, too, however lately that was told: somebody waits
  // for it.
  virtual void TellRunning() = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PORTS_COLLECTOR_H_
