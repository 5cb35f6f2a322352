#include "client/session/session.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "client/session/failure.h"
#include "client/session/kept_key.h"
#include "client/show/terminal_text.h"
#include "google/protobuf/descriptor.h"
#include "proto/runtime/program.h"
#include "proto/values/quoted.h"
#include "proto/values/reason.h"

namespace mesolys::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Look LookOf(const World& world, Format format) {
  const bool colour = format == Format::kTable && world.terminal &&
                      Variable(world.environment, "NO_COLOR").empty() &&
                      Variable(world.environment, "TERM") != "dumb";
  const bool utf8 = ShowsUtf8([&](const char* name) { return Variable(world.environment, name); });
  return {format, colour, utf8, world.terminal && world.width ? world.width() : 0};
}

const FieldDescriptor& FieldOf(const Message& request, const char* name) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) std::abort();  // every change of the contract has it
  return *field;
}

// Whether the scheduler certainly decided about this very request, or certainly never will. `lost`:
// it was sent before without an answer, and so may have been applied before the caller's rights
// ended.
bool IsDefinite(const absl::Status& status, bool lost) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented:
      return true;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return !lost;
    case absl::StatusCode::kResourceExhausted:
      // gRPC itself says so of an answer that is too long.
      return RefusalOf(status).has_value();
    default:
      return false;
  }
}

// The same error in other words; a reason that the scheduler gave stays.
absl::Status Saying(const std::string& message, const absl::Status& status) {
  std::optional<Refusal> refusal = RefusalOf(status);
  if (!refusal.has_value()) return absl::Status(status.code(), message);
  refusal->message = message;
  return Refuse(*refusal);
}

absl::Status InLanguage(const absl::Status& status) {
  return status.ok() ? status : Saying(Told(status), status);
}

bool MayBeLost(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsCancelled(status);
}

}  // namespace

Session::Session(World& world, GlobalOptions options, std::vector<std::string> words)
    : world_(world),
      options_(std::move(options)),
      words_(std::move(words)),
      look_(LookOf(world, options_.format)) {}

Deadline Session::DeadlineFromNow() const {
  return std::chrono::steady_clock::now() + absl::ToChronoMicroseconds(options_.timeout);
}

absl::Status Session::Open() {
  if (scheduler_ != nullptr) return absl::OkStatus();
  absl::StatusOr<Settings> settings = LoadSettings(options_.config, world_.environment);
  if (!settings.ok()) return settings.status();
  settings_ = *std::move(settings);
  absl::StatusOr<std::unique_ptr<Scheduler>> scheduler = OpenScheduler(settings_);
  if (!scheduler.ok()) return scheduler.status();
  scheduler_ = *std::move(scheduler);
  return absl::OkStatus();
}

// Tries until there is an answer or the deadline; `lost` becomes true when one attempt had none.
absl::Status Session::Send(const Message& request, Message& response, Deadline deadline,
                           bool* lost) {
  while (true) {
    const absl::Status status = scheduler_->Call(request, response, deadline);
    const bool again = absl::IsUnavailable(status) && std::chrono::steady_clock::now() < deadline;
    if (!again) return InLanguage(status);
    *lost = true;
    // As long as nobody listens there is nothing to send to.
    do {
      scheduler_->Pause(deadline);
      if (std::chrono::steady_clock::now() >= deadline) return InLanguage(status);
    } while (!scheduler_->Connect(deadline).ok());
  }
}

absl::Status Session::Unreachable(const absl::Status& status) const {
  const std::string text = absl::IsDeadlineExceeded(status)
                               ? Tr("no answer from $0 within $1", settings_.scheduler,
                                    absl::FormatDuration(options_.timeout))
                               : std::string(status.message());
  return WithExit(Saying(Tr("$0; nothing was changed", text), status), ExitCode::kUnreachable);
}

absl::Status Session::Unknown(const absl::Status& status) const {
  return WithExit(
      Saying(Tr("the change may or may not have been made: $0. Give the same command again: it "
                "re-uses the kept key and cannot make the change twice",
                status.message()),
             status),
      ExitCode::kOutcomeUnknown);
}

absl::Status Session::Read(const Message& request, Message& response) {
  if (absl::Status status = Open(); !status.ok()) return status;
  const Deadline deadline = DeadlineFromNow();
  bool lost = false;
  absl::Status status = scheduler_->Connect(deadline);
  if (status.ok()) status = Send(request, response, deadline, &lost);
  return MayBeLost(status) ? Unreachable(status) : status;
}

absl::Status Session::Change(Message& request, Message& response) {
  const google::protobuf::Reflection& reflection = *request.GetReflection();
  reflection.SetString(&request, &FieldOf(request, "request_id"), NewRequestId());
  reflection.SetBool(&request, &FieldOf(request, "validate_only"), options_.dry_run);
  if (options_.dry_run) return Read(request, response);
  if (absl::Status status = Open(); !status.ok()) return status;

  std::vector<std::string> words = {settings_.scheduler, settings_.tls.certificate};
  words.insert(words.end(), words_.begin(), words_.end());
  const std::string name = KeptKeys::NameOf(words);
  const KeptKeys keys(settings_.state_dir);
  const absl::StatusOr<std::optional<std::string>> earlier = keys.Find(name);
  if (!earlier.ok()) return WithExit(earlier.status(), ExitCode::kFailed);
  bool lost = earlier->has_value();

  const Deadline deadline = DeadlineFromNow();
  absl::Status status = scheduler_->Connect(deadline);
  // Nothing was sent now, but an earlier attempt may have been applied.
  if (!status.ok()) return lost ? Unknown(status) : Unreachable(status);

  const std::string own = request.SerializeAsString();
  const absl::StatusOr<std::string> kept = keys.Keep(name, lost ? **earlier : own);
  if (!kept.ok()) return WithExit(kept.status(), ExitCode::kFailed);
  if (*kept != own) {
    lost = true;
    Say(Tr("re-using the key of the earlier attempt"));
    if (!request.ParseFromString(*kept)) {
      return WithExit(absl::DataLossError(Tr("the kept request is of another version of mesolys")),
                      ExitCode::kFailed);
    }
  }
  if (world_.is_changing != nullptr) *world_.is_changing = true;
  status = Send(request, response, deadline, &lost);
  if (!IsDefinite(status, lost)) {
    // The same command in another process may have had its answer and forgotten the key.
    static_cast<void>(keys.Keep(name, *kept));
    return Unknown(status);
  }
  if (world_.is_changing != nullptr) *world_.is_changing = false;
  if (const absl::Status forgotten = keys.Forget(name, *kept); !forgotten.ok()) {
    Say(Tr("the change was answered, but its kept key stays: $0", forgotten.message()));
  }
  return status;
}

absl::Status Session::Confirm(absl::string_view what, absl::string_view name) {
  if (options_.yes || options_.dry_run) return absl::OkStatus();
  if (!world_.asks) {
    return absl::InvalidArgumentError(
        Tr("$0; nobody is at a terminal to type its name, so give --yes to mean it. Nothing was "
           "changed",
           what));
  }
  world_.err << "mesolys: " << Escaped(Tr("$0. Type $1 to go on: ", what, name)) << std::flush;
  std::string typed;
  std::getline(world_.in, typed);
  if (absl::StripAsciiWhitespace(typed) == name) return absl::OkStatus();
  // Whoever ended the input left the cursor behind the question.
  if (world_.in.eof()) world_.err << "\n";
  return absl::InvalidArgumentError(Tr("$0 is not $1; nothing was changed", Quoted(typed), name));
}

std::optional<std::string> Session::Ask(absl::string_view question) {
  world_.err << Escaped(Tr("$0: ", question)) << std::flush;
  std::string typed;
  if (!std::getline(world_.in, typed)) {
    world_.err << "\n";
    return std::nullopt;
  }
  return std::string(absl::StripAsciiWhitespace(typed));
}

void Session::Pause() { scheduler_->Pause(Deadline::max()); }

void Session::Print(Report report) {
  report.is_dry_run = options_.dry_run;
  Write(Render(report, look_));
}

void Session::Write(absl::string_view text) {
  EndProgress();
  world_.out << text;
}

void Session::Progress(absl::string_view sentence) {
  constexpr std::chrono::milliseconds kSilent(500);
  if (!world_.shows_progress || std::chrono::steady_clock::now() - begin_ < kSilent) return;
  world_.err << "\r" << sentence << "\x1b[K" << std::flush;
  is_progress_shown_ = true;
}

void Session::EndProgress() {
  if (is_progress_shown_) world_.err << "\r\x1b[K" << std::flush;
  is_progress_shown_ = false;
}

void Session::Say(absl::string_view sentence) {
  EndProgress();
  // Lines after the first are indented: no text of somebody else's may begin one with our name.
  const char* start = "mesolys: ";
  for (const absl::string_view line : absl::StrSplit(sentence, '\n')) {
    world_.err << start << Escaped(line) << "\n";
    start = "  ";
  }
}

}  // namespace mesolys::client
