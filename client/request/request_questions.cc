#include "client/request/request_questions.h"

#include <functional>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "client/frame/arguments.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "client/session/failure.h"
#include "mesolys/v1/allocation_service.pb.h"

namespace mesolys::client {
namespace {

// A word as a shell reads it back.
std::string ShellWord(const std::string& word) {
  constexpr absl::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-=.:/,+%";
  const bool is_plain =
      !word.empty() && word.find_first_not_of(kPlain.data(), 0, kPlain.size()) == std::string::npos;
  return is_plain ? word : absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

// "a100=10h, h100=5h" as two.
std::vector<std::string> ListOf(const std::string& text) {
  std::vector<std::string> list;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    list.emplace_back(absl::StripAsciiWhitespace(part));
  }
  return list;
}

absl::Status CheckLines(const RequestTexts& texts) {
  v1::Request ignored;
  return AddLines(texts, &ignored);
}

class Interview {
 public:
  explicit Interview(Session& session) : session_(session) {}

  // Until `take` likes the answer.
  absl::Status Ask(const std::string& question,
                   const std::function<absl::Status(const std::string&)>& take) {
    while (true) {
      const std::optional<std::string> answer = session_.Ask(question);
      if (!answer.has_value()) {
        return absl::InvalidArgumentError(
            Tr("the answers ended; nothing was asked of the scheduler"));
      }
      absl::Status taken = take(*answer);
      // Without a scheduler no other answer would be better.
      if (taken.ok() || ExitOf(taken) == ExitCode::kUnreachable) return taken;
      session_.Say(Told(taken));
    }
  }

 private:
  Session& session_;
};

// The lines, from the first again until at least one is given.
absl::Status AskForLines(Interview& interview, Session& session, RequestTexts& lines) {
  while (true) {
    lines = {};
    absl::Status status = interview.Ask(
        Tr("Core hours, as 50000h; nothing for none"),
        [&](const std::string& answer) -> absl::Status {
          lines.cpu = answer;
          return answer.empty() ? absl::OkStatus() : CheckLines({answer, {}, {}, "", {}, {}, {}});
        });
    if (!status.ok()) return status;
    status = interview.Ask(Tr("GPU hours, as a100=2000h, h100=100h; nothing for none"),
                           [&](const std::string& answer) -> absl::Status {
                             lines.gpus = ListOf(answer);
                             if (lines.gpus.empty()) return absl::OkStatus();
                             return CheckLines({"", lines.gpus, {}, "", {}, {}, {}});
                           });
    if (!status.ok()) return status;
    status = interview.Ask(Tr("Space, as scratch=2TB; nothing for none"),
                           [&](const std::string& answer) -> absl::Status {
                             lines.storages = ListOf(answer);
                             if (lines.storages.empty()) return absl::OkStatus();
                             return CheckLines({"", {}, lines.storages, "", {}, {}, {}});
                           });
    if (!status.ok()) return status;
    absl::Status all = CheckLines(lines);
    if (all.ok()) return all;
    session.Say(Tr("nothing is asked so; once more"));
  }
}

// Whether it is there, and may be seen.
absl::Status CheckProject(Session& session, const std::string& text) {
  const absl::StatusOr<std::string> name = ParseProject(text);
  if (!name.ok()) return name.status();
  v1::GetProjectRequest request;
  request.set_name(*name);
  v1::Project project;
  return session.Read(request, project);
}

}  // namespace

std::vector<std::string> WordsOf(const RequestForm& form) {
  std::vector<std::string> words = {"request", "create", form.project};
  const auto add = [&words](const char* option, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {option, value});
  };
  const auto add_all = [&add](const char* option, const std::vector<std::string>& values) {
    for (const std::string& value : values) add(option, value);
  };
  add("--cpu", form.lines.cpu);
  add_all("--gpu", form.lines.gpus);
  add_all("--storage", form.lines.storages);
  add("--support", form.lines.support);
  add_all("--line", form.lines.lines);
  add_all("--minimum", form.lines.minimums);
  add_all("--site", form.lines.sites);
  add("--from", form.from);
  add("--to", form.to);
  add("--for", form.span);
  if (form.call) words.emplace_back("--call");
  add_all("--usage", form.usage);
  add("--justification", form.justification);
  add("--necessity", form.necessity);
  add("--energy-median", form.energy_median);
  add("--energy-p90", form.energy_p90);
  return words;
}

std::string CommandLineOf(const RequestForm& form) {
  std::string line = "mesolys";
  for (const std::string& word : WordsOf(form)) absl::StrAppend(&line, " ", ShellWord(word));
  return line;
}

absl::StatusOr<RequestForm> AskForRequest(Session& session, const std::string& project) {
  // Without a configuration or a scheduler no answer would be of use, so none is asked for.
  v1::WhoAmI caller;
  absl::Status status = session.Read(v1::GetWhoAmIRequest(), caller);
  if (!status.ok()) return status;
  Interview interview(session);
  RequestForm form;
  form.project = project;
  if (project.empty()) {
    status = interview.Ask(Tr("Project, as `mesolys project list` shows it"),
                           [&](const std::string& answer) {
                             form.project = answer;
                             return CheckProject(session, answer);
                           });
    if (!status.ok()) return status;
  }
  status = AskForLines(interview, session, form.lines);
  if (!status.ok()) return status;
  status = interview.Ask(Tr("For how long, as 90d, 6m or 1y, from today on"),
                         [&](const std::string& answer) {
                           form.span = answer;
                           return ParsePeriod("", "", answer, session.now()).status();
                         });
  if (!status.ok()) return status;
  status = interview.Ask(Tr("Why it is needed"), [&](const std::string& answer) -> absl::Status {
    form.justification = answer;
    if (!answer.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(Tr("a sentence is needed: whoever decides reads it"));
  });
  if (!status.ok()) return status;
  session.Say(Tr("the same without questions: $0", CommandLineOf(form)));
  bool is_wanted = session.dry_run();
  if (!is_wanted) {
    status =
        interview.Ask(Tr("Send it, yes or no"), [&](const std::string& answer) -> absl::Status {
          is_wanted = answer == "yes" || answer == "y" || answer == Tr("yes");
          const bool is_not_wanted = answer == "no" || answer == "n" || answer == Tr("no");
          if (is_wanted || is_not_wanted) return absl::OkStatus();
          return absl::InvalidArgumentError(Tr("write yes or no"));
        });
    if (!status.ok()) return status;
  }
  if (!is_wanted) return absl::InvalidArgumentError(Tr("nothing was sent"));
  return form;
}

}  // namespace mesolys::client
