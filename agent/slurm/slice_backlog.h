#ifndef MESOLYS_AGENT_SLURM_SLICE_BACKLOG_H_
#define MESOLYS_AGENT_SLURM_SLICE_BACKLOG_H_

// The records of one slice that wait to be told, in a file without a name, so that memory does not
// grow with the slice. They are written, then read, each once. One thread. INTERNAL, with the
// reason of the operating system, when the disk fails or is full.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mesolys/v1/usage.pb.h"

namespace mesolys::agent {

class SliceBacklog {
 public:
  // In this folder, which is created.
  static absl::StatusOr<SliceBacklog> Create(const std::string& folder);

  absl::Status Write(uint64_t mark, const v1::UsageRecord& record);
  // What was written is read from now on, from its beginning.
  absl::Status Rewind();

  bool IsEmpty() const { return waiting_count_ == 0; }
  // While it is not empty; the mark of the record.
  absl::StatusOr<uint64_t> Read(v1::UsageRecord& record);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  explicit SliceBacklog(std::FILE* file) : file_(file) {}

  std::unique_ptr<std::FILE, Close> file_;
  std::string buffer_;
  int64_t waiting_count_ = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SLICE_BACKLOG_H_
