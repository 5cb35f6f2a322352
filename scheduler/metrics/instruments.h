#ifndef MESOLYS_SCHEDULER_METRICS_INSTRUMENTS_H_
#define MESOLYS_SCHEDULER_METRICS_INSTRUMENTS_H_

// What is counted as it happens, and so starts from nothing with the process: calls by method and
// code, and commits. Any thread.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "grpcpp/support/server_interceptor.h"

namespace prometheus {
class Collectable;
class Registry;
}  // namespace prometheus

namespace mesolys {

class Instruments {
 public:
  Instruments();
  ~Instruments();
  Instruments(const Instruments&) = delete;
  Instruments& operator=(const Instruments&) = delete;

  // A call of "GrantService.GetBalance" that was answered with a gRPC code.
  void Count(const std::string& method, int code, absl::Duration duration);
  // So many commands were made durable together.
  void CountCommit(absl::Duration duration, int64_t command_count);

  // For a server, which counts its calls here; the instruments outlive it.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> Interceptor();

  std::shared_ptr<prometheus::Collectable> collectable() const;

 private:
  struct Families;

  const std::shared_ptr<prometheus::Registry> registry_;
  const std::unique_ptr<Families> families_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_METRICS_INSTRUMENTS_H_
