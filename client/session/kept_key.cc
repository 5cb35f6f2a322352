#include "client/session/kept_key.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/language/language.h"

namespace mesolys::client {
namespace {

constexpr char kMagic[] = "mesolys kept request 1\n";
constexpr size_t kFileBytesMax = 8 << 20;  // twice what the scheduler takes

std::string Sha256(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest = {};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

absl::Status Problem(const std::string& path) {
  return absl::InternalError(
      Tr("the key of this change cannot be kept, so nothing was sent: $0: $1; make the directory "
         "writable or set state_dir",
         path, std::strerror(errno)));
}

// The directory and those above it; theirs alone, for a request may say what is nobody's business.
absl::Status MakeDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(directory).parent_path(), error);
  if (error) errno = error.value();
  if (!error && (mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST)) return absl::OkStatus();
  return Problem(directory);
}

// Held while a file appears or goes; freed with the object.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& directory)
      : file_(open(absl::StrCat(directory, "/.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    int locked = -1;
    while (file_ >= 0 && (locked = flock(file_, LOCK_EX)) != 0 && errno == EINTR) {
    }
    held_ = locked == 0;
  }
  ~DirectoryLock() {
    if (file_ >= 0) close(file_);
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  bool held() const { return held_; }

 private:
  int file_;
  bool held_ = false;
};

bool WriteAll(int file, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

bool SyncDirectory(const std::string& directory) {
  const int file = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return false;
  const absl::Cleanup closed = [file] { close(file); };
  return fsync(file) == 0;
}

// Either the whole file is there under `path` after a crash, or none is.
absl::Status WriteDurably(const std::string& directory, const std::string& path,
                          const std::string& text) {
  std::string temporary = absl::StrCat(directory, "/.new-XXXXXX");
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return Problem(directory);
  bool written = WriteAll(file, text) && fsync(file) == 0;
  written = close(file) == 0 && written;
  if (written && std::rename(temporary.c_str(), path.c_str()) == 0 && SyncDirectory(directory)) {
    return absl::OkStatus();
  }
  absl::Status problem = Problem(path);
  unlink(temporary.c_str());
  return problem;
}

absl::StatusOr<std::optional<std::string>> Load(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return std::optional<std::string>();
  if (file < 0) return Problem(path);
  const absl::Cleanup closed = [file] { close(file); };
  std::string text;
  std::array<char, 4096> bytes = {};
  ssize_t got = 1;
  while (got > 0 && text.size() <= kFileBytesMax) {
    got = read(file, bytes.data(), bytes.size());
    if (got > 0) text.append(bytes.data(), static_cast<size_t>(got));
    if (got < 0 && errno == EINTR) got = 1;  // nothing came yet
  }
  if (got < 0) return Problem(path);
  absl::string_view rest = text;
  const size_t digest_bytes = size_t{2} * SHA256_DIGEST_LENGTH;
  const bool whole = absl::ConsumePrefix(&rest, kMagic) && rest.size() > digest_bytes;
  std::string request(whole ? rest.substr(digest_bytes + 1) : "");
  if (!whole || Sha256(request) != rest.substr(0, digest_bytes)) {
    return absl::DataLossError(
        Tr("the kept key of an earlier attempt is damaged: $0; look whether that change was made, "
           "then remove the file and try again",
           path));
  }
  return std::optional<std::string>(std::move(request));
}

}  // namespace

KeptKeys::KeptKeys(const std::string& state_dir)
    : directory_(absl::StrCat(state_dir, "/pending")) {}

std::string KeptKeys::NameOf(const std::vector<std::string>& words) {
  std::string text;
  // Lengths, so that {"a b"} and {"a", "b"} differ.
  for (const std::string& word : words) absl::StrAppend(&text, word.size(), ":", word);
  return Sha256(text);
}

std::string KeptKeys::PathOf(const std::string& name) const {
  return absl::StrCat(directory_, "/", name);
}

absl::StatusOr<std::optional<std::string>> KeptKeys::Find(const std::string& name) const {
  return Load(PathOf(name));
}

absl::StatusOr<std::string> KeptKeys::Keep(const std::string& name,
                                           const std::string& request) const {
  if (absl::Status status = MakeDirectory(directory_); !status.ok()) return status;
  const DirectoryLock lock(directory_);
  if (!lock.held()) return Problem(absl::StrCat(directory_, "/.lock"));
  absl::StatusOr<std::optional<std::string>> kept = Load(PathOf(name));
  if (!kept.ok()) return kept.status();
  if (kept->has_value()) return **std::move(kept);
  const std::string text = absl::StrCat(kMagic, Sha256(request), "\n", request);
  if (absl::Status status = WriteDurably(directory_, PathOf(name), text); !status.ok()) {
    return status;
  }
  return request;
}

absl::Status KeptKeys::Forget(const std::string& name, const std::string& request) const {
  const DirectoryLock lock(directory_);
  if (!lock.held()) return Problem(absl::StrCat(directory_, "/.lock"));
  const absl::StatusOr<std::optional<std::string>> kept = Load(PathOf(name));
  if (!kept.ok()) return kept.status();
  if (!kept->has_value() || **kept != request) return absl::OkStatus();
  if (unlink(PathOf(name).c_str()) != 0 && errno != ENOENT) return Problem(PathOf(name));
  SyncDirectory(directory_);  // were it back after a crash, the same answer would come again
  return absl::OkStatus();
}

std::string NewRequestId() {
  std::array<unsigned char, 16> bytes = {};
  // At most 256 bytes come whole, once the kernel has gathered enough.
  ssize_t got = 0;
  while ((got = getrandom(bytes.data(), bytes.size(), 0)) < 0 && errno == EINTR) {
  }
  if (got != static_cast<ssize_t>(bytes.size())) std::abort();
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  const std::string hex = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  const absl::string_view text = hex;
  return absl::StrCat(text.substr(0, 8), "-", text.substr(8, 4), "-", text.substr(12, 4), "-",
                      text.substr(16, 4), "-", text.substr(20));
}

}  // namespace mesolys::client
