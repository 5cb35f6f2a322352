#include "tests/fakes/faulty_calls.h"

#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "proto/runtime/status.h"
#include "proto/runtime/tls.h"
#include "scheduler/core/facts/identity.h"

namespace mesolys {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using std::lock_guard;
using std::mutex;

class FaultyCalls::Call : public grpc::experimental::Interceptor {
 public:
  Call(FaultyCalls& calls, const grpc::ServerContextBase& context)
      : calls_(calls), context_(context) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE)) {
      const absl::StatusOr<std::string> identity = PeerIdentity(context_);
      is_person_ = !identity.ok() || SiteIdOf(*identity).empty();
      if (is_person_ && IsHeld(methods)) return;
    }
    if (is_person_) {
      const lock_guard<mutex> lock(calls_.mutex_);
      if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_MESSAGE)) {
        Answer(methods);
      }
      if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
        End(methods);
      }
    }
    methods->Proceed();
  }

 private:
  // What came; whether it goes no further before Release.
  bool IsHeld(InterceptorBatchMethods* methods) {
    const lock_guard<mutex> lock(calls_.mutex_);
    auto& request = *static_cast<Message*>(methods->GetRecvMessage());
    ++calls_.calls_;
    if (calls_.silent_) {
      instead_ = absl::CancelledError("nobody answered");
      calls_.held_.push_back(methods);
      calls_.came_.notify_all();
    } else if (!calls_.prepared_.empty()) {
      instead_ = std::move(calls_.prepared_.front());
      calls_.prepared_.pop_front();
    }
    if (instead_.has_value()) {
      request.Clear();  // nothing asked, nothing done
      return calls_.silent_;
    }
    calls_.last_[request.GetTypeName()] = request.SerializeAsString();
    const google::protobuf::Descriptor& type = *request.GetDescriptor();
    const FieldDescriptor* id = type.FindFieldByName("request_id");
    if (id == nullptr) return false;
    calls_.received_.push_back(request.GetReflection()->GetString(request, id));
    const FieldDescriptor* dry_run = type.FindFieldByName("validate_only");
    is_change_ = dry_run == nullptr || !request.GetReflection()->GetBool(request, dry_run);
    return false;
  }

  void Answer(InterceptorBatchMethods* methods) const {
    const auto& answer = *static_cast<const Message*>(methods->GetSendMessage());
    const auto said = calls_.answers_.find(answer.GetTypeName());
    if (said != calls_.answers_.end()) methods->ModifySendMessage(said->second.get());
  }

  void End(InterceptorBatchMethods* methods) {
    if (instead_.has_value()) {
      methods->ModifySendStatus(ToGrpcStatus(*instead_));
    } else if (is_change_ && methods->GetSendStatus().ok() && calls_.answers_to_lose_ > 0) {
      --calls_.answers_to_lose_;
      methods->ModifySendStatus({grpc::StatusCode::UNAVAILABLE, "Socket closed"});
    }
  }

  FaultyCalls& calls_;
  const grpc::ServerContextBase& context_;
  bool is_person_ = false;
  bool is_change_ = false;
  std::optional<absl::Status> instead_;  // of an answer
};

class FaultyCalls::Factory : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Factory(FaultyCalls& calls) : calls_(calls) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    return new Call(calls_, *info->server_context());
  }

 private:
  FaultyCalls& calls_;
};

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> FaultyCalls::Interceptor() {
  return std::make_unique<Factory>(*this);
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

}  // namespace mesolys
