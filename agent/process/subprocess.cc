#include "agent/process/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/process/utf8.h"
#include "proto/runtime/thread_runtime.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr size_t kReadBytes = size_t{64} << 10;
constexpr int64_t kPollMsMax = 3600000;
// Between two looks at whether a program whose output has ended has ended itself.
constexpr absl::Duration kPauseFirst = absl::Milliseconds(1);
constexpr absl::Duration kPauseMax = absl::Milliseconds(50);
constexpr size_t kErrorBytesMax = 4096;
constexpr size_t kSaidBytesMax = 1024;

absl::Status Failed(absl::StatusCode code, const Command& command, absl::string_view what) {
  return absl::Status(code, absl::StrCat(ToText(command), ": ", what));
}

// A file descriptor, closed with it.
class File {
 public:
  explicit File(int number = -1) : number_(number) {}
  File(File&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~File() { Close(); }

  int number() const { return number_; }
  void Close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

struct Pipe {
  File read;
  File write;
};

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return absl::ResourceExhaustedError(absl::StrCat("no pipe: ", std::strerror(errno)));
  }
  return Pipe{File(ends[0]), File(ends[1])};
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// A child in a process group of its own, so that all of it can be ended; it ends with this object.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (is_over_) return;
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }

  // The status of waitpid; nothing by the deadline.
  std::optional<int> WaitUntil(SteadyTime deadline) {
    int status = 0;
    for (absl::Duration pause = kPauseFirst;; pause = std::min(2 * pause, kPauseMax)) {
      const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
      if (ended == pid_) {
        is_over_ = true;
        ::kill(-pid_, SIGKILL);  // what it left behind
        return status;
      }
      if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
      Pause(pause);
    }
  }

 private:
  const pid_t pid_;
  bool is_over_ = false;
};

// A file in memory that holds `text`, to be read from its beginning; nothing for an empty one.
absl::StatusOr<File> FileOf(const std::string& text) {
  if (text.empty()) return File(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  File file(::memfd_create("input", MFD_CLOEXEC));
  size_t written = 0;
  while (file.number() >= 0 && written < text.size()) {
    const ssize_t got = ::write(file.number(), text.data() + written, text.size() - written);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    written += static_cast<size_t>(got);
  }
  if (file.number() < 0 || written < text.size() || ::lseek(file.number(), 0, SEEK_SET) != 0) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no file for an input: ", std::strerror(errno)));
  }
  return file;
}

absl::StatusOr<pid_t> Spawn(const Command& command, const Pipe& output, const Pipe& errors) {
  const absl::StatusOr<File> input = FileOf(command.input);
  if (!input.ok()) return input.status();
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = {"TZ=UTC", "LC_ALL=C", "PATH=/usr/bin:/bin"};
  environment.insert(environment.end(), command.environment.begin(), command.environment.end());

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input->number(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.write.number(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.write.number(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  // The agent blocks the signals that it waits for; its children shall not.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, arguments[0].c_str(), &actions, &attributes,
                                  Pointers(arguments).data(), Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error == 0) return pid;
  const std::string what = Say("cannot be started: $0", std::strerror(error)).Render();
  if (error == ENOENT) return Failed(absl::StatusCode::kNotFound, command, what);
  if (error == EACCES || error == ENOEXEC) {
    return Failed(absl::StatusCode::kPermissionDenied, command, what);
  }
  return Failed(absl::StatusCode::kResourceExhausted, command, what);
}

// Reads both pipes to their ends.
class Reading {
 public:
  Reading(const Command& command, OutputLines& lines, SteadyTime deadline)
      : command_(command), lines_(lines), deadline_(deadline), buffer_(kReadBytes, '\0') {}

  absl::Status All(File output, File errors) {
    while (output.number() >= 0 || errors.number() >= 0) {
      std::array<pollfd, 2> waiting = {pollfd{output.number(), POLLIN, 0},
                                       pollfd{errors.number(), POLLIN, 0}};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(
          deadline_ - std::chrono::steady_clock::now());
      if (left.count() <= 0) return TooLate();
      const int ready = ::poll(waiting.data(), waiting.size(),
                               static_cast<int>(std::min<int64_t>(left.count(), kPollMsMax)));
      if (ready < 0 && errno != EINTR) {
        return Failed(absl::StatusCode::kInternal, command_, std::strerror(errno));
      }
      if (ready <= 0) continue;
      if (waiting[0].revents != 0) {
        if (absl::Status status = ReadOutput(output); !status.ok()) return status;
      }
      if (waiting[1].revents != 0) ReadErrors(errors);
    }
    return absl::OkStatus();
  }

  absl::Status TooLate() const {
    return Failed(absl::StatusCode::kDeadlineExceeded, command_,
                  Say("not done after $0", absl::FormatDuration(command_.deadline)).Render());
  }

  std::string TakeErrors() { return std::move(errors_); }

 private:
  // What there is; closes the file at its end.
  absl::string_view Read(File& file) {
    const ssize_t got = ::read(file.number(), buffer_.data(), buffer_.size());
    if (got < 0 && errno == EINTR) return {};
    if (got <= 0) file.Close();
    return {buffer_.data(), got > 0 ? static_cast<size_t>(got) : 0};
  }

  absl::Status ReadOutput(File& output) {
    const absl::string_view piece = Read(output);
    output_bytes_ += static_cast<int64_t>(piece.size());
    if (output_bytes_ > command_.output_bytes_max) {
      return Failed(absl::StatusCode::kResourceExhausted, command_,
                    absl::StrCat("more than ", command_.output_bytes_max, " bytes of output"));
    }
    if (absl::Status status = lines_.Add(piece); !status.ok()) return status;
    return output.number() < 0 ? lines_.Finish() : absl::OkStatus();
  }

  void ReadErrors(File& errors) {
    const absl::string_view piece = Read(errors);
    errors_.append(piece.data(), std::min(piece.size(), kErrorBytesMax - errors_.size()));
  }

  const Command& command_;
  OutputLines& lines_;
  const SteadyTime deadline_;
  std::string buffer_;
  std::string errors_;
  int64_t output_bytes_ = 0;
};

}  // namespace

absl::StatusOr<CommandEnd> RunCommandByLine(
    const Command& command, const std::function<absl::Status(const OutputLine&)>& on_line) {
  absl::StatusOr<Pipe> output = MakePipe();
  if (!output.ok()) return output.status();
  absl::StatusOr<Pipe> errors = MakePipe();
  if (!errors.ok()) return errors.status();
  const SteadyTime deadline =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(command.deadline);
  const absl::StatusOr<pid_t> pid = Spawn(command, *output, *errors);
  if (!pid.ok()) return pid.status();
  Child child(*pid);
  output->write.Close();
  errors->write.Close();
  OutputLines lines(on_line);
  Reading reading(command, lines, deadline);
  absl::Status read = reading.All(std::move(output->read), std::move(errors->read));
  if (!read.ok()) return read;
  const std::optional<int> status = child.WaitUntil(deadline);
  if (!status.has_value()) return reading.TooLate();
  if (WIFSIGNALED(*status)) {
    return Failed(
        absl::StatusCode::kAborted, command,
        Say("ended by signal $0 ($1)", WTERMSIG(*status), ::strsignal(WTERMSIG(*status))).Render());
  }
  return CommandEnd{WEXITSTATUS(*status), reading.TakeErrors()};
}

absl::StatusOr<CommandOutput> RunCommand(const Command& command) {
  std::string output;
  absl::StatusOr<CommandEnd> end = RunCommandByLine(command, [&](const OutputLine& line) {
    if (line.is_too_long) {
      return Failed(absl::StatusCode::kResourceExhausted, command,
                    Say("a line of more than $0 bytes", OutputLines::kLineBytesMax).Render());
    }
    absl::StrAppend(&output, line.text, line.is_terminated ? "\n" : "");
    return absl::OkStatus();
  });
  if (!end.ok()) return end.status();
  return CommandOutput{*std::move(end), std::move(output)};
}

absl::Status ExitStatus(const Command& command, const CommandEnd& end) {
  if (end.exit_status == 0) return absl::OkStatus();
  const std::string said = OneLine(absl::StripAsciiWhitespace(end.error_output), kSaidBytesMax);
  return Failed(absl::StatusCode::kUnavailable, command,
                (said.empty() ? Say("exit status $0", end.exit_status)
                              : Say("exit status $0: $1", end.exit_status, said))
                    .Render());
}

std::string ToText(const Command& command) {
  std::string text;
  for (const std::string& argument : command.arguments) {
    absl::StrAppend(&text, text.empty() ? "" : " ", argument);
  }
  return OneLine(text, kSaidBytesMax);
}

absl::Status OutputLines::Add(absl::string_view piece) {
  while (true) {
    const size_t end = piece.find('\n');
    Keep(piece.substr(0, end));
    if (end == absl::string_view::npos) return absl::OkStatus();
    if (absl::Status told = Tell(true); !told.ok()) return told;
    piece.remove_prefix(end + 1);
  }
}

absl::Status OutputLines::Finish() {
  return line_.empty() && !is_too_long_ ? absl::OkStatus() : Tell(false);
}

void OutputLines::Keep(absl::string_view part) {
  if (is_too_long_) return;
  line_.append(part.data(), part.size());
  if (line_.size() <= kLineBytesMax) return;
  is_too_long_ = true;
  line_.resize(kBeginningBytes);
}

absl::Status OutputLines::Tell(bool is_terminated) {
  absl::Status told = visit_({line_, is_too_long_, is_terminated});
  line_.clear();
  is_too_long_ = false;
  return told;
}

absl::Status CheckWhole(const OutputLine& line) {
  if (line.is_too_long) {
    return absl::InvalidArgumentError(
        Say("the line is longer than $0 bytes", OutputLines::kLineBytesMax).Render());
  }
  if (!line.is_terminated)
    return absl::InvalidArgumentError(SayLater("the line was cut: it has no end"));
  return absl::OkStatus();
}

}  // namespace mesolys::agent
