#include "agent/slurm/check/submission_facts.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/process/line_reader.h"

namespace mesolys::agent {
namespace {

constexpr char kSubject[] = "JobSubmitPlugins";
// In ours, and in a site's own script that calls it.
constexpr char kMark[] = "mesolys";
constexpr char kRemedy[] = "job_submit.lua of MesoLyS beside it, as agent/README.md says";

bool HasLua(const SlurmConfig& config) {
  const auto found = config.find(kSubject);
  if (found == config.end()) return false;
  for (absl::string_view word : absl::StrSplit(found->second, ',')) {
    absl::ConsumePrefix(&word, "job_submit/");
    if (word == "lua") return true;
  }
  return false;
}

// NOT_FOUND where it is not on this machine.
absl::StatusOr<bool> IsOurs(const std::string& script) {
  absl::StatusOr<LineReader> file = LineReader::Open(script);
  if (!file.ok()) return file.status();
  TextLine line;
  absl::StatusOr<bool> more = file->Next(line);
  for (; more.ok() && *more; more = file->Next(line)) {
    if (absl::StrContains(line.text, kMark)) return true;
  }
  if (!more.ok()) return more.status();
  return false;
}

}  // namespace

Finding CheckSubmission(const std::string& cluster, const SlurmConfig& config, size_t model_count,
                        const std::string& slurm_conf) {
  std::string subject = absl::StrCat(cluster, ": ", kSubject);
  const std::string script =
      (std::filesystem::path(slurm_conf).parent_path() / "job_submit.lua").string();
  std::string text = "lacks lua: jobs are not judged as they are submitted";
  if (HasLua(config)) {
    const absl::StatusOr<bool> is_ours = IsOurs(script);
    if (is_ours.ok() && *is_ours) return Pass(std::move(subject), absl::StrCat("lua, by ", script));
    if (absl::IsNotFound(is_ours.status())) {
      return Pass(std::move(subject),
                  absl::StrCat("lua; ", script, " is not on this machine: look at slurmctld's"));
    }
    text = is_ours.ok() ? absl::StrCat(script, " is not of MesoLyS, and calls nothing of it")
                        : std::string(is_ours.status().message());
  }
  if (model_count < 2) return Pass(std::move(subject), absl::StrCat(text, "; there is one model"));
  return Warn(std::move(subject),
              absl::StrCat(text, ": with ", model_count,
                           " models of GPUs, one that names none passes the limit of its model "
                           "while another has hours"),
              absl::StrCat(kSubject, "=lua in ", slurm_conf, ", ", kRemedy));
}

}  // namespace mesolys::agent
