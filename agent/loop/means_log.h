#ifndef MESOLYS_AGENT_LOOP_MEANS_LOG_H_
#define MESOLYS_AGENT_LOOP_MEANS_LOG_H_

// What the site has, from the loop that reads it to those that tell it: the newest means to the
// scheduler, what could not be read to the quarantine. Any thread.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/ports/means_collector.h"
#include "proto/runtime/convert.h"
#include "proto/runtime/mutex.h"

namespace mesolys::agent {

class MeansLog {
 public:
  void Tell(CollectedMeans collected, absl::Time now) {
    MutexLock lock(mutex_);
    newest_ = std::move(collected.means);
    *newest_->mutable_observe_time() = ToProto(now);
    problem_.clear();
    for (QuarantinedLine& line : collected.quarantined) {
      if (waiting_.size() == kWaitingMax) break;
      waiting_.push_back(std::move(line));
    }
  }

  // What was read before stays the newest.
  void Fail(const absl::Status& status) {
    MutexLock lock(mutex_);
    problem_ = std::string(status.message());
  }

  // Everything that the site has for jobs of which nobody can tell what they held; before the first
  // means more than any site has.
  void Bound(std::vector<QuarantinedLine>& lines) const {
    const std::optional<v1::SiteMeans> means = Newest();
    for (QuarantinedLine& line : lines) {
      if (line.job.has_value() && !line.job->is_size_known) {
        BoundSize(means.value_or(v1::SiteMeans()), line.job->at_most);
      }
    }
  }

  // Nothing before the first.
  std::optional<v1::SiteMeans> Newest() const {
    MutexLock lock(mutex_);
    return newest_;
  }

  // Empty for none.
  std::string problem() const {
    MutexLock lock(mutex_);
    return problem_;
  }

  // What is to be quarantined, until the first of it have been and are dropped.
  std::vector<QuarantinedLine> Waiting() const {
    MutexLock lock(mutex_);
    return waiting_;
  }
  void Drop(size_t count) {
    MutexLock lock(mutex_);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  }

 private:
  static void BoundSize(const v1::SiteMeans& means, UsageRecord& record) {
    constexpr int64_t kUnitsMax = 1'000'000;
    constexpr absl::string_view kModel = "gpu-";
    int64_t cores = 0;
    for (const v1::ResourceMeans& each : means.resources()) {
      const v1::MeansCount& count = each.units();
      const int64_t units =
          std::clamp<int64_t>(count.available_count() + count.down_count() + count.drained_count() +
                                  count.maintenance_count() + count.reserved_count(),
                              0, kUnitsMax);
      if (each.resource() == "cpu") cores = units;
      if (each.resource() == "gpu") record.gpu_counts[""] = units;
      if (absl::StartsWith(each.resource(), kModel)) {
        record.gpu_counts[each.resource().substr(kModel.size())] = units;
      }
    }
    record.core_count = cores > 0 ? cores : kUnitsMax;
  }

  // Nobody takes them while the spool's disk fails; more of them would say nothing new.
  static constexpr size_t kWaitingMax = 10'000;

  mutable Mutex mutex_;
  std::optional<v1::SiteMeans> newest_ ABSL_GUARDED_BY(mutex_);
  std::string problem_ ABSL_GUARDED_BY(mutex_);
  std::vector<QuarantinedLine> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_MEANS_LOG_H_
