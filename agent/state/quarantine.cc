#include "agent/state/quarantine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "agent/process/utf8.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

constexpr size_t kTextBytesMax = 4096;
constexpr size_t kReasonBytesMax = 1024;
constexpr size_t kToldBytesMax = 256;  // of a reason that is told

absl::Status Trouble(absl::string_view doing, const std::string& path) {
  return absl::InternalError(
      Say("quarantine: cannot $0 $1: $2", doing, path, std::strerror(errno)).Render());
}

absl::Status WriteAll(int file, const std::string& path, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Trouble("write", path);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> WriteAfter(int file, const std::string& path, int64_t committed_bytes,
                                   absl::string_view text) {
  struct stat status = {};
  if (::fstat(file, &status) != 0) return Trouble("examine", path);
  if (status.st_size > committed_bytes && ::ftruncate(file, committed_bytes) != 0) {
    return Trouble("cut", path);
  }
  if (absl::Status written = WriteAll(file, path, text); !written.ok()) return written;
  if (::fsync(file) != 0) return Trouble("flush", path);
  if (::fstat(file, &status) != 0) return Trouble("examine", path);
  return status.st_size;
}

}  // namespace

absl::StatusOr<QuarantineMark> Quarantine::Append(const QuarantineMark& committed,
                                                  const std::vector<QuarantinedLine>& lines,
                                                  absl::Time now) const {
  if (lines.empty()) return committed;
  std::string text;
  QuarantineMark mark = {committed.line_count, committed.byte_count};
  for (const QuarantinedLine& line : lines) {
    ++mark.line_count;
    if (line.job.has_value()) {
      mark.rows.push_back({mark.line_count, now, OneLine(line.reason, kToldBytesMax), *line.job});
    }
    absl::StrAppend(&text, OneLine(line.origin, kReasonBytesMax), "\t",
                    OneLine(line.reason, kReasonBytesMax), "\t", OneLine(line.text, kTextBytesMax),
                    "\n");
  }
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file < 0) return Trouble("open", path_);
  const absl::StatusOr<int64_t> size = WriteAfter(file, path_, committed.byte_count, text);
  ::close(file);
  if (!size.ok()) return size.status();
  mark.byte_count = *size;
  return mark;
}

}  // namespace mesolys::agent
