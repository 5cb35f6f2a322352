#include "agent/slurm/associations/pot_split.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "agent/slurm/associations/tres.h"
#include "proto/values/quantity.h"

namespace mesolys::agent {
namespace {

// Counts in the smallest part of a minute in which every share is whole.
class Splitting {
 public:
  Splitting(int64_t minutes, const std::vector<FedTres>& fed) : fed_(fed), parts_(fed.size()) {
    int64_t common = 1;
    for (const FedTres& each : fed) common = std::lcm(common, each.whole);
    for (const FedTres& each : fed) costs_.push_back(each.parts * (common / each.whole));
    left_ = static_cast<Wide>(minutes) * common;
  }

  std::vector<int64_t> Find() {
    if (!GiveRunning()) return std::move(parts_);
    GiveWaiting();
    // Each in turn takes an even part of what is left, and so the last one all of it.
    for (size_t i = 0; i < parts_.size(); ++i) {
      Give(i, left_ / static_cast<Wide>(parts_.size() - i) / costs_[i]);
    }
    return std::move(parts_);
  }

 private:
  void Give(size_t i, Wide minutes) {
    const Wide given = std::min<Wide>(minutes, kMinutesMax - parts_[i]);
    parts_[i] += static_cast<int64_t>(given);
    left_ -= given * costs_[i];
  }

  // False where that was all.
  bool GiveRunning() {
    Wide all = 0;
    for (size_t i = 0; i < parts_.size(); ++i) all += static_cast<Wide>(fed_[i].kept) * costs_[i];
    const Wide pot = left_;
    for (size_t i = 0; i < parts_.size(); ++i) {
      Give(i, all <= pot ? fed_[i].kept : fed_[i].kept * pot / all);
    }
    return all <= pot;
  }

  void GiveWaiting() {
    std::vector<std::pair<Wide, size_t>> asked;
    for (size_t i = 0; i < parts_.size(); ++i) {
      asked.emplace_back(static_cast<Wide>(fed_[i].waiting) * costs_[i], i);
    }
    std::sort(asked.begin(), asked.end());
    for (const auto& [cost, i] : asked) {
      Give(i, std::min(static_cast<Wide>(fed_[i].waiting), left_ / costs_[i]));
    }
  }

  const std::vector<FedTres>& fed_;
  std::vector<int64_t> parts_;
  std::vector<int64_t> costs_;  // of one minute of each
  Wide left_ = 0;
};

}  // namespace

std::vector<int64_t> SplitPot(int64_t minutes, const std::vector<FedTres>& fed) {
  return Splitting(minutes, fed).Find();
}

}  // namespace mesolys::agent
