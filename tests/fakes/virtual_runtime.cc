#include "tests/fakes/virtual_runtime.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

namespace mesolys {

class VirtualRuntime::VirtualLoop final : public Loop {
 public:
  VirtualLoop(VirtualRuntime& runtime, absl::Duration delay, Turn turn)
      : runtime_(runtime), turn_(std::move(turn)) {
    const std::lock_guard<std::mutex> lock(runtime_.mutex_);
    party_.number = ++runtime_.last_number_;
    party_.is_ready = [this] { return is_stirred_ || is_ending_; };
    party_.due = runtime_.elapsed_ + delay;
    runtime_.parties_.push_back(&party_);
    thread_ = std::thread([this] { Run(); });
  }

  ~VirtualLoop() override {
    {
      const std::lock_guard<std::mutex> lock(runtime_.mutex_);
      is_ending_ = true;
    }
    runtime_.WaitUntil([this] { return is_over_; }, absl::InfiniteDuration());
    thread_.join();
  }

  void Stir() override {
    const std::lock_guard<std::mutex> lock(runtime_.mutex_);
    is_stirred_ = true;
  }

 private:
  void Run() {
    std::unique_lock<std::mutex> lock(runtime_.mutex_);
    party_.told.wait(lock, [this] { return party_.goes_on; });
    while (!is_ending_) {
      is_stirred_ = false;
      lock.unlock();
      const absl::Duration wait = turn_();
      lock.lock();
      party_.is_ready = [this] { return is_stirred_ || is_ending_; };
      party_.due = runtime_.elapsed_ + wait;
      runtime_.Yield(lock, party_);
    }
    is_over_ = true;
    std::erase(runtime_.parties_, &party_);
    runtime_.PassOn();
  }

  VirtualRuntime& runtime_;
  const Turn turn_;
  // All under the runtime's mutex.
  Party party_;
  bool is_stirred_ = false;
  bool is_ending_ = false;
  bool is_over_ = false;
  std::thread thread_;
};

VirtualRuntime::VirtualRuntime(uint64_t seed, absl::Time begin)
    : begin_(begin), random_(seed), parties_({&test_}), current_(&test_) {
  test_.goes_on = true;
}

VirtualRuntime::~VirtualRuntime() {
  if (parties_.size() == 1) return;
  std::fprintf(stderr, "VirtualRuntime: a loop outlives it\n");
  std::abort();
}

std::unique_ptr<Loop> VirtualRuntime::Start(absl::Duration delay, Turn turn) {
  return std::make_unique<VirtualLoop>(*this, delay, std::move(turn));
}

absl::Duration VirtualRuntime::Elapsed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return elapsed_;
}

absl::Time VirtualRuntime::Now() const { return begin_ + Elapsed(); }

bool VirtualRuntime::WaitUntil(const std::function<bool()>& holds, absl::Duration patience) {
  std::unique_lock<std::mutex> lock(mutex_);
  Party& party = *current_;
  party.is_ready = holds;
  party.due = elapsed_ + patience;
  Yield(lock, party);
  return holds();
}

uint64_t VirtualRuntime::TraceHash() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return trace_;
}

void VirtualRuntime::Yield(std::unique_lock<std::mutex>& lock, Party& party) {
  party.goes_on = false;
  PassOn();
  party.told.wait(lock, [&party] { return party.goes_on; });
}

void VirtualRuntime::PassOn() {
  Party* next = PickReady();
  if (next == nullptr) {
    absl::Duration due = absl::InfiniteDuration();
    for (const Party* party : parties_) due = std::min(due, party->due);
    if (due == absl::InfiniteDuration()) {
      std::fprintf(stderr, "VirtualRuntime: everybody waits for somebody else\n");
      std::abort();
    }
    elapsed_ = std::max(elapsed_, due);
    next = PickReady();
  }
  for (const int64_t part : {absl::ToInt64Nanoseconds(elapsed_), next->number}) {
    trace_ = (trace_ ^ static_cast<uint64_t>(part)) * 1099511628211U;
  }
  current_ = next;
  next->goes_on = true;
  next->told.notify_one();
}

VirtualRuntime::Party* VirtualRuntime::PickReady() {
  std::vector<Party*> ready;
  for (Party* party : parties_) {
    if (party->due <= elapsed_ || party->is_ready()) ready.push_back(party);
  }
  if (ready.empty()) return nullptr;
  return ready[std::uniform_int_distribution<size_t>(0, ready.size() - 1)(random_)];
}

}  // namespace mesolys
