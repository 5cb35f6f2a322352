#include "agent/slurm/associations/tres.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
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

bool IsLimitable(absl::string_view tres) {
  if (tres == "cpu" || tres == kAllGpus) return true;
  return absl::ConsumePrefix(&tres, kTyped) && CheckResource(absl::StrCat("gpu-", tres)).ok();
}

}  // namespace mesolys::agent
