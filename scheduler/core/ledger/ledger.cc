#include "scheduler/core/ledger/ledger.h"

#include <variant>

namespace mesolys {

template <typename Book, typename Fact>
void Ledger::Tell(const Fact& fact, const Folding& at) {
  if constexpr (CaresFor<Book, Fact>()) this->Book::On(fact, at);
}

template <typename Fact>
void Ledger::TellAll(const Fact& fact, const Folding& at) {
  static_assert(CaresFor<Office, Fact>() || CaresFor<Projects, Fact>() ||
                    CaresFor<Requests, Fact>() || CaresFor<Grants, Fact>() ||
                    CaresFor<Promises, Fact>() || CaresFor<Uses, Fact>() || CaresFor<Sites, Fact>(),
                "some book has an On() for each kind of fact");
  Tell<Office>(fact, at);
  Tell<Projects>(fact, at);
  Tell<Requests>(fact, at);
  Tell<Grants>(fact, at);
  Tell<Promises>(fact, at);
  Tell<Uses>(fact, at);
  Tell<Sites>(fact, at);
}

void Ledger::Apply(const Event& event, absl::Time time, int64_t revision) {
  Require(revision >= revision_ && time >= time_);
  revision_ = revision;
  time_ = time;
  Marks marks;
  const Folding at{*this, time, revision, marks};
  std::visit([&](const auto& fact) { TellAll(fact, at); }, event);
  TellAll(marks, at);
}

Amount Ledger::Booked(const PostingKey& key) const {
  if (key.grant != 0) {
    const GrantEntry* grant = FindGrant(key.grant);
    if (grant == nullptr) return {};
    const auto used = grant->used.find(SiteOf(key.cluster));
    return used == grant->used.end() ? Amount() : used->second.Of(key.kind);
  }
  const auto& uses = key.project.empty() ? unassigned() : uncovered();
  const auto it = uses.find({key.project, key.cluster, key.account, key.resource});
  return it == uses.end() ? Amount() : it->second.Of(key.kind);
}

}  // namespace mesolys
