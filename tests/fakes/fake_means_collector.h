#ifndef MESOLYS_TESTS_FAKES_FAKE_MEANS_COLLECTOR_H_
#define MESOLYS_TESTS_FAKES_FAKE_MEANS_COLLECTOR_H_

// A site of one resource, cpu. One thread.

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "agent/ports/means_collector.h"

namespace mesolys::agent {

class FakeMeansCollector : public MeansCollector {
 public:
  int64_t available_count = 0;
  // Told once.
  std::vector<QuarantinedLine> quarantined;
  // When not OK, what every Collect answers.
  absl::Status failure;

  absl::StatusOr<CollectedMeans> Collect() override {
    if (!failure.ok()) return failure;
    CollectedMeans collected;
    v1::ResourceMeans& cpu = *collected.means.add_resources();
    cpu.set_resource("cpu");
    cpu.mutable_units()->set_available_count(available_count);
    collected.quarantined = std::exchange(quarantined, {});
    return collected;
  }
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_FAKES_FAKE_MEANS_COLLECTOR_H_
