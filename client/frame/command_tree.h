#ifndef MESOLYS_CLIENT_FRAME_COMMAND_TREE_H_
#define MESOLYS_CLIENT_FRAME_COMMAND_TREE_H_

// The commands of the program: nouns, their verbs, and what a verb takes. A verb's arguments are
// written to where the caller said and must live as long as the tree: keep them in the verb's body.
// One thread.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mesolys::client {

class Session;

// Does the work of a verb and prints the answer.
using Body = std::function<absl::Status(Session&)>;

class Verb {
 public:
  explicit Verb(CLI::App& app) : app_(app) {}

  // A word without dashes, "PROJECT".
  Verb& Argument(const std::string& name, std::string* to, const std::string& description,
                 bool required = true);
  // One of some words, "bash|zsh|fish".
  Verb& Choice(const std::string& name, const std::string& words, std::string* to,
               const std::string& description);
  // "--title", and what stands for its value in the help: "TEXT".
  Verb& Option(const std::string& name, const std::string& value, std::string* to,
               const std::string& description);
  Verb& RequiredOption(const std::string& name, const std::string& value, std::string* to,
                       const std::string& description);
  // May be given several times, with one value each.
  Verb& Options(const std::string& name, const std::string& value, std::vector<std::string>* to,
                const std::string& description);
  Verb& Flag(const std::string& name, bool* to, const std::string& description);

 private:
  CLI::App& app_;
};

class CommandTree {
 public:
  CommandTree();
  ~CommandTree();

  CLI::App& Noun(const std::string& name, const std::string& description);
  // `examples` are whole command lines, the first of them shown when an argument is missing.
  Verb Read(CLI::App& parent, const std::string& name, const std::string& description,
            const std::vector<std::string>& examples, Body body);
  // As Read, with --watch: the answer is drawn again and again on a terminal.
  Verb Watch(CLI::App& parent, const std::string& name, const std::string& description,
             const std::vector<std::string>& examples, Body body);
  // As Read, with --dry-run.
  Verb Change(CLI::App& parent, const std::string& name, const std::string& description,
              const std::vector<std::string>& examples, Body body);
  // As Change, with --yes: its body asks for a name (Session::Confirm).
  Verb Destroy(CLI::App& parent, const std::string& name, const std::string& description,
               const std::vector<std::string>& examples, Body body);

  CLI::App& root() { return *root_; }
  const CLI::App& root() const { return *root_; }
  bool dry_run() const { return dry_run_; }
  bool yes() const { return yes_; }
  bool watch() const { return watch_; }

  // Of a noun or verb; none for one that has none.
  const std::vector<std::string>& ExamplesOf(const CLI::App& app) const;
  // Null for a noun.
  const Body* BodyOf(const CLI::App& app) const;

 private:
  struct Entry {
    std::vector<std::string> examples;
    Body body;
  };
  std::unique_ptr<CLI::App> root_;
  std::map<const CLI::App*, Entry> entries_;
  bool dry_run_ = false;
  bool yes_ = false;
  bool watch_ = false;
};

// All of the following.
void AddEverything(CommandTree& tree);
// One function per noun, each in the file of its name.
void AddSite(CommandTree& tree);
void AddProject(CommandTree& tree);
void AddMember(CommandTree& tree);
void AddRequest(CommandTree& tree);
void AddGrant(CommandTree& tree);
void AddBalance(CommandTree& tree);
void AddUsage(CommandTree& tree);
void AddWhoAmI(CommandTree& tree);
void AddWhy(CommandTree& tree);
void AddQuote(CommandTree& tree);
void AddCanI(CommandTree& tree);
void AddAudit(CommandTree& tree);
void AddRole(CommandTree& tree);
void AddConfig(CommandTree& tree);

// Verbs that have a file of their own, for the function of their noun.
void AddGrantLife(CommandTree& tree, CLI::App& noun);
void AddReconcile(CommandTree& tree, CLI::App& noun);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_FRAME_COMMAND_TREE_H_
