#ifndef MESOLYS_TESTS_SCHEDULER_SERVICE_SERVICE_FIXTURE_H_
#define MESOLYS_TESTS_SCHEDULER_SERVICE_SERVICE_FIXTURE_H_

// A scheduler over mutual TLS with the world of service_world.h, and the people who call it. One
// thread, but each Caller is for any.

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"
#include "mesolys/v1/agent.pb.h"
#include "mesolys/v1/request.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "tests/fakes/caller.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/running_scheduler.h"
#include "tests/fakes/test_ca.h"
#include "tests/scheduler/service/service_world.h"

namespace mesolys {

// "OK", the name of the refusal's reason as it arrived, or the code of an error without one.
std::string Why(const absl::Status& status);
template <typename T>
std::string Why(const absl::StatusOr<T>& answer) {
  return Why(answer.status());
}

// The same bytes for equal messages.
std::string Bytes(const google::protobuf::Message& message);

class ServiceTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ca_ = new TestCa(); }
  static void TearDownTestSuite() {
    delete ca_;
    ca_ = nullptr;
  }

  ServiceTest();

  // Begins anew with another world or patience, without any project.
  void Start(RunningSchedulerOptions options);
  // All projects and members, made by olga.
  void Populate();

  // "user/olga"; connects at first.
  Caller& As(const std::string& identity);
  Caller& Olga() { return As("user/olga"); }

  // Of cpu at psmn, from now to the end of 2026, by olga; aborts on an error.
  v1::Request Ask(const std::string& project, int64_t amount, const std::string& request_id);
  // By the agent of psmn; aborts on an error and when a record is rejected.
  v1::ReportUsageResponse Report(const v1::ReportUsageRequest& request);

  static TestCa* ca_;
  ManualClock clock_{WorldTime()};
  std::unique_ptr<RunningScheduler> scheduler_;
  std::map<std::string, std::unique_ptr<Caller>> callers_;
};

// A project asks for `amount` of cpu at psmn, from WorldTime() to the end of 2026.
v1::CreateRequestRequest CpuRequest(const std::string& project, int64_t amount,
                                    const std::string& request_id);

// A finished job of cluster east: 8 cores for an hour, which ended at WorldTime().
v1::UsageRecord FinishedJob(int64_t job_id, const std::string& account, const std::string& login);

// A channel of a client that does not look at its own files first. Empty paths: it shows no
// certificate.
std::shared_ptr<grpc::Channel> RashChannel(const std::string& target, const std::string& ca,
                                           const std::string& certificate, const std::string& key);

// A report of psmn without records.
v1::ReportUsageRequest EmptyReport(const std::string& request_id);

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_SERVICE_SERVICE_FIXTURE_H_
