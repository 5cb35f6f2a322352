#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_REQUESTS_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_REQUESTS_H_

// The requests' book: each with what became of it. Pure.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/facts/event.h"
#include "scheduler/core/ledger/folding.h"

namespace mesolys {

struct RequestEntry {
  Request request;
  absl::Time decide_time;  // of its submission while it waits
  RequestOutcome outcome;
  std::vector<int64_t> grants;
};

class Requests {
 public:
  // Null for an unknown one.
  const RequestEntry* FindRequest(int64_t number) const;
  int64_t next_request() const { return static_cast<int64_t>(requests_.size()) + 1; }
  // How many there are by programme and state; counted as they come and go.
  const std::map<std::pair<std::string, RequestState>, int64_t>& request_counts() const {
    return counts_;
  }

 protected:
  void On(const RequestSubmitted& event, const Folding& at);
  void On(const RequestDecided& event, const Folding& at);
  void On(const RequestWithdrawn& event, const Folding& at);
  void On(const GrantIssued& event, const Folding& at);

 private:
  RequestEntry& At(int64_t number);
  void SetOutcome(const RequestOutcome& outcome, const Folding& at);

  std::vector<RequestEntry> requests_;  // by number - 1
  std::map<std::pair<std::string, RequestState>, int64_t> counts_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_REQUESTS_H_
