#include "scheduler/service/long_polls.h"

#include <algorithm>
#include <set>
#include <utility>

#include "scheduler/core/figures/desired_state.h"
#include "scheduler/service/desired_view.h"

namespace mesolys {

LongPolls::LongPolls(Runtime& runtime, Engine& engine, Comparisons& comparisons, JobQuestions& jobs,
                     absl::Duration patience)
    : runtime_(runtime),
      engine_(engine),
      comparisons_(comparisons),
      jobs_(jobs),
      patience_(patience),
      loop_(runtime.Start(absl::InfiniteDuration(), [this] { return AnswerReady(); })) {
  engine_.OnChange([this] { loop_->Stir(); });
  comparisons_.OnChange([this] { loop_->Stir(); });
  jobs_.OnChange([this] { loop_->Stir(); });
}

LongPolls::~LongPolls() {
  engine_.OnChange(nullptr);
  comparisons_.OnChange(nullptr);
  jobs_.OnChange(nullptr);
}

int64_t LongPolls::Add(Poll poll) {
  int64_t number = 0;
  {
    MutexLock lock(mutex_);
    number = ++last_number_;
    waiting_[number] = {std::move(poll), runtime_.Elapsed() + patience_};
  }
  loop_->Stir();  // it may be out of date already
  return number;
}

void LongPolls::Cancel(int64_t number) {
  Waiting cancelled;
  {
    MutexLock lock(mutex_);
    const auto it = waiting_.find(number);
    if (it == waiting_.end()) return;
    cancelled = std::move(it->second);
    waiting_.erase(it);
  }
  cancelled.poll.done(absl::CancelledError("the caller gave up"));
}

size_t LongPolls::waiting_count() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

absl::Duration LongPolls::AnswerReady() {
  for (const Poll& poll : TakeReady()) Answer(poll);
  absl::Duration left = absl::InfiniteDuration();
  const absl::Duration now = runtime_.Elapsed();
  MutexLock lock(mutex_);
  for (const auto& [number, waiting] : waiting_) left = std::min(left, waiting.deadline - now);
  return left;
}

std::vector<LongPolls::Poll> LongPolls::TakeReady() {
  std::map<std::string, int64_t> generations = engine_.Read([](const Ledger& ledger) {
    std::map<std::string, int64_t> all;
    for (const auto& [id, site] : ledger.catalogue().sites) all[id] = ledger.Generation(id);
    return all;
  });
  std::map<std::string, int64_t> comparisons;
  std::set<std::string> asked;
  const absl::Time time = engine_.Now();
  for (const auto& [id, generation] : generations) {
    if (!jobs_.WantedOf(id, time).empty()) asked.insert(id);
    const auto wanted = comparisons_.WantedOf(id);
    if (wanted.has_value()) comparisons[id] = wanted->number();
  }
  const absl::Duration now = runtime_.Elapsed();
  std::vector<Poll> ready;
  MutexLock lock(mutex_);
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    Poll& poll = it->second.poll;
    const auto wanted = comparisons.find(poll.site);
    const bool compares = wanted != comparisons.end() && wanted->second != poll.comparison;
    const bool answer = compares || asked.contains(poll.site) || it->second.deadline <= now ||
                        generations[poll.site] != poll.generation;
    if (answer) ready.push_back(std::move(poll));
    it = answer ? waiting_.erase(it) : std::next(it);
  }
  return ready;
}

void LongPolls::Answer(const Poll& poll) {
  engine_.Read([&poll](const Ledger& ledger) {
    *poll.out->mutable_desired_state() =
        DesiredView(ledger, poll.site, DesiredStateOf(ledger, poll.site));
  });
  if (auto wanted = comparisons_.WantedOf(poll.site); wanted.has_value()) {
    *poll.out->mutable_comparison() = *std::move(wanted);
  }
  for (v1::WantedJob& wanted : jobs_.WantedOf(poll.site, engine_.Now())) {
    *poll.out->add_jobs() = std::move(wanted);
  }
  const LogHead head = engine_.head();
  poll.out->mutable_head()->set_revision(head.revision);
  poll.out->mutable_head()->set_hash(head.hash);
  poll.done(absl::OkStatus());
}

}  // namespace mesolys
