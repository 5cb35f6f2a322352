#include "proto/config/config_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "proto/config/config_state.h"
#include "proto/values/sentence.h"
#include "toml++/toml.h"

namespace mesolys {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;
// toml++ limits how deep brackets nest, but not dotted keys, and its recursion overflows the stack
// at about 100,000 tables: 128 brackets, each on a line of so many dots, stay far below.
constexpr auto kDotsPerLineMax = 200;

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

// The one of `known` that was probably meant; null when none is near. Nobody mistypes the end of a
// very long key, and the distance costs the product of the lengths.
const std::string* Closest(absl::string_view key, const std::set<std::string>& known) {
  const absl::string_view typed = key.substr(0, 64);
  const std::string* closest = nullptr;
  size_t best = 2 + typed.size() / 4;
  for (const std::string& candidate : known) {
    const size_t distance = EditDistance(typed, candidate);
    if (distance < best) {
      best = distance;
      closest = &candidate;
    }
  }
  return closest;
}

std::string UnknownKey(absl::string_view key, const std::string* closest,
                       const std::set<std::string>& known) {
  const std::string name = absl::Utf8SafeCEscape(key.substr(0, 64));
  if (closest != nullptr) {
    return Say("unknown key \"$0\": did you mean \"$1\"?", name, *closest).Render();
  }
  if (known.empty()) return Say("unknown key \"$0\"; none is known here", name).Render();
  return Say("unknown key \"$0\"; known here: $1", name, absl::StrJoin(known, ", ")).Render();
}

// In the order of the names; `table` may be null.
std::vector<std::pair<toml::source_position, std::string>> UnknownKeysOf(
    const toml::table* table, const std::set<std::string>& known) {
  std::vector<std::pair<toml::source_position, std::string>> out;
  if (table == nullptr) return out;
  for (const auto& entry : *table) {
    std::string name(entry.first.str());
    if (known.count(name) == 0) out.emplace_back(entry.first.source().begin, std::move(name));
  }
  return out;
}

}  // namespace

ConfigFile::ConfigFile(std::shared_ptr<ConfigTable::State> state) : state_(std::move(state)) {}

absl::StatusOr<ConfigFile> ConfigFile::Load(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             std::fclose);
  if (file == nullptr && errno == EACCES) {
    return absl::PermissionDeniedError(absl::StrCat(
        path, ": ", SayLater("may not be read by this user: change its mode or its owner")));
  }
  if (file == nullptr) {
    return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno), ": ",
                                            SayLater("give the path of a TOML file")));
  }
  std::string text(kFileBytesMax + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::strerror(errno), ": ",
                                                   SayLater("give the path of a TOML file")));
  }
  return Parse(path, text);
}

absl::StatusOr<ConfigFile> ConfigFile::Parse(const std::string& name, const std::string& text) {
  const auto refuse = [&name](auto line, auto column, const std::string& message) {
    return absl::InvalidArgumentError(absl::StrCat(name, ":", line, ":", column, ": ", message));
  };
  if (text.size() > kFileBytesMax) {
    return refuse(1, 1, SayLater("the file is over 1 MiB; a configuration is smaller"));
  }
  size_t number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (std::count(line.begin(), line.end(), '.') > kDotsPerLineMax) {
      return refuse(number, 1, Say("over $0 dots; break the line", kDotsPerLineMax).Render());
    }
  }
  auto state = std::make_shared<ConfigTable::State>();
  state->name = name;
  state->text = text;
  try {
    state->root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    return refuse(at.line, at.column, std::string(error.description()));
  }
  ConfigTable::Node& root = state->nodes[""];
  root.table = &state->root;
  root.position = {1, 1};
  return ConfigFile(std::move(state));
}

ConfigTable ConfigFile::root() const { return ConfigTable(state_, state_->nodes.at("")); }

const std::string& ConfigFile::text() const { return state_->text; }

absl::Status ConfigFile::Finish() const {
  std::optional<ConfigTable::State::Error> first = state_->first;
  const auto report = [&first](toml::source_position at, std::string message) {
    if (!first.has_value() || at < first->position) first = {at, std::move(message)};
  };
  for (const auto& entry : state_->nodes) {
    const ConfigTable::Node& node = entry.second;
    std::set<std::string> mistyped;  // what somebody meant to write
    for (const auto& [at, name] : UnknownKeysOf(node.table, node.known)) {
      const std::string* closest = Closest(name, node.known);
      if (closest != nullptr) mistyped.insert(*closest);
      report(at, UnknownKey(name, closest, node.known));
    }
    for (const std::string& key : node.missing) {
      // A required key that is there under a wrong name: the wrong name is the error to show.
      if (mistyped.count(key) != 0) continue;
      report(node.position, node.path.empty()
                                ? Say("missing key \"$0\" at the top of the file", key).Render()
                                : Say("missing key \"$0\" in $1", key, node.path).Render());
    }
  }
  if (!first.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(state_->name, ":", first->position.line, ":",
                                                 first->position.column, ": ", first->message));
}

}  // namespace mesolys
