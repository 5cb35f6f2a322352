#include "agent/slurm/slice_backlog.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace mesolys::agent {
namespace {

struct Head {
  uint64_t mark = 0;
  uint64_t length = 0;
};

absl::Status Trouble(absl::string_view doing) {
  return absl::InternalError(
      absl::StrCat("cannot ", doing, " the records of a slice: ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<SliceBacklog> SliceBacklog::Create(const std::string& folder) {
  std::error_code ignored;  // the next call says why
  std::filesystem::create_directories(folder, ignored);
  std::string path = folder + "/slice-XXXXXX";
  const int number = ::mkostemp(path.data(), O_CLOEXEC);
  if (number < 0) return Trouble(absl::StrCat("keep in ", folder));
  ::unlink(path.c_str());
  std::FILE* file = ::fdopen(number, "w+b");
  if (file == nullptr) {
    ::close(number);
    return Trouble("keep");
  }
  return SliceBacklog(file);
}

absl::Status SliceBacklog::Write(uint64_t mark, const v1::UsageRecord& record) {
  buffer_.clear();
  record.AppendToString(&buffer_);
  const Head head = {mark, buffer_.size()};
  if (std::fwrite(&head, sizeof head, 1, file_.get()) != 1 ||
      std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size()) {
    return Trouble("write");
  }
  ++waiting_count_;
  return absl::OkStatus();
}

absl::Status SliceBacklog::Rewind() {
  return std::fflush(file_.get()) == 0 && std::fseek(file_.get(), 0, SEEK_SET) == 0
             ? absl::OkStatus()
             : Trouble("write");
}

absl::StatusOr<uint64_t> SliceBacklog::Read(v1::UsageRecord& record) {
  Head head;
  if (std::fread(&head, sizeof head, 1, file_.get()) != 1) return Trouble("read");
  buffer_.resize(head.length);
  if (std::fread(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size() ||
      !record.ParseFromString(buffer_)) {
    return Trouble("read");
  }
  --waiting_count_;
  return head.mark;
}

}  // namespace mesolys::agent
