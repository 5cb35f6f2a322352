#ifndef MESOLYS_PROTO_CONFIG_CONFIG_STATE_H_
#define MESOLYS_PROTO_CONFIG_CONFIG_STATE_H_

// What stands behind ConfigTable and ConfigFile: the parsed file and what was asked of it. For
// config_table.cc and config_file.cc alone, so that nobody else compiles toml++. Not thread-safe.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/config/config_file.h"
#include "toml++/toml.h"

namespace mesolys {

struct ConfigTable::Node {
  const toml::table* table = nullptr;  // null for an absent one
  toml::source_position position;      // of the nearest table that is there
  std::string path;                    // "sites[0].energy"; "" is the root
  std::set<std::string> known;         // the keys asked for
  std::vector<std::string> missing;    // of them, the required ones that are not there
};

struct ConfigTable::State {
  struct Error {
    toml::source_position position;
    std::string message;
  };

  std::string name;
  std::string text;
  toml::table root;
  std::map<std::string, Node> nodes;  // by path
  std::optional<Error> first;  // of wrong values; missing and unknown keys are Finish's to find

  // Of two errors at one place the first is kept: what follows is often its consequence.
  void Report(toml::source_position position, std::string message);
  void ReportValue(const toml::node& value, absl::string_view key, absl::string_view message);

  // The node of a table, or of one that is absent from `parent`. The same for the same path, so
  // that what two readers ask for adds up.
  Node& Child(const Node& parent, std::string path, const toml::table* table);

  // The path of `key` in `node`; two keys never have one path.
  static std::string PathOf(const Node& node, absl::string_view key);

  // What stands at `key`, which is known from now on; null for nothing.
  static const toml::node* Find(Node& node, absl::string_view key);

  // The table at `key`; null when there is none, or something else, which is reported.
  const toml::table* FindTable(Node& node, absl::string_view key);

  // `read` makes the value of a node; where it cannot, it answers nothing and says why in its
  // second argument. Otherwise the value is `otherwise`, or an empty one.
  template <typename T, typename Read>
  T Get(Node& node, absl::string_view key, std::optional<T>& otherwise, Read read) {
    const toml::node* value = Find(node, key);
    if (value != nullptr) {
      std::string wrong;
      if (std::optional<T> out = read(*value, wrong)) return *std::move(out);
      ReportValue(*value, key, wrong);
    } else if (!otherwise.has_value()) {
      node.missing.emplace_back(key);
    }
    return otherwise.has_value() ? *std::move(otherwise) : T();
  }
};

}  // namespace mesolys

#endif  // MESOLYS_PROTO_CONFIG_CONFIG_STATE_H_
