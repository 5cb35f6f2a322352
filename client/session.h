#ifndef MESOLYS_CLIENT_SESSION_H_
#define MESOLYS_CLIENT_SESSION_H_

// One run of one command: its calls to the scheduler and what it prints. One thread. Errors of Read
// and Change end the program as ExitOf (client/failure.h) says.

#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/output.h"
#include "client/scheduler.h"
#include "client/settings.h"
#include "google/protobuf/message.h"
#include "proto/runtime/clock.h"

namespace mesolys {

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

  // A moment between two Reads of what takes time.
  void Pause();

  void Print(const Report& report);
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

  World& world_;
  const GlobalOptions options_;
  const std::vector<std::string> words_;
  const Look look_;
  Settings settings_;
  std::unique_ptr<Scheduler> scheduler_;  // null until the first call
};

}  // namespace mesolys

#endif  // MESOLYS_CLIENT_SESSION_H_
