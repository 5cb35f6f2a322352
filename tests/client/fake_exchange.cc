#include "tests/client/fake_exchange.h"

#include <chrono>

#include "absl/status/statusor.h"
#include "proto/runtime/tls.h"

namespace mesolys::client {

using std::lock_guard;
using std::mutex;

void FakeExchange::AnswerNext(absl::Status status) {
  lock_guard<mutex> lock(mutex_);
  prepared_.push_back(std::move(status));
}

void FakeExchange::LoseNextAnswers(int count) {
  lock_guard<mutex> lock(mutex_);
  answers_to_lose_ = count;
}

void FakeExchange::StaySilent(bool silent) {
  lock_guard<mutex> lock(mutex_);
  silent_ = silent;
}

void FakeExchange::WaitForSilentCall() {
  std::unique_lock<mutex> lock(mutex_);
  came_.wait(lock, [this] { return silent_calls_ > 0; });
}

std::vector<std::string> FakeExchange::applied() const {
  lock_guard<mutex> lock(mutex_);
  return applied_;
}

std::vector<std::string> FakeExchange::received() const {
  lock_guard<mutex> lock(mutex_);
  return received_;
}

int FakeExchange::call_count() const {
  lock_guard<mutex> lock(mutex_);
  return calls_;
}

grpc::Status FakeExchange::Enter(grpc::ServerContext* context) {
  std::unique_lock<mutex> lock(mutex_);
  ++calls_;
  if (silent_) {
    ++silent_calls_;
    came_.notify_all();
    // Polls, for gRPC tells a synchronous handler of a cancellation in no other way.
    while (!context->IsCancelled()) came_.wait_for(lock, std::chrono::milliseconds(5));
    return grpc::Status::CANCELLED;
  }
  if (!prepared_.empty()) {
    const absl::Status status = prepared_.front();
    prepared_.pop_front();
    return ToGrpcStatus(status);
  }
  const absl::StatusOr<std::string> identity = PeerIdentity(*context);
  if (!identity.ok()) return ToGrpcStatus(identity.status());
  if (*identity != "spiffe://mesolys/user/alice") {
    return ToGrpcStatus(Refuse(Reason::kNotAllowed, Say("only alice may do this")));
  }
  return grpc::Status::OK;
}

}  // namespace mesolys::client
