#ifndef MESOLYS_TESTS_CLIENT_FAKE_EXCHANGE_H_
#define MESOLYS_TESTS_CLIENT_FAKE_EXCHANGE_H_

// How the fake scheduler exchanges messages: it lets alice in, answers a known request_id again,
// and can refuse, lose answers or stay silent. Any thread.

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "proto/runtime/status.h"
#include "proto/values/reason.h"

namespace mesolys::client {

class FakeExchange {
 public:
  // The next call is answered with this and does nothing. In order, one each.
  void AnswerNext(absl::Status status);
  // The next changes are made, and their answers lost on the way.
  void LoseNextAnswers(int count);
  // From now on calls are taken, and answered only with an error when the caller gives up.
  void StaySilent(bool silent);
  // Returns when a call has come after StaySilent.
  void WaitForSilentCall();

  // The request_id of each change that was made, once per time that it was made.
  std::vector<std::string> applied() const;
  // The request_id of each change that came in, dry runs and repetitions included.
  std::vector<std::string> received() const;
  int call_count() const;

 protected:
  // What stands between a caller and any call: silence, a prepared answer, rights.
  grpc::Status Enter(grpc::ServerContext* context);
  // One change: known ids are answered from memory, others made by `make` and then remembered.
  template <typename In, typename Out, typename Make>
  grpc::Status Change(grpc::ServerContext* context, const In& in, Out* out, Make make);

  mutable std::mutex mutex_;  // of the derived state too

 private:
  std::condition_variable came_;
  std::deque<absl::Status> prepared_;
  int answers_to_lose_ = 0;
  bool silent_ = false;
  int silent_calls_ = 0;
  int calls_ = 0;
  std::map<std::string, std::pair<std::string, std::string>> answered_;  // id: request, answer
  std::vector<std::string> applied_;
  std::vector<std::string> received_;
};

template <typename In, typename Out, typename Make>
grpc::Status FakeExchange::Change(grpc::ServerContext* context, const In& in, Out* out, Make make) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  std::lock_guard<std::mutex> lock(mutex_);
  received_.push_back(in.request_id());
  if (in.request_id().empty()) {
    return ToGrpcStatus(Refuse(Reason::kRequestIdMissing, Say("request_id is missing")));
  }
  const std::string request = in.SerializeAsString();
  const auto known = answered_.find(in.request_id());
  if (known != answered_.end()) {
    if (known->second.first != request) {
      return ToGrpcStatus(Refuse(Reason::kRequestIdReused, Say("another request has this id")));
    }
    if (!out->ParseFromString(known->second.second)) std::abort();
  } else {
    if (grpc::Status status = make(); !status.ok()) return status;
    if (in.validate_only()) return grpc::Status::OK;
    answered_[in.request_id()] = {request, out->SerializeAsString()};
    applied_.push_back(in.request_id());
  }
  if (answers_to_lose_ > 0) {
    --answers_to_lose_;
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed");
  }
  return grpc::Status::OK;
}

}  // namespace mesolys::client

#endif  // MESOLYS_TESTS_CLIENT_FAKE_EXCHANGE_H_
