#ifndef MESOLYS_TESTS_SYSTEM_RECORDING_H_
#define MESOLYS_TESTS_SYSTEM_RECORDING_H_

// The 4,285 real jobs of ../shared/data/xdmod_sacct_phillips.log, read in place and split by
// nothing but
// '|', ',' and ':': what the file says, by other means than those under test. One thread.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mesolys {

inline constexpr char kRecordingColumns[] =
    "jobid|jobidraw|cluster|partition|qos|account|group|gid|user|uid|submit|eligible|start|end|"
    "elapsed|exitcode|state|nnodes|ncpus|reqcpus|reqmem|reqtres|alloctres|timelimit|nodelist|"
    "jobname";

struct RecordedJob {
  std::string line;
  std::string account;
  int64_t start = 0;    // Unix seconds of the recorded time, read as UTC
  int64_t elapsed = 0;  // seconds, as the column says
  int64_t cores = 0;    // of AllocTRES, like the GPUs
  int64_t gpus = 0;
};

std::string RecordingPath();

// "2016-12-22T07:15:13"
int64_t RecordedSecond(absl::string_view text);

// Empty when the file is not there. Aborts on a line that is not as expected.
std::vector<RecordedJob> ReadRecording();

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SYSTEM_RECORDING_H_
