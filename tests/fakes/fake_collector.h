#ifndef MESOLYS_TESTS_FAKES_FAKE_COLLECTOR_H_
#define MESOLYS_TESTS_FAKES_FAKE_COLLECTOR_H_

// A source of job records made by a test. Its cursor is the number of things that were kept, so a
// caller that loses its place gets something twice or not at all, and the test sees it. One thread.

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/ports/collector.h"

namespace mesolys::agent {

class FakeCollector : public Collector {
 public:
  // What there is, in order: records, and lines to quarantine.
  std::vector<std::variant<v1::UsageRecord, QuarantinedLine>> things;
  std::string called;  // its name
  // When not OK, what every Collect answers.
  absl::Status failure;
  // A source that tells what runs only when it is asked to.
  bool leaves_out_running = false;
  bool is_running_awaited = false;

  // A finished job of one core and one hour.
  static v1::UsageRecord Job(int64_t id) {
    v1::UsageRecord record;
    record.set_cluster("c1");
    record.set_job_id(id);
    record.set_account("chair_ia");
    record.set_state(v1::UsageRecord::COMPLETED);
    record.mutable_submit_time()->set_seconds(1000 + id);
    record.mutable_start_time()->set_seconds(2000 + id);
    record.mutable_end_time()->set_seconds(5600 + id);
    record.mutable_observe_time()->set_seconds(5600 + id);
    record.set_core_count(1);
    return record;
  }

  void AddJobs(int64_t first, int64_t last) {
    for (int64_t id = first; id <= last; ++id) things.emplace_back(Job(id));
  }

  std::string name() const override { return called; }

  absl::StatusOr<Collected> Collect(const std::string& cursor, int64_t records_max,
                                    absl::Time) override {
    if (!failure.ok()) return failure;
    size_t place = 0;
    if (!cursor.empty() && !absl::SimpleAtoi(cursor, &place)) {
      return absl::InternalError(absl::StrCat("not a cursor of this source: ", cursor));
    }
    Collected collected;
    for (; place < things.size(); ++place) {
      if (const auto* record = std::get_if<v1::UsageRecord>(&things[place])) {
        if (static_cast<int64_t>(collected.records.size()) == records_max) break;
        collected.records.push_back(*record);
      } else {
        collected.quarantined.push_back(std::get<QuarantinedLine>(things[place]));
      }
    }
    collected.has_more = place < things.size();
    collected.told_running = !leaves_out_running || std::exchange(is_running_awaited, false);
    collected.cursor = absl::StrCat(place);
    return collected;
  }

  void TellRunning() override { is_running_awaited = true; }
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_FAKES_FAKE_COLLECTOR_H_
