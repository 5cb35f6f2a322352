#ifndef MESOLYS_TESTS_FAKES_FAULTY_CALLS_H_
#define MESOLYS_TESTS_FAKES_FAULTY_CALLS_H_

// What can happen to a person's call on its way to a scheduler and back: it is refused, its answer
// is lost or spoilt, nobody answers. It also remembers what came. Calls of sites pass. Any thread.

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/server_interceptor.h"

namespace mesolys {

class FaultyCalls {
 public:
  // The next call is answered with this and does nothing. In order, one each.
  void AnswerNext(absl::Status status);
  // The next changes are made, and their answers lost on the way.
  void LoseNextAnswers(int count);
  // From now on calls are taken, do nothing, and get no answer before Release.
  void StaySilent(bool silent);
  // Returns when a call has come after StaySilent.
  void WaitForSilentCall();
  // From now on every answer of its type is this one: what no scheduler of ours would say.
  void Say(const google::protobuf::Message& answer);
  // Ends the calls that nobody answered; a server ends after it.
  void Release();

  // The request_id of each change that came in, dry runs and repetitions included.
  std::vector<std::string> received() const;
  int call_count() const;
  // The newest request of its type; throws when none came.
  template <typename Request>
  Request Last() const {
    Request request;
    if (!request.ParseFromString(LastBytes(request.GetTypeName()))) std::abort();
    return request;
  }

  // For a server, which ends before this.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> Interceptor();

 private:
  class Call;
  class Factory;

  std::string LastBytes(const std::string& type) const;

  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::deque<absl::Status> prepared_;
  int answers_to_lose_ = 0;
  bool silent_ = false;
  std::vector<grpc::experimental::InterceptorBatchMethods*> held_;
  int calls_ = 0;
  std::vector<std::string> received_;
  std::map<std::string, std::string> last_;                                    // by type
  std::map<std::string, std::unique_ptr<google::protobuf::Message>> answers_;  // by type
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_FAULTY_CALLS_H_
