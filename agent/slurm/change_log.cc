#include "agent/slurm/change_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

constexpr mode_t kLogMode = 0640;

std::string LineHead(absl::Time now, int64_t generation) {
  return absl::StrCat(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now, absl::UTCTimeZone()),
                      " generation ", generation, ": ");
}

}  // namespace

absl::Status ChangeLog::Begin(absl::Time now, int64_t generation,
                              const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    absl::StrAppend(&text, LineHead(now, generation), line, "\n");
  return Append(text);
}

absl::Status ChangeLog::End(absl::Time now, int64_t generation, size_t count,
                            const absl::Status& said) {
  return Append(absl::StrCat(
      LineHead(now, generation),
      said.ok() ? absl::StrCat(count, " made") : absl::StrCat("of ", count, ": ", said.message()),
      "\n"));
}

absl::Status ChangeLog::Append(const std::string& text) const {
  const int file = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kLogMode);
  bool is_good = file >= 0;
  size_t written = 0;
  while (is_good && written < text.size()) {
    const ssize_t got = ::write(file, text.data() + written, text.size() - written);
    if (got < 0 && errno == EINTR) continue;
    is_good = got > 0;
    if (is_good) written += static_cast<size_t>(got);
  }
  is_good = is_good && ::fdatasync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (is_good) return absl::OkStatus();
  return absl::InternalError(Say("cannot write $0: $1", path_, std::strerror(error)).Render());
}

}  // namespace mesolys::agent
