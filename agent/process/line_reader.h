#ifndef MESOLYS_AGENT_PROCESS_LINE_READER_H_
#define MESOLYS_AGENT_PROCESS_LINE_READER_H_

// A text file, line by line, in bounded memory. One thread.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace mesolys::agent {

struct TextLine {
  // Without its end ("\n" or "\r\n"). Valid until the next Next. Of one that is too long, its
  // beginning.
  absl::string_view text;
  int64_t offset = 0;       // of its first byte
  int64_t next_offset = 0;  // of the line after it
  bool is_too_long = false;
  bool is_terminated = true;  // false for the rest of a file that does not end in "\n"
};

class LineReader {
 public:
  static constexpr size_t kLineBytesMax = size_t{1} << 20;

  // NOT_FOUND or PERMISSION_DENIED with the reason of the operating system.
  static absl::StatusOr<LineReader> Open(const std::string& path);

  // The next line is the one that begins at `offset`.
  absl::Status SeekTo(int64_t offset);

  // Whether there is a line. INTERNAL when the file cannot be read.
  absl::StatusOr<bool> Next(TextLine& line);

  // When it was opened.
  int64_t size_bytes() const { return size_bytes_; }
  absl::Time modify_time() const { return modify_time_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  LineReader(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  // Reads on; false at the end of the file.
  absl::StatusOr<bool> Fill();

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  int64_t size_bytes_ = 0;
  absl::Time modify_time_;
  std::string buffer_;  // bytes from offset_ - begin_ on
  size_t begin_ = 0;    // of the next line, in buffer_
  int64_t offset_ = 0;  // of the next line, in the file
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PROCESS_LINE_READER_H_
