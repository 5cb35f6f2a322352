#include "agent/slurm/associations/tres.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "proto/values/gpu_part.h"
#include "proto/values/names.h"

namespace mesolys::agent {
namespace {

constexpr char kTyped[] = "gres/gpu:";

}  // namespace

std::string TresOf(absl::string_view resource) {
  switch (KindOf(resource)) {
    case ResourceKind::kCpu:
      return "cpu";
    case ResourceKind::kGpu:
      absl::ConsumePrefix(&resource, "gpu-");
      return resource == "untyped" ? kAllGpus : absl::StrCat(kTyped, resource);
    case ResourceKind::kStorage:
    case ResourceKind::kSupport:
      break;
  }
  return "";
}

bool IsTypedGpu(absl::string_view tres) { return absl::StartsWith(tres, kTyped); }

bool IsSharedTres(absl::string_view tres) {
  const std::optional<std::string> name = GpuNameOfTres(tres);
  return name.has_value() && !IsTypedGpu(tres) && IsSharedPart(*name);
}

bool IsLimitable(absl::string_view tres) {
  if (tres == "cpu" || tres == kAllGpus) return true;
  const std::optional<std::string> name = GpuNameOfTres(tres);
  return name.has_value() && CheckResource(absl::StrCat("gpu-", *name)).ok();
}

}  // namespace mesolys::agent
