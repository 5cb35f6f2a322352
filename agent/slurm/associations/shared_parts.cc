#include "agent/slurm/associations/shared_parts.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mesolys::agent {
namespace {

std::string KindOf(const std::string& name) { return name.substr(0, name.find('-')); }

}  // namespace

const std::string& SharedParts::NameOf(const std::string& name) const {
  const auto full = names.find(name);
  return full == names.end() ? name : full->second;
}

void SharedParts::Complete(UsageRecord& record) const {
  std::map<std::string, int64_t> counts;
  for (const auto& [name, count] : record.gpu_counts) counts[NameOf(name)] += count;
  record.gpu_counts = std::move(counts);
  for (const auto& [name, count] : record.gpu_counts) {
    const auto known = per_gpu.find(name);
    if (known != per_gpu.end()) record.parts_per_gpu[name] = known->second;
  }
}

bool HoldsSharedParts(const UsageRecord& record) {
  return std::any_of(record.gpu_counts.begin(), record.gpu_counts.end(),
                     [](const auto& each) { return IsSharedPart(each.first); });
}

void SharedPartsOfNodes::Add(const std::map<std::string, int64_t>& gpu_counts,
                             const std::map<std::string, int64_t>& parts) {
  for (const auto& [name, count] : parts) {
    const bool has_model = name != KindOf(name);
    if (!has_model && gpu_counts.size() != 1) {
      Note(name, std::nullopt);
      continue;
    }
    const std::string model =
        has_model ? name.substr(KindOf(name).size() + 1) : gpu_counts.begin()->first;
    const auto gpus = gpu_counts.find(model);
    const bool is_even = gpus != gpu_counts.end() && gpus->second > 0 && count > 0 &&
                         count % gpus->second == 0 && count / gpus->second <= kPartsPerGpuMax;
    Note(model.empty() ? name : absl::StrCat(KindOf(name), "-", model),
         is_even ? std::optional(count / gpus->second) : std::nullopt);
  }
}

void SharedPartsOfNodes::Note(const std::string& name, std::optional<int64_t> count) {
  const auto [known, is_new] = counts_.try_emplace(name, count);
  if (!is_new && known->second != count) known->second.reset();
}

SharedParts SharedPartsOfNodes::Take() const {
  SharedParts shared;
  std::map<std::string, int64_t> models_of_kind;
  int64_t common = 1;
  for (const auto& [name, count] : counts_) {
    ++models_of_kind[KindOf(name)];
    if (!count.has_value() || std::lcm(common, *count) > kPartsPerGpuMax) continue;
    common = std::lcm(common, *count);
    shared.per_gpu[name] = *count;
  }
  for (const auto& [name, count] : counts_) {
    if (models_of_kind[KindOf(name)] == 1 && name != KindOf(name)) {
      shared.names[KindOf(name)] = name;
    }
  }
  // Of no model, among others that have one, nobody knows what it is.
  std::erase_if(shared.per_gpu, [&models_of_kind](const auto& each) {
    return each.first == KindOf(each.first) && models_of_kind[each.first] > 1;
  });
  return shared;
}

}  // namespace mesolys::agent
