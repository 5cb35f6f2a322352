#include "agent/process/line_reader.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace mesolys::agent {
namespace {

constexpr size_t kFillBytes = size_t{1} << 16;
// Of a line that is too long: enough for a person to recognise it.
constexpr size_t kBeginningBytes = size_t{8} << 10;

std::string Text(const std::string& path, int error) {
  return absl::StrCat(path, ": ", std::strerror(error));
}

}  // namespace

absl::StatusOr<LineReader> LineReader::Open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) {
    if (errno == ENOENT) return absl::NotFoundError(Text(path, errno));
    return absl::PermissionDeniedError(Text(path, errno));
  }
  LineReader reader(path, file);
  std::setvbuf(file, nullptr, _IONBF, 0);  // buffer_ is the buffer
  struct stat status = {};
  if (::fstat(::fileno(file), &status) != 0) return absl::InternalError(Text(path, errno));
  if (!S_ISREG(status.st_mode)) return absl::NotFoundError(absl::StrCat(path, ": not a file"));
  reader.size_bytes_ = status.st_size;
  reader.modify_time_ = absl::FromUnixSeconds(status.st_mtim.tv_sec);
  return reader;
}

absl::Status LineReader::SeekTo(int64_t offset) {
  if (::fseeko(file_.get(), offset, SEEK_SET) != 0) {
    return absl::InternalError(Text(path_, errno));
  }
  buffer_.clear();
  begin_ = 0;
  offset_ = offset;
  return absl::OkStatus();
}

absl::StatusOr<bool> LineReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t had = buffer_.size();
  buffer_.resize(had + kFillBytes);
  const size_t got = std::fread(buffer_.data() + had, 1, kFillBytes, file_.get());
  buffer_.resize(had + got);
  if (got == 0 && std::ferror(file_.get()) != 0) return absl::InternalError(Text(path_, errno));
  return got > 0;
}

absl::StatusOr<bool> LineReader::Next(TextLine& line) {
  line = TextLine();
  line.offset = offset_;
  size_t searched = 0;        // of the line, without finding its end
  int64_t dropped_bytes = 0;  // of the middle of a line that is too long
  size_t end = std::string::npos;
  while ((end = buffer_.find('\n', begin_ + searched)) == std::string::npos) {
    searched = buffer_.size() - begin_;
    if (searched > kLineBytesMax) {
      line.is_too_long = true;
      dropped_bytes += static_cast<int64_t>(searched - kBeginningBytes);
      buffer_.resize(begin_ + kBeginningBytes);
      searched = kBeginningBytes;
    }
    const absl::StatusOr<bool> filled = Fill();
    if (!filled.ok()) return filled.status();
    if (!*filled) break;
  }
  line.is_terminated = end != std::string::npos;
  if (!line.is_terminated) end = buffer_.size();
  const size_t length = end - begin_;
  if (length == 0 && !line.is_terminated && !line.is_too_long) return false;
  line.text = absl::string_view(buffer_).substr(begin_, length);
  if (absl::EndsWith(line.text, "\r")) line.text.remove_suffix(1);
  if (length > kLineBytesMax) line.is_too_long = true;
  begin_ = end + (line.is_terminated ? 1 : 0);
  offset_ += dropped_bytes + static_cast<int64_t>(length) + (line.is_terminated ? 1 : 0);
  line.next_offset = offset_;
  return true;
}

}  // namespace mesolys::agent
