// Job records settled per second over mutual TLS, in reports of 2,000; then the start of a
// scheduler with 100,000 job rows.

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "mesolys/v1/agent.grpc.pb.h"
#include "tests/bench/bench_world.h"
#include "tests/bench/floors.h"
#include "tests/bench/measure.h"

namespace {

constexpr int kRuns = 5;
constexpr int kReports = 50;
constexpr int kRecords = 2'000;

void Send(mesolys::v1::AgentService::Stub& stub, const mesolys::v1::ReportUsageRequest& report) {
  grpc::ClientContext context;
  mesolys::v1::ReportUsageResponse answer;
  const grpc::Status status = stub.ReportUsage(&context, report, &answer);
  if (status.ok() && answer.changed_count() == report.records_size()) return;
  std::fprintf(stderr, "not settled: %s\n", status.error_message().c_str());
  std::exit(1);
}

}  // namespace

int main() {
  mesolys::bench::BenchWorld world;
  mesolys::bench::PrintDisk(world.folder());
  std::printf("floor: plain SQLite, %d rows a commit %31.0f rows/s\n", kRecords,
              mesolys::bench::MedianOf(3, [&] {
                return mesolys::bench::SqliteRowsPerSecond(world.folder(), kRecords);
              }));
  std::printf("floor: gRPC echo, 2 in flight %39.0f /s\n", mesolys::bench::MedianOf(3, [&] {
                return mesolys::bench::GrpcEchoPerSecond(world.ca(), 2);
              }));
  int64_t next_job = 1;
  for (int in_flight : {1, 2}) {
    const double rate = mesolys::bench::MedianOf(kRuns, [&] {
      std::vector<mesolys::v1::ReportUsageRequest> reports;
      for (int i = 0; i < kReports; ++i) {
        reports.push_back(mesolys::bench::Report(next_job, kRecords));
        next_job += kRecords;
      }
      const auto start = std::chrono::steady_clock::now();
      std::vector<std::thread> senders;
      for (int s = 0; s < in_flight; ++s) {
        senders.emplace_back([&, s] {
          const auto stub =
              mesolys::v1::AgentService::NewStub(world.scheduler().Connect("site/psmn"));
          for (int i = s; i < kReports; i += in_flight)
            Send(*stub, reports[static_cast<size_t>(i)]);
        });
      }
      for (std::thread& sender : senders) sender.join();
      return kReports * kRecords / mesolys::bench::SecondsSince(start);
    });
    std::printf("%d report(s) in flight: job records settled %24.0f /s\n", in_flight, rate);
  }
  mesolys::bench::BenchWorld fresh;
  const auto stub = mesolys::v1::AgentService::NewStub(fresh.scheduler().Connect("site/psmn"));
  for (int i = 0; i < 50; ++i) {
    Send(*stub, mesolys::bench::Report(1 + int64_t{i} * kRecords, kRecords));
  }
  const double seconds = mesolys::bench::MedianOf(kRuns, [&] { return fresh.Restart(); });
  std::printf("start with 100,000 job rows %41.3f s\n", seconds);
  return 0;
}
