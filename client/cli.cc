#include "client/cli.h"

#include <algorithm>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/arguments.h"
#include "client/command_tree.h"
#include "client/failure.h"
#include "client/suggestion.h"
#include "proto/values/quoted.h"

namespace mesolys {
namespace {

// The options that every command takes, as they are written.
struct GlobalTexts {
  std::string config;
  std::string format = "table";
  std::string timeout = "10s";
};

void AddGlobalOptions(CLI::App& root, GlobalTexts* to) {
  root.add_option("--config", to->config,
                  "Configuration; else $MESOLYS_CONFIG, $XDG_CONFIG_HOME/mesolys/config.toml, "
                  "~/.config/mesolys/config.toml, /etc/mesolys/config.toml")
      ->type_name("FILE");
  root.add_option("--format", to->format, "table, json (one object) or csv (the rows)")
      ->type_name("FORMAT");
  root.add_option("--timeout", to->timeout, "How long to wait for the scheduler, 10s if not given")
      ->type_name("TIME");
  root.set_version_flag("--version", std::string("mesolys ") + MESOLYS_VERSION,
                        "Print the version");
}

// The noun or verb that the arguments have led to.
CLI::App& Deepest(CLI::App& root) {
  CLI::App* app = &root;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *app;
}

std::vector<std::string> NamesOfSubcommands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  return names;
}

std::vector<std::string> NamesOfOptions(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::string DidYouMean(const std::string& word, const std::vector<std::string>& words) {
  const std::string closest = Closest(word, words);
  return closest.empty() ? "" : absl::StrCat("; did you mean ", closest, "?");
}

// What is wrong with a word that nothing expected.
std::string Unexpected(const std::string& word, const CLI::App& app) {
  const std::string full_name =
      app.get_parent() == nullptr || app.get_parent()->get_parent() == nullptr
          ? app.get_name()
          : absl::StrCat(app.get_parent()->get_name(), " ", app.get_name());
  if (absl::StartsWith(word, "-")) {
    const std::string option = word.substr(0, word.find('='));
    return absl::StrCat(Quoted(option), " is not an option of ", full_name,
                        DidYouMean(option, NamesOfOptions(app)));
  }
  const std::vector<std::string> names = NamesOfSubcommands(app);
  if (names.empty()) {
    return absl::StrCat("the argument ", Quoted(word), " is not expected by ", full_name);
  }
  const std::string meant = DidYouMean(word, names);
  return absl::StrCat(Quoted(word), " is not a command of ", full_name, meant.empty() ? "." : meant,
                      " Known: ", absl::StrJoin(names, ", "));
}

// The message of a command line that CLI11 refused with `message`.
absl::Status UsageError(const CommandTree& tree, CLI::App& root, const std::string& message) {
  const CLI::App& app = Deepest(root);
  // A mistyped word is the cause; what CLI11 found missing is its effect.
  const std::vector<std::string> extras = root.remaining(/*recurse=*/true);
  std::string text = extras.empty() ? message : Unexpected(extras.front(), app);
  if (tree.BodyOf(app) != nullptr && !tree.ExamplesOf(app).empty()) {
    absl::StrAppend(&text, "\nExample: ", tree.ExamplesOf(app).front());
  }
  return absl::InvalidArgumentError(text);
}

absl::StatusOr<Format> ParseFormat(const std::string& text) {
  if (text == "table") return Format::kTable;
  if (text == "json") return Format::kJson;
  if (text == "csv") return Format::kCsv;
  return absl::InvalidArgumentError(
      absl::StrCat("--format: ", Quoted(text), " is none of table, json and csv"));
}

absl::StatusOr<GlobalOptions> ParseGlobalOptions(const GlobalTexts& texts,
                                                 const CommandTree& tree) {
  const absl::StatusOr<Format> format = ParseFormat(texts.format);
  if (!format.ok()) return format.status();
  const absl::StatusOr<absl::Duration> timeout = ParseTimeout(texts.timeout);
  if (!timeout.ok()) return timeout.status();
  return GlobalOptions{texts.config, *format, *timeout, tree.dry_run(), tree.yes()};
}

// Verb and arguments in the order of their declaration: what makes two command lines the same
// command. Whether somebody was asked makes no other command of it.
std::vector<std::string> WordsOf(const CLI::App& verb) {
  std::vector<std::string> words = {verb.get_parent()->get_name(), verb.get_name()};
  for (const CLI::Option* option : verb.get_options()) {
    if (option->get_name() == "--yes") continue;
    for (const std::string& result : option->results()) {
      words.push_back(option->get_name());
      words.push_back(result);
    }
  }
  return words;
}

// Whether errors are wanted as JSON, even that of a command line that cannot be read.
bool WantsJson(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool next = i + 1 < arguments.size() && arguments[i + 1] == "json";
    if (arguments[i] == "--format=json" || (arguments[i] == "--format" && next)) return true;
  }
  return false;
}

// Runs the chosen verb; nothing is thrown from here on.
absl::Status RunVerb(const CommandTree& tree, CLI::App& root, const GlobalTexts& texts,
                     World& world) {
  const CLI::App& verb = Deepest(root);
  const Body* body = tree.BodyOf(verb);
  if (body == nullptr) {
    const std::vector<std::string> names = NamesOfSubcommands(verb);
    return absl::InvalidArgumentError(
        absl::StrCat("say what: mesolys ", &verb == &root ? "" : verb.get_name() + " ", "{",
                     absl::StrJoin(names, "|"), "}; -h shows examples"));
  }
  absl::StatusOr<GlobalOptions> options = ParseGlobalOptions(texts, tree);
  if (!options.ok()) return options.status();
  Session session(world, *std::move(options), WordsOf(verb));
  return (*body)(session);
}

// CLI11 speaks in exceptions: they end here. True when all was said already (help, version).
bool Parse(const CommandTree& tree, CLI::App& root, std::vector<std::string> arguments,
           World& world, absl::Status* status) {
  // CLI11 takes them from the back.
  std::reverse(arguments.begin(), arguments.end());
  try {
    root.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    world.out << root.help();
    return true;
  } catch (const CLI::CallForVersion& version) {
    world.out << version.what() << "\n";
    return true;
  } catch (const CLI::ParseError& error) {
    *status = UsageError(tree, root, error.what());
  }
  return false;
}

}  // namespace

void AddEverything(CommandTree& tree) {
  for (const auto add : {AddSite, AddProject, AddMember, AddRequest, AddGrant, AddBalance, AddUsage,
                         AddWhoAmI, AddWhy, AddQuote, AddCanI, AddAudit, AddRole, AddConfig}) {
    add(tree);
  }
}

ExitCode RunCli(const std::vector<std::string>& arguments, World& world) {
  GlobalTexts texts;
  CommandTree tree;
  AddEverything(tree);
  AddGlobalOptions(tree.root(), &texts);

  absl::Status status;
  if (Parse(tree, tree.root(), arguments, world, &status)) return ExitCode::kDone;
  if (status.ok()) status = RunVerb(tree, tree.root(), texts, world);
  const ExitCode exit = ExitOf(status);
  if (status.ok()) return exit;
  Session(world, {}, {}).Say(status.message());
  // A refusal that the command itself printed as part of its answer is not printed again.
  if (WantsJson(arguments) && !WasPrinted(status)) world.out << RenderError(ErrorJson(status));
  return exit;
}

}  // namespace mesolys
