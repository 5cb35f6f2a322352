#include "proto/values/gpu_part.h"

#include <numeric>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "proto/values/names.h"
#include "proto/values/quoted.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

absl::Status Wrong(const Sentence& sentence) { return Refuse(Reason::kInvalidArgument, sentence); }

// "v100" of "shard-v100"; empty where no model is told.
absl::string_view ModelOf(absl::string_view shared) {
  const size_t dash = shared.find('-');
  return dash == absl::string_view::npos ? absl::string_view() : shared.substr(dash + 1);
}

const GpuPart* Find(const GpuNames& names, absl::string_view name) {
  const auto found = names.find(std::string(name));
  return found == names.end() ? nullptr : &found->second;
}

}  // namespace

absl::StatusOr<std::pair<int64_t, int64_t>> ParseGpuShare(absl::string_view text) {
  const std::vector<absl::string_view> numbers = absl::StrSplit(text, '/');
  int64_t parts = 0;
  int64_t whole = 1;
  const bool is_read = numbers.size() <= 2 && absl::SimpleAtoi(numbers[0], &parts) &&
                       (numbers.size() == 1 || absl::SimpleAtoi(numbers[1], &whole));
  if (!is_read || parts < 1 || whole > kGpuWholeMax || parts > whole) {
    return Wrong(Say("$0 is no share of a GPU: write \"1\", or \"1/7\" with whole numbers up to $1",
                     Quoted(text), kGpuWholeMax));
  }
  const int64_t common = std::gcd(parts, whole);
  return std::pair(parts / common, whole / common);
}

std::string GpuShareText(const GpuPart& part) {
  return part.whole == 1 ? absl::StrCat(part.parts) : absl::StrCat(part.parts, "/", part.whole);
}

absl::Status CheckGpuNames(const GpuNames& names) {
  int64_t common = 1;
  for (const auto& [name, part] : names) {
    if (!CheckResource(absl::StrCat("gpu-", name)).ok()) {
      return Wrong(
          Say("GPUs cannot be called $0: Slurm has types in lower case, and at most 64 of "
              "a-z, 0-9, _, -, . or + are read, a letter or digit first",
              Quoted(name)));
    }
    if (!CheckResource(part.resource).ok() || KindOf(part.resource) != ResourceKind::kGpu) {
      return Wrong(Say("GPUs called $0 are of $1: name a resource of GPUs, for example gpu-a100",
                       name, Quoted(part.resource)));
    }
    if (part.parts < 1 || part.parts > part.whole || part.whole > kGpuWholeMax) {
      return Wrong(
          Say("$0 of a GPU are no share of one, which is above 0 and at most 1 in whole "
              "numbers up to $1",
              GpuShareText(part), kGpuWholeMax));
    }
    // Both are at most a million.
    common = std::lcm(common, part.whole);
    if (common > kGpuWholeMax) {
      return Wrong(
          Say("the shares of all GPUs of a site have a common denominator of at most $0, "
              "and with that of $1 it is $2: choose simpler ones",
              kGpuWholeMax, name, common));
    }
  }
  return absl::OkStatus();
}

std::optional<std::string> GpuNameOfTres(absl::string_view tres) {
  if (!absl::ConsumePrefix(&tres, "gres/")) return std::nullopt;
  const std::pair<absl::string_view, absl::string_view> kind_and_type =
      absl::StrSplit(tres, absl::MaxSplits(':', 1));
  const auto& [kind, type] = kind_and_type;
  if (kind == "gpu") return std::string(type);
  if (kind != "shard" && kind != "mps") return std::nullopt;
  return type.empty() ? std::string(kind) : absl::StrCat(kind, "-", type);
}

bool IsSharedPart(absl::string_view name) {
  for (const absl::string_view kind : {"shard", "mps"}) {
    absl::string_view rest = name;
    if (absl::ConsumePrefix(&rest, kind) && (rest.empty() || absl::StartsWith(rest, "-"))) {
      return true;
    }
  }
  return false;
}

GpuPart PartOf(const std::string& name, const GpuNames& names, const std::string& gpu_model,
               const PartsPerGpu& per_gpu) {
  const std::string& known = name.empty() ? gpu_model : name;
  // A site without a model still accounts for the GPU, under a name that says so.
  if (known.empty()) return {"gpu-untyped", 1, 1};
  if (const GpuPart* said = Find(names, known); said != nullptr) return *said;
  GpuPart itself = {absl::StrCat("gpu-", known), 1, 1};
  if (!IsSharedPart(known)) return itself;
  if (const GpuPart* any = Find(names, known.substr(0, known.find('-'))); any != nullptr) {
    return *any;
  }
  const auto count = per_gpu.find(known);
  if (count == per_gpu.end() || count->second < 1) return itself;
  const std::string model(ModelOf(known));
  if (model.empty() && gpu_model.empty()) return itself;
  GpuPart part = PartOf(model, names, gpu_model, {});
  part.whole *= count->second;
  return part;
}

}  // namespace mesolys
