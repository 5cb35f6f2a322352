#ifndef MESOLYS_AGENT_REPLAY_REPLAY_H_
#define MESOLYS_AGENT_REPLAY_REPLAY_H_

// Tells again what a file of `sacct --parsable2` output recorded, at once or at some speed. A
// record is told once its end has come, never before; a job that runs meanwhile is told every
// `in_flight_interval`, if the replay has a speed. A line that cannot be used is quarantined once,
// and stops nothing. Memory does not grow with the file. One thread.

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/ports/collector.h"
#include "agent/process/line_reader.h"
#include "agent/replay/replay_cursor.h"
#include "agent/slurm/text/sacct_text.h"

namespace mesolys::agent {

struct ReplayOptions {
  std::string file;
  // Without columns the first line of the file that is no comment names them.
  SacctFormat format;
  // Seconds of recorded time per second; 0 tells everything that has ended at once.
  double speed = 0;
  // In recorded time.
  absl::Duration in_flight_interval = absl::Minutes(5);
  // When the file was recorded, before the shift: until then its running jobs were observed. The
  // time of the file when not given.
  absl::Time observe_time = absl::InfinitePast();
};

class Replay : public Collector {
 public:
  // NOT_FOUND or PERMISSION_DENIED from the file, INVALID_ARGUMENT when its columns do not suffice.
  static absl::StatusOr<std::unique_ptr<Replay>> Open(ReplayOptions options);

  // Looks at the file anew: it may have grown. One that became shorter, or begins otherwise, is
  // another one and is told from its beginning. A last line without its end waits until the file
  // has been left alone for a minute.
  absl::StatusOr<Collected> Collect(const std::string& cursor, int64_t records_max,
                                    absl::Time now) override;
  void TellRunning() override { is_running_awaited_ = true; }

 private:
  // The file at one moment.
  struct Recording {
    LineReader reader;
    SacctText text;
    int64_t header_bytes = 0;  // to the end of the header; 0 when there is none
    int64_t header_lines = 0;
    absl::Time observe_time;
  };

  explicit Replay(ReplayOptions options) : options_(std::move(options)) {}
  absl::StatusOr<Recording> OpenRecording() const;
  absl::StatusOr<uint64_t> Fingerprint(int64_t prefix_bytes) const;
  // The place that `text` stands for in this file, or its beginning.
  absl::StatusOr<ReplayCursor> Resume(const std::string& text, Recording& recording,
                                      absl::Time now) const;
  absl::StatusOr<ReplayCursor> Begin(Recording& recording, absl::Time now) const;
  // Whether there is something to tell at `now`.
  bool StartPass(const Recording& recording, absl::Time now, ReplayCursor& cursor);
  // Until `collected` is full or the pass is over.
  absl::Status GoOn(Recording& recording, int64_t records_max, absl::Time now, ReplayCursor& cursor,
                    Collected& collected) const;
  void Tell(const Recording& recording, const TextLine& line, ReplayCursor& cursor,
            Collected& collected) const;

  const ReplayOptions options_;
  bool is_running_awaited_ = false;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_REPLAY_REPLAY_H_
