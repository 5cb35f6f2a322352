#include "client/frame/command_tree.h"

#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/language/language.h"

namespace mesolys::client {
namespace {

// Help that opens with examples: most people want to copy one and change a word.
class ExamplesFirst : public CLI::Formatter {
 public:
  explicit ExamplesFirst(const CommandTree& tree) : tree_(tree) {
    column_width(34);
    label("Usage", Tr("Usage"));
    label("Positionals", Tr("Positionals"));
    label("OPTIONS", Tr("OPTIONS"));
    label("SUBCOMMAND", Tr("SUBCOMMAND"));
  }

  std::string make_description(const CLI::App* app) const override {
    std::vector<std::string> examples = tree_.ExamplesOf(*app);
    for (const CLI::App* sub : app->get_subcommands({})) {
      const std::vector<std::string>& more = tree_.ExamplesOf(*sub);
      // The first of each verb is enough for its noun; nouns themselves have none.
      if (tree_.ExamplesOf(*app).empty() && !more.empty()) examples.push_back(more.front());
    }
    std::string out;
    if (!examples.empty()) out = Tr("Examples:\n");
    for (const std::string& example : examples) absl::StrAppend(&out, "  ", example, "\n");
    return absl::StrCat(out, out.empty() ? "" : "\n", app->get_description(), "\n");
  }

  // Without "[OPTIONS]" twice over and the "REQUIRED" of CLI11's own words: "--title TEXT
  // (required)".
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return "";
    const std::string value = absl::StrCat(" ", option->get_type_name());
    return option->get_required() ? Tr("$0 (required)", value) : value;
  }

  std::string make_footer(const CLI::App* app) const override {
    return app->get_parent() == nullptr
               ? ""
               : Tr("Every command takes --config, --format and --timeout: see mesolys -h.\n");
  }

 private:
  const CommandTree& tree_;
};

CLI::Option* Add(CLI::App& app, const std::string& name, const std::string& value, std::string* to,
                 const std::string& description) {
  return app.add_option(name, *to, description)->type_name(value);
}

// What CLI11 has words of its own for.
void Translate(CLI::App& app) {
  app.option_defaults()->group(Tr("Options"));
  app.get_help_ptr()->description(Tr("Print this help message and exit"))->group(Tr("Options"));
}

}  // namespace

Verb& Verb::Argument(const std::string& name, std::string* to, const std::string& description,
                     bool required) {
  Add(app_, name, "", to, description)->required(required);
  return *this;
}

Verb& Verb::Choice(const std::string& name, const std::string& words, std::string* to,
                   const std::string& description) {
  Add(app_, name, words, to, description)->required();
  return *this;
}

Verb& Verb::Option(const std::string& name, const std::string& value, std::string* to,
                   const std::string& description) {
  Add(app_, name, value, to, description);
  return *this;
}

Verb& Verb::RequiredOption(const std::string& name, const std::string& value, std::string* to,
                           const std::string& description) {
  Add(app_, name, value, to, description)->required();
  return *this;
}

Verb& Verb::Options(const std::string& name, const std::string& value, std::vector<std::string>* to,
                    const std::string& description) {
  // One value each: more would swallow the arguments that follow.
  app_.add_option(name, *to, description)->type_name(value)->allow_extra_args(false);
  return *this;
}

Verb& Verb::Flag(const std::string& name, bool* to, const std::string& description) {
  app_.add_flag(name, *to, description);
  return *this;
}

CommandTree::CommandTree()
    : root_(std::make_unique<CLI::App>(
          Tr("Hours, space and support of the mesocentre: what is asked, granted and used."),
          "mesolys")) {
  root_->formatter(std::make_shared<ExamplesFirst>(*this));
  Translate(*root_);
  // One noun, one verb: without this a project called "site" would be taken for the noun.
  root_->require_subcommand(0, 1);
  entries_[root_.get()].examples = {
      "mesolys balance proj_a",
      "mesolys request create proj_a --cpu 50000h --gpu a100=2000h --for 6m --justification TEXT",
      "mesolys usage list proj_a --format csv"};
}

CommandTree::~CommandTree() = default;

CLI::App& CommandTree::Noun(const std::string& name, const std::string& description) {
  CLI::App& noun = *root_->add_subcommand(name, description);
  Translate(noun);
  noun.require_subcommand(0, 1);
  noun.fallthrough();
  noun.group(Tr("Commands"));
  return noun;
}

Verb CommandTree::Read(CLI::App& parent, const std::string& name, const std::string& description,
                       const std::vector<std::string>& examples, Body body) {
  CLI::App& verb = *parent.add_subcommand(name, description);
  Translate(verb);
  verb.fallthrough();  // so that --format may stand behind the verb
  verb.group(Tr("Commands"));
  entries_[&verb] = {examples, std::move(body)};
  return Verb(verb);
}

Verb CommandTree::Watch(CLI::App& parent, const std::string& name, const std::string& description,
                        const std::vector<std::string>& examples, Body body) {
  Verb verb = Read(parent, name, description, examples, std::move(body));
  verb.Flag("--watch", &watch_, Tr("Draw it anew every two seconds, until Ctrl-C"));
  return verb;
}

Verb CommandTree::Change(CLI::App& parent, const std::string& name, const std::string& description,
                         const std::vector<std::string>& examples, Body body) {
  Verb verb = Read(parent, name, description, examples, std::move(body));
  verb.Flag("--dry-run", &dry_run_, Tr("Ask what would happen; change nothing"));
  return verb;
}

Verb CommandTree::Destroy(CLI::App& parent, const std::string& name, const std::string& description,
                          const std::vector<std::string>& examples, Body body) {
  Verb verb = Change(parent, name, description, examples, std::move(body));
  verb.Flag("--yes", &yes_, Tr("Do not ask for the name"));
  return verb;
}

const std::vector<std::string>& CommandTree::ExamplesOf(const CLI::App& app) const {
  static const auto& none = *new std::vector<std::string>;
  const auto found = entries_.find(&app);
  return found == entries_.end() ? none : found->second.examples;
}

const Body* CommandTree::BodyOf(const CLI::App& app) const {
  const auto found = entries_.find(&app);
  return found == entries_.end() || !found->second.body ? nullptr : &found->second.body;
}

}  // namespace mesolys::client
