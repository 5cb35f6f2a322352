#include "proto/values/charging.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mesolys {
namespace {

int64_t DivideUp(Wide a, Wide b, int64_t scale) {
  return static_cast<int64_t>((a * scale + b - 1) / b);
}

// So many GPUs, units / whole.
struct Gpus {
  int64_t units = 0;
  int64_t whole = 1;

  // Records and catalogues bound the common multiple of their shares.
  void Add(int64_t count, const GpuPart& part) {
    const int64_t common = std::lcm(whole, part.whole);
    units = units * (common / whole) + count * part.parts * (common / part.whole);
    whole = common;
  }
  void Reduce() {
    const int64_t common = std::gcd(units, whole);
    units /= common;
    whole /= common;
  }
};

// The cores of the node that the largest of a job's shares of its cores, memory and GPUs is worth,
// rounded up; the job's own cores where the site charges by cores alone.
constexpr int64_t kCoresMax = int64_t{1} << 24;

int64_t CoresByShare(const UsageRecord& record, const Gpus& gpus, const NodeShape& node) {
  int64_t cores = record.core_count;
  if (node.cores == 0) return cores;
  if (node.memory_bytes > 0) {
    cores = std::max(cores, DivideUp(record.memory_bytes, node.memory_bytes, node.cores));
  }
  if (node.gpus > 0) {
    const Wide all = static_cast<Wide>(node.gpus) * gpus.whole;
    cores = std::max(cores, DivideUp(gpus.units, all, node.cores));
  }
  // No record has more of its own; so a product with its seconds fits.
  return std::min(cores, std::max(record.core_count, kCoresMax));
}

Wide ProductOf(const HeldUnits& held, int64_t seconds) {
  return static_cast<Wide>(held.units) * seconds;
}

int64_t Nearest(Wide units, int64_t whole) {
  return static_cast<int64_t>((2 * units + whole) / (2 * static_cast<Wide>(whole)));
}

}  // namespace

std::vector<HeldUnits> HeldBy(const UsageRecord& record, const ChargeRule& rule) {
  std::map<std::string, Gpus> gpus;
  Gpus of_node;
  for (const auto& [name, count] : record.gpu_counts) {
    if (count == 0) continue;
    const GpuPart part = PartOf(name, rule.gpu_names, rule.gpu_model, record.parts_per_gpu);
    gpus[part.resource].Add(count, part);
    // Of shared parts that nobody has measured it is not known what of the node they are.
    const bool is_measured = !IsSharedPart(name) || part.resource != absl::StrCat("gpu-", name);
    if (is_measured) of_node.Add(count, part);
  }
  const bool pays_cpu = gpus.empty() || rule.gpu_jobs_pay_cpu;
  std::vector<HeldUnits> held;
  if (pays_cpu && record.core_count > 0) held.push_back({"cpu", record.core_count, false, 1});
  for (auto& [resource, all] : gpus) {
    all.Reduce();
    held.push_back({resource, all.units, false, all.whole});
  }
  const int64_t beyond = CoresByShare(record, of_node, rule.node) - record.core_count;
  if (pays_cpu && beyond > 0) held.push_back({"cpu", beyond, true, 1});
  return held;
}

Amount AmountOf(const HeldUnits& held, int64_t seconds) {
  return Amount(Nearest(ProductOf(held, seconds), held.whole));
}

std::vector<Amount> AmountsOf(const HeldUnits& held, const std::vector<ChargedSeconds>& pieces) {
  std::vector<Amount> amounts;
  amounts.reserve(pieces.size());
  std::vector<std::pair<int64_t, size_t>> lost;  // by rounding down, negated; the piece
  Wide sum = 0;
  Amount rounded_down;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Wide product = ProductOf(held, pieces[i].seconds);
    sum += product;
    amounts.emplace_back(static_cast<int64_t>(product / held.whole));
    lost.emplace_back(-static_cast<int64_t>(product % held.whole), i);
    rounded_down += amounts.back();
  }
  std::sort(lost.begin(), lost.end());
  // Fewer than there are pieces that lost something.
  const int64_t left = Nearest(sum, held.whole) - rounded_down.count();
  for (int64_t i = 0; i < left; ++i) amounts[lost[static_cast<size_t>(i)].second] += Amount(1);
  return amounts;
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
