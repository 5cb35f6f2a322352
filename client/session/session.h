#ifndef MESOLYS_CLIENT_SESSION_SESSION_H_
#define MESOLYS_CLIENT_SESSION_SESSION_H_

// One run of one command: its calls to the scheduler and what it prints. One thread. Errors of Read
// and Change end the program as ExitOf (client/session/failure.h) says.

#include <atomic>
#include <chrono>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/session/scheduler.h"
#include "client/session/settings.h"
#include "client/show/output.h"
#include "google/protobuf/message.h"
#include "proto/runtime/clock.h"

namespace mesolys::client {

// What the program sees of the machine it runs on.
struct World {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Environment environment;
  const Clock& clock;
  absl::TimeZone zone;    // of dates in tables
  bool terminal = false;  // whether `out` is one
  bool asks = false;      // whether `in` is one: somebody is there to answer
  // Columns of the terminal as it is now; none, or 0, for unknown.
  std::function<size_t()> width{};
  // Waits before the screen of --watch is drawn again; false to draw no more.
  std::function<bool(absl::Duration)> wait{};
  bool shows_progress = false;  // whether `err` is a terminal
  // Set while a change may be under way, for whoever is told that the program was interrupted.
  std::atomic<bool>* is_changing = nullptr;
};

struct GlobalOptions {
  std::string config;  // "" for the usual places
  Format format = Format::kTable;
  absl::Duration timeout = absl::Seconds(10);  // of one exchange, retries included
  bool dry_run = false;
  bool yes = false;  // nobody shall be asked
};

class Session {
 public:
  // `words` are what makes two command lines the same command: verb and arguments, without the
  // options of GlobalOptions.
  Session(World& world, GlobalOptions options, std::vector<std::string> words);
  ~Session() { EndProgress(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // What was not on the command line makes the command, too.
  void UseWords(std::vector<std::string> words) { words_ = std::move(words); }

  // A call that changes nothing. No connection, or no answer in time, is ExitCode::kUnreachable.
  absl::Status Read(const google::protobuf::Message& request, google::protobuf::Message& response);

  // A call that changes something; fills in request_id and validate_only, or replaces the whole
  // request by the one that an earlier attempt sent. Not sent: kUnreachable; sent and not answered:
  // kOutcomeUnknown, and the request stays kept. With --dry-run it keeps nothing, like a Read.
  absl::Status Change(google::protobuf::Message& request, google::protobuf::Message& response);

  // Asks for the name of what will be destroyed, "proj_a/g17"; `what` is the sentence before it.
  // Nobody is asked with --yes or --dry-run. INVALID_ARGUMENT when another name is typed, or nobody
  // is there to type one.
  absl::Status Confirm(absl::string_view what, absl::string_view name);

  // The answer to a question, without the blanks around it; nothing when the input has ended.
  std::optional<std::string> Ask(absl::string_view question);
  // Whether somebody is there to answer.
  bool asks() const { return world_.asks; }

  // A moment between two Reads of what takes time.
  void Pause();

  // Of work that takes longer than half a second, on a terminal: "2000 jobs read", over the line
  // before, until something else is said.
  void Progress(absl::string_view sentence);

  void Print(Report report);
  // What is no report, as it is.
  void Write(absl::string_view text);
  // "mesolys: ..." on the error stream, each line escaped.
  void Say(absl::string_view sentence);

  Look look() const { return look_; }
  bool dry_run() const { return options_.dry_run; }
  absl::Time now() const { return world_.clock.Now(); }
  const absl::TimeZone& zone() const { return world_.zone; }

 private:
  absl::Status Open();
  absl::Status Send(const google::protobuf::Message& request, google::protobuf::Message& response,
                    Deadline deadline, bool* lost);
  absl::Status Unknown(const absl::Status& status) const;
  absl::Status Unreachable(const absl::Status& status) const;
  Deadline DeadlineFromNow() const;
  // Takes the line of Progress away.
  void EndProgress();

  World& world_;
  const GlobalOptions options_;
  std::vector<std::string> words_;
  const Look look_;
  Settings settings_;
  std::unique_ptr<Scheduler> scheduler_;  // null until the first call
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  bool is_progress_shown_ = false;
};

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SESSION_SESSION_H_
