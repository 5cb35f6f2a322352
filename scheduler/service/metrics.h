#ifndef MESOLYS_SCHEDULER_SERVICE_METRICS_H_
#define MESOLYS_SCHEDULER_SERVICE_METRICS_H_

// The scheduler's figures for Prometheus: plain HTTP on /metrics, read from the durable fold
// whenever somebody asks. They speak of sites and resources, never of a project, a user or a job.
// Its own threads answer; any thread may make and delete it.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "scheduler/engine.h"
#include "scheduler/service/site_sessions.h"

namespace prometheus {
class Collectable;
class Exposer;
}  // namespace prometheus

namespace mesolys {

class Metrics {
 public:
  // `listen` is host:port, with port 0 for a free one. UNAVAILABLE when it cannot be bound. Engine
  // and sessions outlive it.
  static absl::StatusOr<std::unique_ptr<Metrics>> Serve(const std::string& listen,
                                                        const Engine& engine,
                                                        const SiteSessions& sessions,
                                                        const std::string& version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The one bound.
  int port() const;

 private:
  Metrics(std::shared_ptr<prometheus::Collectable> figures,
          std::unique_ptr<prometheus::Exposer> exposer);

  const std::shared_ptr<prometheus::Collectable> figures_;
  const std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_METRICS_H_
