#include "scheduler/metrics/instruments.h"

#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace mesolys {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;

// Seconds: from a read of the fold to a long poll of the agents.
const prometheus::Histogram::BucketBoundaries kCallSeconds = {
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2, 10, 40};
const prometheus::Histogram::BucketBoundaries kCommitSeconds = {
    0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2};
const prometheus::Histogram::BucketBoundaries kCommitCommands = {1, 2, 4, 8, 16, 32, 64, 128};

// "/mesolys.v1.GrantService/GetBalance" as "GrantService.GetBalance". Of the contract
// only: a series for every path that somebody calls would have no end.
std::string MethodText(absl::string_view path) {
  std::string name(absl::StripPrefix(path, "/"));
  const size_t slash = name.find('/');
  if (slash != std::string::npos) name[slash] = '.';
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  const auto* method = pool->FindMethodByName(name);
  if (method == nullptr || !absl::StartsWith(name, "mesolys.")) return "other";
  return absl::StrCat(method->service()->name(), ".", method->name());
}

class CallInterceptor : public grpc::experimental::Interceptor {
 public:
  CallInterceptor(Instruments& instruments, std::string method)
      : instruments_(instruments), method_(std::move(method)) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      const auto duration = std::chrono::steady_clock::now() - start_;
      instruments_.Count(method_, methods->GetSendStatus().error_code(),
                         absl::FromChrono(duration));
    }
    methods->Proceed();
  }

 private:
  Instruments& instruments_;
  const std::string method_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class InterceptorFactory : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit InterceptorFactory(Instruments& instruments) : instruments_(instruments) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    return new CallInterceptor(instruments_, MethodText(info->method()));
  }

 private:
  Instruments& instruments_;
};

}  // namespace

struct Instruments::Families {
  explicit Families(prometheus::Registry& registry)
      : calls(prometheus::BuildCounter()
                  .Name("mesolys_rpc_requests_total")
                  .Help("Calls that were answered, by method and gRPC code.")
                  .Register(registry)),
        call_seconds(prometheus::BuildHistogram()
                         .Name("mesolys_rpc_duration_seconds")
                         .Help("How long a call took here; a long poll of a site waits on purpose.")
                         .Register(registry)),
        commit_seconds(prometheus::BuildHistogram()
                           .Name("mesolys_store_commit_duration_seconds")
                           .Help("How long the store took to make a batch of commands durable.")
                           .Register(registry)
                           .Add({}, kCommitSeconds)),
        commit_commands(prometheus::BuildHistogram()
                            .Name("mesolys_store_commit_commands")
                            .Help("How many commands one commit made durable.")
                            .Register(registry)
                            .Add({}, kCommitCommands)) {}

  prometheus::Family<prometheus::Counter>& calls;
  prometheus::Family<prometheus::Histogram>& call_seconds;
  prometheus::Histogram& commit_seconds;
  prometheus::Histogram& commit_commands;
};

Instruments::Instruments()
    : registry_(std::make_shared<prometheus::Registry>()),
      families_(std::make_unique<Families>(*registry_)) {}

Instruments::~Instruments() = default;

void Instruments::Count(const std::string& method, int code, absl::Duration duration) {
  families_->calls
      .Add({{"method", method},
            {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}})
      .Increment();
  families_->call_seconds.Add({{"method", method}}, kCallSeconds)
      .Observe(absl::ToDoubleSeconds(duration));
}

void Instruments::CountCommit(absl::Duration duration, int64_t command_count) {
  families_->commit_seconds.Observe(absl::ToDoubleSeconds(duration));
  families_->commit_commands.Observe(static_cast<double>(command_count));
}

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> Instruments::Interceptor() {
  return std::make_unique<InterceptorFactory>(*this);
}

std::shared_ptr<prometheus::Collectable> Instruments::collectable() const { return registry_; }

}  // namespace mesolys
