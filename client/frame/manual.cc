#include "client/frame/manual.h"

#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/language/language.h"
#include "client/session/exit_code.h"

namespace mesolys::client {
namespace {

// A line of text that roff prints as it is.
std::string Roff(const std::string& text) {
  const std::string escaped = absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"\n", " "}});
  const bool is_request = absl::StartsWith(escaped, ".") || absl::StartsWith(escaped, "'");
  return absl::StrCat(is_request ? "\\&" : "", escaped);
}

std::string Section(const std::string& heading) {
  return absl::StrCat(".SH ", Roff(heading), "\n");
}

bool IsShown(const CLI::Option& option) { return option.get_name() != "--help"; }

// "--format FORMAT", with the name in bold and what stands for the value in italics.
std::string OptionText(const CLI::Option& option) {
  std::string text = absl::StrCat("\\fB", Roff(option.get_name()), "\\fR");
  if (option.get_type_size() != 0 && !option.get_type_name().empty()) {
    absl::StrAppend(&text, " \\fI", Roff(option.get_type_name()), "\\fR");
  }
  return text;
}

std::string SynopsisOf(const CLI::App& verb, const std::string& full_name) {
  std::string text = absl::StrCat("\\fBmesolys ", Roff(full_name), "\\fR");
  bool has_options = false;
  for (const CLI::Option* option : verb.get_options()) {
    if (!IsShown(*option)) continue;
    const bool is_argument = !absl::StartsWith(option->get_name(), "-");
    if (is_argument) {
      const std::string name = absl::StrCat("\\fI", Roff(option->get_name()), "\\fR");
      absl::StrAppend(&text, " ", option->get_required() ? name : absl::StrCat("[", name, "]"));
    } else if (option->get_required()) {
      absl::StrAppend(&text, " ", OptionText(*option));
    } else {
      has_options = true;
    }
  }
  if (has_options) absl::StrAppend(&text, " [\\fI", Tr("options"), "\\fR]");
  return text;
}

void AppendOptions(const CLI::App& app, std::string* page) {
  for (const CLI::Option* option : app.get_options()) {
    if (!IsShown(*option)) continue;
    absl::StrAppend(page, ".TP\n", OptionText(*option), "\n", Roff(option->get_description()),
                    "\n");
  }
}

void AppendExamples(const std::vector<std::string>& examples, std::string* page) {
  if (examples.empty()) return;
  absl::StrAppend(page, ".PP\n.nf\n.RS 4\n");
  for (const std::string& example : examples) absl::StrAppend(page, Roff(example), "\n");
  absl::StrAppend(page, ".RE\n.fi\n");
}

// A command that does something, or each of those below it.
void AppendCommands(const CommandTree& tree, const CLI::App& app, const std::string& full_name,
                    std::string* page) {
  if (tree.BodyOf(app) != nullptr) {
    absl::StrAppend(page, ".SS \"", Roff(full_name), "\"\n", SynopsisOf(app, full_name), "\n.PP\n",
                    Roff(app.get_description()), "\n");
    AppendOptions(app, page);
    AppendExamples(tree.ExamplesOf(app), page);
  }
  for (const CLI::App* sub : app.get_subcommands({})) {
    AppendCommands(tree, *sub,
                   absl::StrCat(full_name, full_name.empty() ? "" : " ", sub->get_name()), page);
  }
}

constexpr const char* kExitStatus = TrLater(R"(.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Failed.
.TP
.B 2
The command line, the configuration or the name of something cannot be read.
.TP
.B 3
Refused by policy, with the amount that would be accepted.
.TP
.B 4
There is nothing of that name.
.TP
.B 5
Not allowed.
.TP
.B 6
The scheduler cannot be reached; nothing was applied.
.TP
.B 7
The outcome is unknown: the same command again finds out, with the key that was kept.
.TP
.B 130
Interrupted.
)");

constexpr const char* kFiles = TrLater(R"(.SH FILES
The configuration is the first of
.IR \-\-config ,
.IR $MESOLYS_CONFIG ,
.IR $XDG_CONFIG_HOME/mesolys/config.toml ,
.I ~/.config/mesolys/config.toml
and
.IR /etc/mesolys/config.toml .
.SH ENVIRONMENT
.B NO_COLOR
keeps colours away. Dates in tables are of the zone of
.BR TZ ;
bars are drawn in ASCII where the locale is not UTF\-8.
)");

}  // namespace

std::string ManualPage(CommandTree& tree, const std::string& version) {
  const CLI::App& root = tree.root();
  std::string page = absl::StrCat(".TH MESOLYS 1 \"\" \"mesolys ", version, "\" \"",
                                  Tr("User Commands"), "\"\n", Section(Tr("NAME")), "mesolys \\- ",
                                  Roff(Tr("the command line of a mesocentre")), "\n",
                                  Section(Tr("SYNOPSIS")), "\\fBmesolys\\fR \\fI", Tr("noun"),
                                  "\\fR \\fI", Tr("verb"), "\\fR [\\fI", Tr("options"), "\\fR]\n",
                                  Section(Tr("DESCRIPTION")), Roff(root.get_description()), "\n");
  AppendExamples(tree.ExamplesOf(root), &page);
  absl::StrAppend(&page, Section(Tr("OPTIONS")),
                  Roff(Tr("Every command takes these, before or behind it.")), "\n");
  AppendOptions(root, &page);
  absl::StrAppend(&page, Section(Tr("COMMANDS")));
  AppendCommands(tree, root, "", &page);
  absl::StrAppend(&page, Tr(kExitStatus), Tr(kFiles));
  return page;
}

}  // namespace mesolys::client
