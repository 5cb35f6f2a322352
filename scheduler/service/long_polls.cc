#include "scheduler/service/long_polls.h"

#include <algorithm>
#include <iterator>
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

bool LongPolls::News::IsFor(const Poll& poll) const {
  const bool compares = comparison != 0 && comparison != poll.comparison;
  const bool corrects = poll.correction.has_value() && *poll.correction != correction;
  return poll.wants_answer || generation != poll.generation || corrects || compares || asks_of_jobs;
}

std::map<std::string, LongPolls::News> LongPolls::NewsBySite() {
  std::map<std::string, News> sites = engine_.Read([](const Ledger& ledger) {
    std::map<std::string, News> all;
    for (const auto& [id, site] : ledger.catalogue().sites) {
      all[id] = {ledger.Generation(id), ledger.CorrectionRevision(id)};
    }
    return all;
  });
  const absl::Time time = engine_.Now();
  for (auto& [id, news] : sites) {
    news.asks_of_jobs = !jobs_.WantedOf(id, time).empty();
    if (const auto wanted = comparisons_.WantedOf(id); wanted.has_value()) {
      news.comparison = wanted->number();
    }
  }
  return sites;
}

std::vector<LongPolls::Poll> LongPolls::TakeReady() {
  std::map<std::string, News> news = NewsBySite();
  const absl::Duration now = runtime_.Elapsed();
  std::vector<Poll> ready;
  MutexLock lock(mutex_);
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    Poll& poll = it->second.poll;
    const bool answer = it->second.deadline <= now || news[poll.site].IsFor(poll);
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
