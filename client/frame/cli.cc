#include "client/frame/cli.h"

#include <algorithm>
#include <memory>
#include <sstream>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/frame/completion.h"
#include "client/frame/manual.h"
#include "client/frame/suggestion.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "client/session/failure.h"
#include "nlohmann/json.hpp"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

// The options that every command takes, as they are written.
struct GlobalTexts {
  std::string config;
  std::string format = "table";
  std::string timeout = "10s";
};

void AddGlobalOptions(CLI::App& root, GlobalTexts* to) {
  root.add_option("--config", to->config,
                  Tr("Configuration; else $MESOLYS_CONFIG, $XDG_CONFIG_HOME/mesolys/config.toml, "
                     "~/.config/mesolys/config.toml, /etc/mesolys/config.toml"))
      ->type_name("FILE");
  root.add_option("--format", to->format, Tr("A table, one JSON object, or the rows as CSV"))
      ->type_name("table|json|csv");
  root.add_option("--timeout", to->timeout,
                  Tr("How long to wait for the scheduler, 10s if not given"))
      ->type_name("TIME");
  root.set_version_flag("--version", std::string("mesolys ") + MESOLYS_VERSION,
                        Tr("Print the version"));
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
  return closest.empty() ? "" : Tr("; did you mean $0?", closest);
}

// What is wrong with a word that nothing expected.
std::string Unexpected(const std::string& word, const CLI::App& app) {
  const std::string full_name =
      app.get_parent() == nullptr || app.get_parent()->get_parent() == nullptr
          ? app.get_name()
          : absl::StrCat(app.get_parent()->get_name(), " ", app.get_name());
  if (absl::StartsWith(word, "-")) {
    const std::string option = word.substr(0, word.find('='));
    return absl::StrCat(Tr("$0 is not an option of $1", Quoted(option), full_name),
                        DidYouMean(option, NamesOfOptions(app)));
  }
  const std::vector<std::string> names = NamesOfSubcommands(app);
  if (names.empty()) {
    return Tr("the argument $0 is not expected by $1", Quoted(word), full_name);
  }
  if (std::find(names.begin(), names.end(), word) != names.end()) {
    return Tr("the noun stands before its verb: mesolys $0 $1", app.get_name(), word);
  }
  const std::string meant = DidYouMean(word, names);
  return absl::StrCat(Tr("$0 is not a command of $1", Quoted(word), full_name),
                      meant.empty() ? "." : meant, " ",
                      Tr("Known: $0", absl::StrJoin(names, ", ")));
}

// What CLI11 says is missing, in the user's language.
std::string Spoken(const std::string& message) {
  absl::string_view what = message;
  if (absl::ConsumeSuffix(&what, " is required")) return Tr("$0 is required", what);
  // "--timeout: 1 required TIME missing"
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(what, absl::MaxSplits(": 1 required ", 1));
  absl::string_view value = parts.second;
  if (absl::ConsumeSuffix(&value, " missing")) {
    return Tr("$0 needs a value: $1", parts.first, value);
  }
  return message;
}

// The message of a command line that CLI11 refused with `message`.
absl::Status UsageError(const CommandTree& tree, CLI::App& root, const std::string& message) {
  const CLI::App& app = Deepest(root);
  // A mistyped word is the cause; what CLI11 found missing is its effect.
  const std::vector<std::string> extras = root.remaining(/*recurse=*/true);
  std::string text = extras.empty() ? Spoken(message) : Unexpected(extras.front(), app);
  if (tree.BodyOf(app) != nullptr && !tree.ExamplesOf(app).empty()) {
    absl::StrAppend(&text, "\n", Tr("Example: $0", tree.ExamplesOf(app).front()));
  }
  return absl::InvalidArgumentError(text);
}

absl::StatusOr<Format> ParseFormat(const std::string& text) {
  if (text == "table") return Format::kTable;
  if (text == "json") return Format::kJson;
  if (text == "csv") return Format::kCsv;
  return absl::InvalidArgumentError(
      Tr("--format: $0 is none of table, json and csv", Quoted(text)));
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

// Whether this format is wanted, even by a command line that cannot be read.
bool Wants(const std::string& format, const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool next = i + 1 < arguments.size() && arguments[i + 1] == format;
    if (arguments[i] == "--format=" + format || (arguments[i] == "--format" && next)) return true;
  }
  return false;
}

constexpr absl::Duration kWatchInterval = absl::Seconds(2);

// Draws the answer over the one before, as a whole, so that nothing flickers. What is said beside
// it, and an error, ends the drawing.
absl::Status WatchVerb(const Body& body, const GlobalOptions& options,
                       const std::vector<std::string>& words, World& world) {
  if (!world.terminal || options.format != Format::kTable) {
    return absl::InvalidArgumentError(
        Tr("--watch draws tables on a terminal; leave it out, and ask again when you want to"));
  }
  std::ostringstream text;
  World framed{world.in,
               text,
               world.err,
               world.environment,
               world.clock,
               world.zone,
               world.terminal,
               world.asks,
               world.width,
               world.wait,
               /*shows_progress=*/false,
               world.is_changing};
  world.out << "\x1b[2J";
  do {
    text.str("");
    // A new one each time: the terminal may be wider now.
    Session session(framed, options, words);
    if (absl::Status status = body(session); !status.ok()) return status;
    const std::string lines = absl::StrReplaceAll(text.str(), {{"\n", "\x1b[K\n"}});
    world.out << "\x1b[H" << lines
              << Tr("$0, again in 2 s; Ctrl-C ends",
                    absl::FormatTime("%H:%M:%S", world.clock.Now(), world.zone))
              << "\x1b[K\n\x1b[J" << std::flush;
  } while (world.wait(kWatchInterval));
  return absl::OkStatus();
}

// Runs the chosen verb; nothing is thrown from here on.
absl::Status RunVerb(const CommandTree& tree, CLI::App& root, const GlobalTexts& texts,
                     World& world) {
  const CLI::App& verb = Deepest(root);
  const Body* body = tree.BodyOf(verb);
  if (body == nullptr) {
    const std::vector<std::string> names = NamesOfSubcommands(verb);
    return absl::InvalidArgumentError(Tr("say what: mesolys $0{$1}; -h shows examples",
                                         &verb == &root ? "" : verb.get_name() + " ",
                                         absl::StrJoin(names, "|")));
  }
  absl::StatusOr<GlobalOptions> options = ParseGlobalOptions(texts, tree);
  if (!options.ok()) return options.status();
  if (tree.watch()) return WatchVerb(*body, *options, WordsOf(verb), world);
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

// "help request create" becomes "request create -h".
absl::StatusOr<std::vector<std::string>> WithoutHelpWord(const CLI::App& root,
                                                         std::vector<std::string> words) {
  if (words.empty() || words.front() != "help") return words;
  words.erase(words.begin());
  const CLI::App* app = &root;
  for (const std::string& word : words) {
    const std::vector<const CLI::App*> subs = app->get_subcommands({});
    // Arguments and options change nothing of the help.
    if (absl::StartsWith(word, "-") || subs.empty()) break;
    const auto sub = std::find_if(subs.begin(), subs.end(), [&word](const CLI::App* each) {
      return each->get_name() == word;
    });
    // CLI11 would print the help of what stands before it.
    if (sub == subs.end()) return absl::InvalidArgumentError(Unexpected(word, *app));
    app = *sub;
  }
  words.emplace_back("-h");
  return words;
}

// Candidates for the word under the cursor, each with what it is, for the scripts of the shells.
void PrintCandidates(const CommandTree& tree, const std::vector<std::string>& words, World& world) {
  for (const Candidate& candidate : Complete(tree.root(), words)) {
    world.out << candidate.word << "\t" << candidate.description << "\n";
  }
}

void AddCompletion(CommandTree& tree) {
  auto shell = std::make_shared<std::string>();
  tree.Read(tree.root(), "completion", Tr("What makes a shell complete commands and options"),
            {"source <(mesolys completion bash)", "source <(mesolys completion zsh)",
             "mesolys completion fish | source"},
            [shell](Session& session) -> absl::Status {
              const absl::StatusOr<std::string> script = CompletionScript(*shell);
              if (!script.ok()) return script.status();
              session.Write(*script);
              return absl::OkStatus();
            })
      .Choice("SHELL", "bash|zsh|fish", shell.get(), Tr("Which shell"));
}

}  // namespace

void AddEverything(CommandTree& tree) {
  for (const auto add :
       {AddSite, AddProject, AddMember, AddRequest, AddGrant, AddBalance, AddUsage, AddWhoAmI,
        AddWhy, AddQuote, AddCanI, AddAudit, AddRole, AddConfig, AddCompletion}) {
    add(tree);
  }
}

void ChooseLanguage(const std::vector<std::string>& arguments, const Environment& environment) {
  const bool is_for_programs = Wants("json", arguments) || Wants("csv", arguments);
  UseLanguage(is_for_programs ? Environment() : environment);
}

ExitCode RunCli(const std::vector<std::string>& arguments, World& world) {
  ChooseLanguage(arguments, world.environment);
  GlobalTexts texts;
  CommandTree tree;
  AddEverything(tree);
  AddGlobalOptions(tree.root(), &texts);

  // For scripts and builds, so they stand in no help.
  if (!arguments.empty() && arguments.front() == "__complete") {
    PrintCandidates(tree, {arguments.begin() + 1, arguments.end()}, world);
    return ExitCode::kDone;
  }
  if (!arguments.empty() && arguments.front() == "__man") {
    world.out << ManualPage(tree, MESOLYS_VERSION);
    return ExitCode::kDone;
  }
  const absl::StatusOr<std::vector<std::string>> words = WithoutHelpWord(tree.root(), arguments);
  absl::Status status = words.status();
  if (words.ok() && Parse(tree, tree.root(), *words, world, &status)) return ExitCode::kDone;
  if (status.ok()) status = RunVerb(tree, tree.root(), texts, world);
  const ExitCode exit = ExitOf(status);
  if (status.ok()) return exit;
  Session(world, {}, {}).Say(Told(status));
  // A refusal that the command itself printed as part of its answer is not printed again.
  if (Wants("json", arguments) && !WasPrinted(status)) world.out << RenderError(ErrorJson(status));
  return exit;
}

}  // namespace mesolys::client
