#include "client/frame/completion.h"

#include <algorithm>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "client/language/language.h"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

constexpr char kCanI[] = "can-i";

// bash cuts words at "=", so "--format=js" comes as three of them.
std::vector<std::string> Joined(const std::vector<std::string>& words) {
  std::vector<std::string> joined;
  for (const std::string& word : words) {
    const bool is_value = !joined.empty() && absl::EndsWith(joined.back(), "=") &&
                          absl::StartsWith(joined.back(), "--");
    const bool is_sign = word == "=" && !joined.empty() && absl::StartsWith(joined.back(), "--");
    if (is_value || is_sign) {
      joined.back() += word;
    } else {
      joined.push_back(word);
    }
  }
  return joined;
}

// The option of a verb, or of a command above it, with that name; null for none.
const CLI::Option* FindOption(const CLI::App& app, const std::string& name) {
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    if (const CLI::Option* option = at->get_option_no_throw(name)) return option;
  }
  return nullptr;
}

const CLI::App* FindCommand(const CLI::App& app, const std::string& name) {
  for (const CLI::App* sub : app.get_subcommands({})) {
    if (sub->get_name() == name) return sub;
  }
  return nullptr;
}

// The argument of a verb that stands behind `before` others; null for none.
const CLI::Option* FindArgument(const CLI::App& app, size_t before) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() && before-- == 0) return option;
  }
  return nullptr;
}

bool TakesValue(const CLI::Option& option) { return option.get_type_size() != 0; }

// Words in small letters between bars name the values, "table|json|csv"; others stand for one.
std::vector<std::string> ValuesOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const bool is_list =
      absl::StrContains(type, '|') &&
      std::none_of(type.begin(), type.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_list) return {};
  return absl::StrSplit(type, '|');
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

class Completing {
 public:
  explicit Completing(std::string prefix) : prefix_(std::move(prefix)) {}

  void Add(const std::string& word, const std::string& description) {
    if (absl::StartsWith(word, prefix_)) candidates_.push_back({word, FirstLine(description)});
  }
  void AddValues(const CLI::Option& option, const std::string& before) {
    for (const std::string& value : ValuesOf(option)) Add(before + value, "");
  }
  void AddOptions(const CLI::App& app, const std::vector<std::string>& given) {
    for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
      for (const CLI::Option* option : at->get_options()) {
        for (const std::string& name : option->get_lnames()) {
          const std::string word = "--" + name;
          const bool is_known =
              std::any_of(candidates_.begin(), candidates_.end(),
                          [&word](const Candidate& candidate) { return candidate.word == word; });
          const bool is_given = std::find(given.begin(), given.end(), word) != given.end();
          // What may be given several times is offered again.
          if (!is_known && (!is_given || option->get_expected_max() > 1)) {
            Add(word, option->get_description());
          }
        }
      }
    }
  }
  std::vector<Candidate> Take() { return std::move(candidates_); }

 private:
  const std::string prefix_;
  std::vector<Candidate> candidates_;
};

constexpr char kBash[] = R"(# bash: source <(mesolys completion bash)
_mesolys() {
  local IFS=$'\n'
  COMPREPLY=($(mesolys __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
  # bash puts only what stands behind the "=" in place of the word.
  local word=${COMP_WORDS[COMP_CWORD]}
  # Only these name files.
  local before=${COMP_WORDS[COMP_CWORD - 1]}
  [[ $before == '=' ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
  [[ $before == --@(file|config) ]] && compopt -o default
  if [[ $word == '=' || ${COMP_WORDS[COMP_CWORD - 1]} == '=' ]]; then
    COMPREPLY=("${COMPREPLY[@]#*=}")
  fi
}
complete -F _mesolys mesolys
)";

constexpr char kZsh[] = R"(#compdef mesolys
# zsh: source <(mesolys completion zsh)
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
_mesolys() {
  local -a candidates
  local word description
  while IFS=$'\t' read -r word description; do
    candidates+=("${word//:/\\:}${description:+:$description}")
  done < <(mesolys __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( ${#candidates} )); then
    _describe 'mesolys' candidates
  else
    _default
  fi
}
compdef _mesolys mesolys
)";

constexpr char kFish[] = R"(# fish: mesolys completion fish | source
function __mesolys_complete
    set -l words (commandline -opc) (commandline -ct)
    mesolys __complete $words[2..-1] 2>/dev/null
end
complete -c mesolys -f -a '(__mesolys_complete)'
)";

}  // namespace

std::vector<Candidate> Complete(const CLI::App& root, std::vector<std::string> words) {
  words = Joined(words);
  if (words.empty()) words.emplace_back();
  const std::string last = std::move(words.back());
  words.pop_back();

  const CLI::App* app = &root;
  const CLI::Option* awaiting = nullptr;  // the value of this one stands next
  std::vector<std::string> given;
  size_t argument_count = 0;  // without dashes
  for (const std::string& word : words) {
    if (awaiting != nullptr) {
      awaiting = nullptr;
    } else if (absl::StartsWith(word, "-")) {
      const std::string name = word.substr(0, word.find('='));
      given.push_back(name);
      const CLI::Option* option = FindOption(*app, name);
      if (option != nullptr && TakesValue(*option) && !absl::StrContains(word, '=')) {
        awaiting = option;
      }
    } else if (const CLI::App* sub = FindCommand(*app, word)) {
      app = sub;
      // What stands behind it is a command line of its own.
      if (sub->get_name() == kCanI) app = &root;
    } else {
      ++argument_count;
    }
  }

  Completing completing(last);
  const size_t equals = last.find('=');
  if (awaiting != nullptr) {
    completing.AddValues(*awaiting, "");
  } else if (absl::StartsWith(last, "--") && equals != std::string::npos) {
    const CLI::Option* option = FindOption(*app, last.substr(0, equals));
    if (option != nullptr) completing.AddValues(*option, last.substr(0, equals + 1));
  } else if (absl::StartsWith(last, "-")) {
    completing.AddOptions(*app, given);
  } else {
    for (const CLI::App* sub : app->get_subcommands({})) {
      completing.Add(sub->get_name(), sub->get_description());
    }
    const CLI::Option* argument = FindArgument(*app, argument_count);
    if (argument != nullptr) completing.AddValues(*argument, "");
  }
  return completing.Take();
}

absl::StatusOr<std::string> CompletionScript(absl::string_view shell) {
  if (shell == "bash") return std::string(kBash);
  if (shell == "zsh") return std::string(kZsh);
  if (shell == "fish") return std::string(kFish);
  return absl::InvalidArgumentError(Tr("$0 is none of bash, zsh and fish", Quoted(shell)));
}

}  // namespace mesolys::client
