#include "scheduler/core/figures/plausible_record.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/values/quantity.h"
#include "proto/values/reason.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/job.h"

namespace mesolys {
namespace {

// Hyperthreads may count as cores at one place and not at another.
constexpr int64_t kTimesMax = 2;

absl::Status CheckSize(absl::string_view field, int64_t count, int64_t there) {
  if (there == 0 || count <= kTimesMax * there) return absl::OkStatus();
  return Refuse(Reason::kRecordInvalid,
                Say("$0 is $1: that is more than twice the $2 that the site has by the catalogue "
                    "and by its own nodes; look at the job in the site's accounting",
                    field, count, there),
                {{"field", std::string(field)}, {"value", absl::StrCat(count)}});
}

// At least so many GPUs were held: parts of them count where it is known what part they are.
int64_t GpusOf(const UsageRecord& record, const GpuNames& names) {
  int64_t gpus = 0;
  for (const auto& [name, count] : record.gpu_counts) {
    const auto per_gpu = record.parts_per_gpu.find(name);
    if (IsSharedPart(name) && !names.contains(name) && per_gpu == record.parts_per_gpu.end()) {
      continue;
    }
    // Of which model does not matter here.
    const GpuPart part = PartOf(name, names, "any", record.parts_per_gpu);
    gpus += MulDiv(count, part.parts, part.whole);
  }
  return gpus;
}

}  // namespace

SiteSize PromisedSize(const Site& site) {
  SiteSize size;
  std::map<std::string, int64_t> gpus;  // by model
  for (const Capacity& capacity : site.capacities) {
    if (capacity.resource == "cpu") {
      size.cores = std::max(size.cores, capacity.units);
    } else if (absl::StartsWith(capacity.resource, "gpu-")) {
      int64_t& most = gpus[capacity.resource];
      most = std::max(most, capacity.units);
    }
  }
  for (const auto& [model, most] : gpus) size.gpus += most;
  return size;
}

SiteSize LargerOf(const SiteSize& a, const SiteSize& b) {
  return {std::max(a.cores, b.cores), std::max(a.gpus, b.gpus)};
}

absl::Status CheckPlausible(const UsageRecord& record, const SiteSize& size, const GpuNames& names,
                            absl::Time now) {
  const int64_t ran =
      absl::ToInt64Seconds(record.end_time - record.start_time) - record.suspended_seconds;
  const int64_t there = absl::ToInt64Seconds(now - record.key.submit_time);
  if (ran > std::max<int64_t>(0, there) + absl::ToInt64Seconds(kRecordAheadMax)) {
    return Refuse(Reason::kRecordInvalid,
                  Say("end_time is $0 s after start_time, and the job was submitted $1 s ago: none "
                      "runs for longer; look at the job in the site's accounting",
                      ran, there),
                  {{"field", "end_time"}, {"value", absl::StrCat(ran)}});
  }
  absl::Status status = CheckSize("core_count", record.core_count, size.cores);
  if (status.ok()) status = CheckSize("gpu_counts", GpusOf(record, names), size.gpus);
  return status;
}

}  // namespace mesolys
