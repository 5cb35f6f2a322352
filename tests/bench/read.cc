// Balances read per second over mutual TLS, 64 in flight, of projects with grants and jobs.

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "mesolys/v1/agent.grpc.pb.h"
#include "mesolys/v1/balance.pb.h"
#include "mesolys/v1/grant.grpc.pb.h"
#include "mesolys/v1/request.grpc.pb.h"
#include "proto/values/names.h"
#include "tests/bench/bench_world.h"
#include "tests/bench/floors.h"
#include "tests/bench/measure.h"

namespace {

constexpr int kRuns = 5;

double BalancesPerSecond(mesolys::v1::GrantService::Stub& stub, int in_flight) {
  struct Call {
    grpc::ClientContext context;
    mesolys::v1::GetBalanceRequest request;
    mesolys::v1::Balance answer;
  };
  std::atomic<int> next{0};
  return mesolys::bench::CallsPerSecond<Call>(
      in_flight, std::chrono::seconds(2), [&](Call& call, std::function<void()> done) {
        call.request.set_project(
            mesolys::ProjectName(mesolys::bench::ProjectId(next++ % mesolys::bench::kProjects)));
        stub.async()->GetBalance(&call.context, &call.request, &call.answer,
                                 [&call, done = std::move(done)](const grpc::Status& status) {
                                   if (!status.ok() || call.answer.lines().empty()) std::exit(1);
                                   done();
                                 });
      });
}

}  // namespace

int main() {
  mesolys::bench::BenchWorld world;
  const auto channel = world.scheduler().Connect("user/olga");
  const auto olga = mesolys::v1::RequestService::NewStub(channel);
  const auto grants = mesolys::v1::GrantService::NewStub(channel);
  for (int i = 0; i < 3 * mesolys::bench::kProjects; ++i) {
    grpc::ClientContext context;
    mesolys::v1::Request answer;
    if (!olga->Create(&context, mesolys::bench::OneHour(i % mesolys::bench::kProjects), &answer)
             .ok()) {
      return 1;
    }
  }
  const auto psmn = mesolys::v1::AgentService::NewStub(world.scheduler().Connect("site/psmn"));
  for (int i = 0; i < 5; ++i) {
    grpc::ClientContext context;
    mesolys::v1::ReportUsageResponse answer;
    if (!psmn->ReportUsage(&context, mesolys::bench::Report(1 + 2'000 * i, 2'000), &answer).ok()) {
      return 1;
    }
  }
  for (int in_flight : {1, 8, 64}) {
    const double echo = mesolys::bench::MedianOf(
        3, [&] { return mesolys::bench::GrpcEchoPerSecond(world.ca(), in_flight); });
    const double reads =
        mesolys::bench::MedianOf(kRuns, [&] { return BalancesPerSecond(*grants, in_flight); });
    std::printf("%2d in flight: balances %10.0f /s   gRPC echo %10.0f /s\n", in_flight, reads,
                echo);
  }
  return 0;
}
