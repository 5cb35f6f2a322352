#ifndef MESOLYS_PROTO_VALUES_GPU_PART_H_
#define MESOLYS_PROTO_VALUES_GPU_PART_H_

// What is held under the name that a site has for a kind of its GPUs: a whole GPU of some resource
// or a part of one. Names are Slurm's types ("a100", "a100_1g.10gb"), and those of the parts of a
// GPU that several jobs share: "shard" and "mps", or "shard-v100" where the model is told. Pure;
// any thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mesolys {

// Exactly parts / whole of one GPU of the resource.
struct GpuPart {
  std::string resource;
  int64_t parts = 1;
  int64_t whole = 1;

  friend bool operator==(const GpuPart&, const GpuPart&) = default;
};

// By name: what the catalogue says of the GPUs of a site.
using GpuNames = std::map<std::string, GpuPart>;
// By name of a part: how many of them are one GPU, as the nodes say themselves.
using PartsPerGpu = std::map<std::string, int64_t>;

// No whole, and no common multiple of those of one site, is more.
inline constexpr int64_t kGpuWholeMax = 1'000'000;
// No GPU is given away in more parts, nor is any common multiple of those that one job holds.
inline constexpr int64_t kPartsPerGpuMax = 10'000;

// "1/7" in its lowest terms, or "1"; INVALID_ARGUMENT for what is not above 0 and at most 1, or has
// a whole beyond kGpuWholeMax.
absl::StatusOr<std::pair<int64_t, int64_t>> ParseGpuShare(absl::string_view text);
std::string GpuShareText(const GpuPart& part);

// INVALID_ARGUMENT for a name that Slurm cannot have, a resource that is none of GPUs, a share that
// is none, or shares whose common multiple passes kGpuWholeMax.
absl::Status CheckGpuNames(const GpuNames& names);

// The name of what a TRES of Slurm counts: "a100" of "gres/gpu:a100", "" of "gres/gpu",
// "shard-v100" of "gres/shard:v100". Nothing of one that is not of GPUs.
std::optional<std::string> GpuNameOfTres(absl::string_view tres);

// Whether it names parts of GPUs that several jobs share: "shard", "mps-v100".
bool IsSharedPart(absl::string_view name);

// What one of `name` is; "" is an untyped GPU, which is one of `gpu_model`. What the catalogue says
// comes first, then what the nodes say of shared parts; a name of which neither speaks is a
// resource of its own, "gpu-<name>".
GpuPart PartOf(const std::string& name, const GpuNames& names, const std::string& gpu_model,
               const PartsPerGpu& per_gpu);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_GPU_PART_H_
