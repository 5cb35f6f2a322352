#include "agent/slurm/submission/submission_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {
namespace {

// slurmctld runs as another user.
constexpr mode_t kFileMode = 0644;

absl::Status Trouble(absl::string_view doing, const std::string& path) {
  return absl::InternalError(absl::StrCat("cannot ", doing, " ", path, ": ", std::strerror(errno)));
}

absl::Status WriteAll(int file, const std::string& path, absl::string_view text) {
  // Whatever the umask is.
  if (::fchmod(file, kFileMode) != 0) return Trouble("open to all", path);
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Trouble("write", path);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// Who reads it finds the old one or the new one. It is not flushed: one that a power failure cut
// lacks its end, and says nothing until the next is there.
absl::Status ReplaceFile(const std::string& path, absl::string_view text) {
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                          S_IRUSR | S_IWUSR);
  if (file < 0) return Trouble("create", fresh);
  absl::Status status = WriteAll(file, fresh, text);
  if (::close(file) != 0) status.Update(Trouble("close", fresh));
  if (!status.ok()) return status;
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return Trouble("replace", path);
  return absl::OkStatus();
}

}  // namespace

InForce SubmissionFiles::PutInForce(const SiteState& wanted, const absl::StatusOr<SiteUse>& use,
                                    const RemovalLimit& limit, absl::Time now) {
  InForce in_force = enforcer_.PutInForce(wanted, use, limit, now);
  for (const std::string& cluster : options_.clusters) {
    const std::string text = SubmissionText(cluster, wanted, use.ok() ? &*use : nullptr,
                                            ModelsOf(cluster, now), options_.rules, now);
    const absl::Status status =
        ReplaceFile(absl::StrCat(options_.folder, "/", cluster, ".txt"), text);
    if (!status.ok()) {
      spdlog::warn("submission: {}; jobs pass unjudged once the last file is old",
                   std::string(status.message()));
    }
    MutexLock lock(mutex_);
    if (status.ok()) {
      write_times_[cluster] = now;
    } else {
      ++failures_;
    }
  }
  return in_force;
}

SubmissionCounts SubmissionFiles::counts() const {
  MutexLock lock(mutex_);
  SubmissionCounts counts;
  counts.failures = failures_;
  if (write_times_.size() < options_.clusters.size()) return counts;
  counts.write_time = absl::InfiniteFuture();
  for (const auto& [cluster, time] : write_times_) {
    counts.write_time = std::min(counts.write_time, time);
  }
  return counts;
}

const PartitionModels& SubmissionFiles::ModelsOf(const std::string& cluster, absl::Time now) {
  Partitions& known = partitions_[cluster];
  if (now < known.next_read) return known.models;
  std::vector<ScontrolNode> nodes;
  // Without one of its nodes a partition would seem to have fewer models.
  const absl::Status read =
      scontrol_->Show(cluster, Scontrol::Noun::kNode, [&nodes](const OutputLine& line) {
        absl::StatusOr<ScontrolNode> node = ParseScontrolNode(line.text);
        if (!node.ok()) return node.status();
        nodes.push_back(*std::move(node));
        return absl::OkStatus();
      });
  if (read.ok()) {
    known.models = ModelsByPartition(nodes);
    known.next_read = now + kModelsAge;
  } else {
    // What was read before still holds, most likely.
    spdlog::warn("submission: {}", std::string(read.message()));
    known.next_read = now + kModelsRetry;
  }
  return known.models;
}

}  // namespace mesolys::agent
