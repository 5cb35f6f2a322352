#ifndef MESOLYS_AGENT_PORTS_MEANS_COLLECTOR_H_
#define MESOLYS_AGENT_PORTS_MEANS_COLLECTOR_H_

// Where what the site really has is read. One thread.

#include <vector>

#include "absl/status/statusor.h"
#include "agent/ports/quarantined_line.h"
#include "mesolys/v1/site.pb.h"

namespace mesolys::agent {

struct CollectedMeans {
  v1::SiteMeans means;  // without a time
  // What could not be read, each once for as long as the collector lives.
  std::vector<QuarantinedLine> quarantined;
};

class MeansCollector {
 public:
  virtual ~MeansCollector() = default;

  virtual absl::StatusOr<CollectedMeans> Collect() = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PORTS_MEANS_COLLECTOR_H_
