#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_LEDGER_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_LEDGER_H_

// The fold of all events: what is true now. It is a list of books, and what can be asked of a book
// can be asked of the ledger: a new kind of fact brings a book of its own. Apply() is the only way
// to change it and cannot fail: an event that contradicts the ledger is a bug and aborts. A copy is
// a what-if. Pure; not thread-safe.

#include <cstdint>

#include "absl/time/time.h"
#include "scheduler/core/facts/event.h"
#include "scheduler/core/ledger/folding.h"
#include "scheduler/core/ledger/grants.h"
#include "scheduler/core/ledger/office.h"
#include "scheduler/core/ledger/projects.h"
#include "scheduler/core/ledger/promises.h"
#include "scheduler/core/ledger/requests.h"
#include "scheduler/core/ledger/sites.h"
#include "scheduler/core/ledger/uses.h"

namespace mesolys {

class Ledger : public Office,
               public Projects,
               public Requests,
               public Grants,
               public Promises,
               public Uses,
               public Sites {
 public:
  // `time` is the time of the command that caused the event, `revision` its row in the log. The
  // books see it in their order above, each of the ones before having seen it.
  void Apply(const Event& event, absl::Time time, int64_t revision);

  int64_t revision() const { return revision_; }
  absl::Time time() const { return time_; }

  // What is booked under a key already.
  Amount Booked(const PostingKey& key) const;

 private:
  // A book that does not care for a kind of fact has no On() for it.
  template <typename Book, typename Fact>
  static constexpr bool CaresFor() {
    return requires(Ledger & ledger, const Fact& fact, const Folding& at) {
      ledger.Book::On(fact, at);
    };
  }
  template <typename Book, typename Fact>
  void Tell(const Fact& fact, const Folding& at);
  template <typename Fact>
  void TellAll(const Fact& fact, const Folding& at);

  int64_t revision_ = 0;
  absl::Time time_ = absl::UnixEpoch();
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_LEDGER_H_
