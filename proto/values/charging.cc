#include "proto/values/charging.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "proto/values/quantity.h"

namespace mesolys {
namespace {

int64_t DivideUp(int64_t a, int64_t b, int64_t scale) {
  return static_cast<int64_t>((static_cast<Wide>(a) * scale + b - 1) / b);
}

// The cores of the node that the largest of a job's shares of its cores, memory and GPUs is worth,
// rounded up; the job's own cores where the site charges by cores alone.
constexpr int64_t kCoresMax = int64_t{1} << 24;

int64_t CoresByShare(const UsageRecord& record, const NodeShape& node) {
  int64_t cores = record.core_count;
  if (node.cores == 0) return cores;
  if (node.memory_bytes > 0) {
    cores = std::max(cores, DivideUp(record.memory_bytes, node.memory_bytes, node.cores));
  }
  if (node.gpus > 0) {
    int64_t gpus = 0;
    for (const auto& [model, count] : record.gpu_counts) gpus += count;
    cores = std::max(cores, DivideUp(gpus, node.gpus, node.cores));
  }
  // No record has more of its own; so a product with its seconds fits.
  return std::min(cores, std::max(record.core_count, kCoresMax));
}

}  // namespace

std::vector<HeldUnits> HeldBy(const UsageRecord& record, const ChargeRule& rule) {
  std::map<std::string, int64_t> units;
  for (const auto& [model, count] : record.gpu_counts) {
    // An untyped GPU is one of the site's configured model. A site without one still accounts for
    // the GPU, under a name that says so.
    const std::string& name = model.empty() ? rule.gpu_model : model;
    units[name.empty() ? "gpu-untyped" : absl::StrCat("gpu-", name)] += count;
  }
  const bool on_gpus =
      std::any_of(units.begin(), units.end(), [](const auto& entry) { return entry.second > 0; });
  const bool pays_cpu = !on_gpus || rule.gpu_jobs_pay_cpu;
  if (pays_cpu) units["cpu"] += record.core_count;
  std::vector<HeldUnits> held;
  for (const auto& [resource, count] : units) {
    if (count > 0) held.push_back({resource, count, /*by_share=*/false});
  }
  const int64_t beyond = CoresByShare(record, rule.node) - record.core_count;
  if (pays_cpu && beyond > 0) held.push_back({"cpu", beyond, /*by_share=*/true});
  return held;
}

JobSpans SpansOf(const UsageRecord& record) {
  JobSpans spans;
  spans.ran = {record.start_time, record.end_time};
  spans.charged_seconds = record.ElapsedSeconds();
  const int64_t remaining =
      IsTerminal(record.state) || record.is_runaway
          ? 0
          : std::max<int64_t>(0, record.time_limit_seconds - spans.charged_seconds);
  spans.ahead = {record.end_time, record.end_time + absl::Seconds(remaining)};
  return spans;
}

}  // namespace mesolys
