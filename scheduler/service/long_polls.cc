#include "scheduler/service/long_polls.h"

#include <algorithm>
#include <map>
#include <utility>

#include "scheduler/core/figures/desired_state.h"
#include "scheduler/service/desired_view.h"

namespace mesolys {

// Whoever takes a poll out of the waiting ones finishes it.
class LongPolls::Poll : public grpc::ServerUnaryReactor {
 public:
  Poll(LongPolls& polls, std::string site, int64_t generation, int64_t comparison,
       v1::SynchronizeResponse* out)
      : polls_(polls),
        site_(std::move(site)),
        generation_(generation),
        comparison_(comparison),
        deadline_(std::chrono::steady_clock::now() + polls.patience_),
        out_(out) {}

  const std::string& site() const { return site_; }
  int64_t generation() const { return generation_; }
  int64_t comparison() const { return comparison_; }
  std::chrono::steady_clock::time_point deadline() const { return deadline_; }

  void Answer() {
    polls_.engine_.Read([this](const Ledger& ledger) {
      *out_->mutable_desired_state() = DesiredView(ledger, site_, DesiredStateOf(ledger, site_));
    });
    if (auto wanted = polls_.comparisons_.WantedOf(site_); wanted.has_value()) {
      *out_->mutable_comparison() = *std::move(wanted);
    }
    for (v1::WantedJob& wanted : polls_.jobs_.WantedOf(site_, polls_.engine_.Now())) {
      *out_->add_jobs() = std::move(wanted);
    }
    const LogHead head = polls_.engine_.head();
    out_->mutable_head()->set_revision(head.revision);
    out_->mutable_head()->set_hash(head.hash);
    Finish(grpc::Status::OK);
  }

  void OnCancel() override {
    {
      MutexLock lock(polls_.mutex_);
      if (polls_.waiting_.erase(this) == 0) return;
    }
    Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the caller gave up"));
  }
  void OnDone() override { delete this; }

 private:
  LongPolls& polls_;
  const std::string site_;
  const int64_t generation_;
  const int64_t comparison_;
  const std::chrono::steady_clock::time_point deadline_;
  v1::SynchronizeResponse* const out_;
};

LongPolls::LongPolls(Engine& engine, Comparisons& comparisons, JobQuestions& jobs,
                     std::chrono::milliseconds patience)
    : engine_(engine),
      comparisons_(comparisons),
      jobs_(jobs),
      patience_(patience),
      thread_(&LongPolls::Run, this) {
  engine_.OnChange([this] { Stir(); });
  comparisons_.OnChange([this] { Stir(); });
  jobs_.OnChange([this] { Stir(); });
}

LongPolls::~LongPolls() {
  engine_.OnChange(nullptr);
  comparisons_.OnChange(nullptr);
  jobs_.OnChange(nullptr);
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  stirred_.notify_one();
  thread_.join();
}

void LongPolls::Stir() {
  {
    MutexLock lock(mutex_);
    changed_ = true;
  }
  stirred_.notify_one();
}

grpc::ServerUnaryReactor* LongPolls::Add(const std::string& site, int64_t generation,
                                         int64_t comparison, v1::SynchronizeResponse* out) {
  // Deletes itself in OnDone.
  auto* poll = new Poll(*this, site, generation, comparison, out);
  {
    MutexLock lock(mutex_);
    waiting_.insert(poll);
    changed_ = true;  // it may be out of date already
  }
  stirred_.notify_one();
  return poll;
}

size_t LongPolls::waiting_count() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

void LongPolls::Run() {
  for (;;) {
    for (Poll* poll : TakeReady()) poll->Answer();
    MutexLock lock(mutex_);
    while (!changed_ && !stopping_) {
      if (waiting_.empty()) {
        stirred_.wait(mutex_);
        continue;
      }
      auto next = (*waiting_.begin())->deadline();
      for (const Poll* poll : waiting_) next = std::min(next, poll->deadline());
      if (stirred_.wait_until(mutex_, next) == std::cv_status::timeout) break;
    }
    if (stopping_) return;
    changed_ = false;
  }
}

std::set<LongPolls::Poll*> LongPolls::TakeReady() {
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
  const auto now = std::chrono::steady_clock::now();
  std::set<Poll*> ready;
  MutexLock lock(mutex_);
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto wanted = comparisons.find((*it)->site());
    const bool compares = wanted != comparisons.end() && wanted->second != (*it)->comparison();
    const bool answer = compares || asked.contains((*it)->site()) || (*it)->deadline() <= now ||
                        generations[(*it)->site()] != (*it)->generation();
    if (answer) ready.insert(*it);
    it = answer ? waiting_.erase(it) : std::next(it);
  }
  return ready;
}

}  // namespace mesolys
