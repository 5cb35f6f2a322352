#include "tests/fakes/faulty_calls.h"

#include <utility>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "proto/runtime/status.h"
#include "proto/runtime/tls.h"
#include "scheduler/core/facts/identity.h"

namespace mesolys {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using std::lock_guard;
using std::mutex;

// Null for a request that changes nothing.
const FieldDescriptor* RequestIdOf(const Message& request) {
  return request.GetDescriptor()->FindFieldByName("request_id");
}

bool IsDryRun(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("validate_only");
  return field != nullptr && request.GetReflection()->GetBool(request, field);
}

}  // namespace

class FaultyCall : public grpc::experimental::Interceptor {
 public:
  FaultyCall(FaultyCalls& calls, const grpc::ServerContextBase& context)
      : calls_(calls), context_(context) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE)) {
      const absl::StatusOr<std::string> identity = PeerIdentity(context_);
      is_person_ = !identity.ok() || SiteIdOf(*identity).empty();
      if (is_person_) {
        auto& request = *static_cast<Message*>(methods->GetRecvMessage());
        is_change_ = RequestIdOf(request) != nullptr && !IsDryRun(request);
        bool is_held = false;
        answer_ = calls_.Receive(request, is_held);
        if (answer_.has_value()) request.Clear();  // nothing asked, nothing done
        if (is_held) {
          calls_.Hold(methods);
          return;
        }
      }
    }
    if (is_person_ &&
        methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_MESSAGE)) {
      const auto& answer = *static_cast<const Message*>(methods->GetSendMessage());
      if (const Message* instead = calls_.AnswerInsteadOf(answer); instead != nullptr) {
        methods->ModifySendMessage(instead);
      }
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      const bool is_made = is_change_ && methods->GetSendStatus().ok();
      if (answer_.has_value()) {
        methods->ModifySendStatus(ToGrpcStatus(*answer_));
      } else if (is_made && calls_.LosesAnswer()) {
        methods->ModifySendStatus({grpc::StatusCode::UNAVAILABLE, "Socket closed"});
      }
    }
    methods->Proceed();
  }

 private:
  FaultyCalls& calls_;
  const grpc::ServerContextBase& context_;
  bool is_person_ = false;
  bool is_change_ = false;
  std::optional<absl::Status> answer_;
};

namespace {

class FaultyCallFactory : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit FaultyCallFactory(FaultyCalls& calls) : calls_(calls) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    return new FaultyCall(calls_, *info->server_context());
  }

 private:
  FaultyCalls& calls_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> FaultyCalls::Interceptor() {
  return std::make_unique<FaultyCallFactory>(*this);
}

void FaultyCalls::AnswerNext(absl::Status status) {
  const lock_guard<mutex> lock(mutex_);
  prepared_.push_back(std::move(status));
}

void FaultyCalls::LoseNextAnswers(int count) {
  const lock_guard<mutex> lock(mutex_);
  answers_to_lose_ = count;
}

void FaultyCalls::StaySilent(bool silent) {
  const lock_guard<mutex> lock(mutex_);
  silent_ = silent;
}

void FaultyCalls::WaitForSilentCall() {
  std::unique_lock<mutex> lock(mutex_);
  came_.wait(lock, [this] { return !held_.empty(); });
}

void FaultyCalls::Say(const Message& answer) {
  const lock_guard<mutex> lock(mutex_);
  std::unique_ptr<Message>& kept = answers_[answer.GetTypeName()];
  kept.reset(answer.New());
  kept->CopyFrom(answer);
}

void FaultyCalls::Release() {
  std::vector<InterceptorBatchMethods*> held;
  {
    const lock_guard<mutex> lock(mutex_);
    silent_ = false;
    held.swap(held_);
  }
  for (InterceptorBatchMethods* methods : held) methods->Proceed();
}

std::vector<std::string> FaultyCalls::received() const {
  const lock_guard<mutex> lock(mutex_);
  return received_;
}

int FaultyCalls::call_count() const {
  const lock_guard<mutex> lock(mutex_);
  return calls_;
}

std::string FaultyCalls::LastBytes(const std::string& type) const {
  const lock_guard<mutex> lock(mutex_);
  return last_.at(type);
}

void FaultyCalls::Hold(InterceptorBatchMethods* methods) {
  const lock_guard<mutex> lock(mutex_);
  held_.push_back(methods);
  came_.notify_all();
}

std::optional<absl::Status> FaultyCalls::Receive(const Message& request, bool& is_held) {
  const lock_guard<mutex> lock(mutex_);
  ++calls_;
  if (silent_) {
    is_held = true;
    return absl::CancelledError("nobody answered");
  }
  if (!prepared_.empty()) {
    absl::Status status = std::move(prepared_.front());
    prepared_.pop_front();
    return status;
  }
  last_[request.GetTypeName()] = request.SerializeAsString();
  if (const FieldDescriptor* id = RequestIdOf(request); id != nullptr) {
    received_.push_back(request.GetReflection()->GetString(request, id));
  }
  return std::nullopt;
}

bool FaultyCalls::LosesAnswer() {
  const lock_guard<mutex> lock(mutex_);
  if (answers_to_lose_ == 0) return false;
  --answers_to_lose_;
  return true;
}

const Message* FaultyCalls::AnswerInsteadOf(const Message& answer) const {
  const lock_guard<mutex> lock(mutex_);
  const auto found = answers_.find(answer.GetTypeName());
  return found == answers_.end() ? nullptr : found->second.get();
}

}  // namespace mesolys
