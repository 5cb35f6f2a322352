// Durable request -> grant per second over mutual TLS, at 1, 8 and 64 in flight.
//   commit [MILLISECONDS]   of each run; few make it a test of what is under it, not a measurement

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "mesolys/v1/request.grpc.pb.h"
#include "tests/bench/bench_world.h"
#include "tests/bench/floors.h"
#include "tests/bench/measure.h"

namespace {

constexpr int kRuns = 5;

double GrantsPerSecond(mesolys::v1::RequestService::Stub& stub, int in_flight,
                       std::chrono::milliseconds duration) {
  struct Call {
    grpc::ClientContext context;
    mesolys::v1::CreateRequestRequest request;
    mesolys::v1::Request answer;
  };
  std::atomic<int> next{0};
  return mesolys::bench::CallsPerSecond<Call>(
      in_flight, duration, [&](Call& call, std::function<void()> done) {
        call.request = mesolys::bench::OneHour(next++ % mesolys::bench::kProjects);
        stub.async()->Create(
            &call.context, &call.request, &call.answer,
            [&call, done = std::move(done)](const grpc::Status& status) {
              if (!status.ok() || call.answer.state() != mesolys::v1::Request::GRANTED) {
                std::fprintf(stderr, "not granted: %s\n", status.error_message().c_str());
                std::exit(1);
              }
              done();
            });
      });
}

}  // namespace

int main(int argc, char** argv) {
  const std::chrono::milliseconds duration(argc > 1 ? std::atoi(argv[1]) : 2000);
  mesolys::bench::BenchWorld world;
  mesolys::bench::PrintDisk(world.folder());
  for (int rows : {1, 64}) {
    std::printf("floor: plain SQLite, %2d rows a commit %33.0f rows/s\n", rows,
                mesolys::bench::MedianOf(3, [&] {
                  return mesolys::bench::SqliteRowsPerSecond(world.folder(), rows, duration / 2);
                }));
  }
  const auto stub = mesolys::v1::RequestService::NewStub(world.scheduler().Connect("user/olga"));
  for (int in_flight : {1, 8, 64}) {
    const double echo = mesolys::bench::MedianOf(
        3, [&] { return mesolys::bench::GrpcEchoPerSecond(world.ca(), in_flight, duration / 2); });
    const double grants = mesolys::bench::MedianOf(
        kRuns, [&] { return GrantsPerSecond(*stub, in_flight, duration); });
    std::printf("%2d in flight: request -> grant %10.0f /s   gRPC echo %10.0f /s\n", in_flight,
                grants, echo);
  }
  return 0;
}
