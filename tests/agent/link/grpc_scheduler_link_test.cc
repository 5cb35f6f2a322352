#include "agent/link/grpc_scheduler_link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "mesolys/v1/agent.grpc.pb.h"
#include "proto/runtime/status.h"
#include "proto/values/reason.h"

namespace mesolys::agent {
namespace {

// Answers reports, and lets polls wait until they are cancelled.
class PatientScheduler : public v1::AgentService::CallbackService {
 public:
  grpc::ServerUnaryReactor* ReportUsage(grpc::CallbackServerContext* context,
                                        const v1::ReportUsageRequest* request,
                                        v1::ReportUsageResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    response->set_changed_count(request->records_size());
    reactor->Finish(request->records_size() == 0
                        ? ToGrpcStatus(Refuse(Reason::kStoreFull, Say("the disk is full")))
                        : grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* Synchronize(grpc::CallbackServerContext*, const v1::SynchronizeRequest*,
                                        v1::SynchronizeResponse*) override {
    class Waiting : public grpc::ServerUnaryReactor {
      void OnCancel() override { Finish(grpc::Status::CANCELLED); }
      void OnDone() override { delete this; }
    };
    {
      std::lock_guard<std::mutex> lock(mutex_);
      is_polled_ = true;
    }
    polled_.notify_all();
    return new Waiting;
  }

  void WaitForPoll() {
    std::unique_lock<std::mutex> lock(mutex_);
    polled_.wait(lock, [this] { return is_polled_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable polled_;
  bool is_polled_ = false;
};

class GrpcSchedulerLinkTest : public testing::Test {
 protected:
  GrpcSchedulerLinkTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&scheduler_);
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    server_ = builder.BuildAndStart();
    link_ = std::make_unique<GrpcSchedulerLink>(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
  }
  ~GrpcSchedulerLinkTest() override {
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  }

  PatientScheduler scheduler_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<GrpcSchedulerLink> link_;
};

TEST_F(GrpcSchedulerLinkTest, CarriesAnswersAndRefusals) {
  v1::ReportUsageRequest request;
  const auto refused = link_->ReportUsage(request, absl::Minutes(1));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(RefusalOf(refused.status()).has_value());
  EXPECT_EQ(RefusalOf(refused.status())->reason, Reason::kStoreFull);
  request.add_records();
  const auto taken = link_->ReportUsage(request, absl::Minutes(1));
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(taken->changed_count(), 1);
}

TEST_F(GrpcSchedulerLinkTest, TellsThatTheSchedulerIsOfAnotherVersion) {
  const absl::Status status = link_->TellUsage({}, absl::Minutes(1)).status();
  EXPECT_EQ(status, absl::UnimplementedError(
                        "the scheduler does not know this call: it is of another version than this "
                        "agent; install the same version of both"));
}

TEST_F(GrpcSchedulerLinkTest, GivesUpWhenItsPatienceIsOver) {
  EXPECT_EQ(link_->Synchronize({}, absl::Milliseconds(50)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(GrpcSchedulerLinkTest, CancelEndsALongPollAtOnceAndRefusesTheNext) {
  absl::Status ended;
  std::thread poll([&] { ended = link_->Synchronize({}, absl::Hours(1)).status(); });
  scheduler_.WaitForPoll();
  link_->Cancel();
  poll.join();
  EXPECT_EQ(ended.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(link_->Synchronize({}, absl::Hours(1)).status().code(), absl::StatusCode::kCancelled);
}

// A port that is taken, and on which nobody listens.
class SilentPort {
 public:
  SilentPort() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, any, size) != 0 || ::getsockname(socket_, any, &size) != 0) std::abort();
    target_ = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  }
  ~SilentPort() { ::close(socket_); }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;

  const std::string& target() const { return target_; }

 private:
  const int socket_;
  std::string target_;
};

TEST(GrpcSchedulerLinkConnectTest, ReachesASchedulerThatHasComeBackWithTheNextCall) {
  auto port = std::make_unique<SilentPort>();
  const std::string target = port->target();
  GrpcSchedulerLink link(grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));
  EXPECT_FALSE(link.ReportUsage({}, absl::Milliseconds(300)).ok());
  port.reset();
  PatientScheduler scheduler;
  grpc::ServerBuilder builder;
  builder.RegisterService(&scheduler);
  builder.AddListeningPort(target, grpc::InsecureServerCredentials());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);
  v1::ReportUsageRequest request;
  request.add_records();
  const auto taken = link.ReportUsage(request, absl::Seconds(30));
  EXPECT_TRUE(taken.ok()) << taken.status();
}

TEST(GrpcSchedulerLinkConnectTest, CancelEndsTheWaitForAConnection) {
  const SilentPort port;
  GrpcSchedulerLink link(grpc::CreateChannel(port.target(), grpc::InsecureChannelCredentials()));
  std::thread call([&] { EXPECT_FALSE(link.ReportUsage({}, absl::Hours(1)).ok()); });
  link.Cancel();
  call.join();
}

TEST(GrpcSchedulerLinkConnectTest, SaysThatNobodyListens) {
  const SilentPort port;
  GrpcSchedulerLink link(grpc::CreateChannel(port.target(), grpc::InsecureChannelCredentials()));
  EXPECT_EQ(link.Connect(absl::Milliseconds(200)).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(link.ReportUsage({}, absl::Milliseconds(300)).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace mesolys::agent
