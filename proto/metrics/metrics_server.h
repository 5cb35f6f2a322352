#ifndef MESOLYS_PROTO_METRICS_METRICS_SERVER_H_
#define MESOLYS_PROTO_METRICS_METRICS_SERVER_H_

// Answers Prometheus over plain HTTP. Its own threads answer; any thread may make and delete it.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace prometheus {
class Collectable;
class Exposer;
}  // namespace prometheus

namespace mesolys {

// What is read, in this order, whenever somebody asks for `path`.
struct MetricsPage {
  std::string path;
  std::vector<std::shared_ptr<prometheus::Collectable>> collectables;
};

class MetricsServer {
 public:
  // `listen` is host:port, with port 0 for a free one. UNAVAILABLE when it cannot be bound;
  // `default_listen` stands in its advice.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Serve(const std::string& listen,
                                                              const std::string& default_listen,
                                                              std::vector<MetricsPage> pages);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  // The one bound.
  int port() const;

 private:
  MetricsServer(std::vector<MetricsPage> pages, std::unique_ptr<prometheus::Exposer> exposer);

  const std::vector<MetricsPage> pages_;
  const std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace mesolys

#endif  // MESOLYS_PROTO_METRICS_METRICS_SERVER_H_
