#ifndef MESOLYS_TESTS_SYSTEM_HALFWAY_H_
#define MESOLYS_TESTS_SYSTEM_HALFWAY_H_

// A collector that tells of every job of another as it was halfway: running, with half of its cores
// and time. One thread.

#include <string>

#include "agent/ports/collector.h"

namespace mesolys::agent {

class Halfway : public Collector {
 public:
  explicit Halfway(Collector& whole) : whole_(whole) {}

  absl::StatusOr<Collected> Collect(const std::string& cursor, int64_t records_max,
                                    absl::Time now) override {
    absl::StatusOr<Collected> collected = whole_.Collect(cursor, records_max, now);
    if (!collected.ok()) return collected;
    for (v1::UsageRecord& record : collected->records) {
      const int64_t start = record.start_time().seconds();
      const int64_t middle = start + (record.end_time().seconds() - start) / 2;
      record.set_state(v1::UsageRecord::RUNNING);
      record.clear_cancelled_by_uid();
      record.mutable_end_time()->set_seconds(middle);
      record.mutable_observe_time()->set_seconds(middle);
      record.set_core_count(record.core_count() / 2);
    }
    return collected;
  }

  void TellRunning() override { whole_.TellRunning(); }

 private:
  Collector& whole_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_SYSTEM_HALFWAY_H_
