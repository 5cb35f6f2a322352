#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "proto/config/config_file.h"
#include "proto/config/config_state.h"
#include "proto/values/sentence.h"
#include "toml++/toml.h"

namespace mesolys {
namespace {

const char* Found(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return SayLater("a table");
    case toml::node_type::array:
      return SayLater("a list");
    case toml::node_type::string:
      return SayLater("a text");
    case toml::node_type::integer:
      return SayLater("an integer");
    case toml::node_type::floating_point:
      return SayLater("a decimal number");
    case toml::node_type::boolean:
      return SayLater("true or false");
    default:
      return SayLater("a date or time");
  }
}

std::string Wanted(absl::string_view what, const toml::node& node) {
  return Say("$0 is wanted, not $1", what, Found(node)).Render();
}

template <typename T>
std::string OutOfRange(T value, T min, T max) {
  return Say("$0 is out of range; $1 to $2 is allowed", value, min, max).Render();
}

}  // namespace

void ConfigTable::State::Report(toml::source_position position, std::string message) {
  if (!first.has_value() || position < first->position) first = {position, std::move(message)};
}

void ConfigTable::State::ReportValue(const toml::node& value, absl::string_view key,
                                     absl::string_view message) {
  Report(value.source().begin, absl::StrCat(key, ": ", message));
}

ConfigTable::Node& ConfigTable::State::Child(const Node& parent, std::string path,
                                             const toml::table* table) {
  const auto [found, is_new] = nodes.try_emplace(path);
  Node& node = found->second;
  if (is_new) {
    node.table = table;
    node.position = table == nullptr ? parent.position : table->source().begin;
    node.path = std::move(path);
  }
  return node;
}

std::string ConfigTable::State::PathOf(const Node& node, absl::string_view key) {
  const bool bare = std::all_of(key.begin(), key.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  });
  return absl::StrCat(
      node.path, node.path.empty() ? "" : ".",
      bare ? std::string(key) : absl::StrCat("\"", absl::Utf8SafeCEscape(key), "\""));
}

const toml::node* ConfigTable::State::Find(Node& node, absl::string_view key) {
  const auto entry = node.known.emplace(key).first;
  return node.table == nullptr ? nullptr : node.table->get(*entry);
}

const toml::table* ConfigTable::State::FindTable(Node& node, absl::string_view key) {
  const toml::node* value = Find(node, key);
  if (value == nullptr) return nullptr;
  if (value->as_table() == nullptr) ReportValue(*value, key, Wanted(SayLater("a table"), *value));
  return value->as_table();
}

ConfigTable::ConfigTable(std::shared_ptr<State> state, Node& node)
    : state_(std::move(state)), node_(&node) {}

bool ConfigTable::Has(absl::string_view key) const { return State::Find(*node_, key) != nullptr; }

std::string ConfigTable::Text(absl::string_view key, std::optional<std::string> otherwise) {
  return state_->Get(*node_, key, otherwise, [](const toml::node& node, std::string& wrong) {
    std::optional<std::string> out = node.value_exact<std::string>();
    if (!out.has_value()) wrong = Wanted(SayLater("a text in quotes"), node);
    return out;
  });
}

int64_t ConfigTable::Integer(absl::string_view key, int64_t min, int64_t max,
                             std::optional<int64_t> otherwise) {
  return state_->Get(*node_, key, otherwise, [&](const toml::node& node, std::string& wrong) {
    std::optional<int64_t> out = node.value_exact<int64_t>();
    if (!out.has_value()) {
      wrong = Wanted(SayLater("an integer"), node);
    } else if (*out < min || *out > max) {
      wrong = OutOfRange(*out, min, max);
      out.reset();
    }
    return out;
  });
}

double ConfigTable::Number(absl::string_view key, double min, double max,
                           std::optional<double> otherwise) {
  return state_->Get(*node_, key, otherwise, [&](const toml::node& node, std::string& wrong) {
    std::optional<double> out;
    if (node.is_number()) out = node.value<double>();
    if (!out.has_value()) {
      wrong = Wanted(SayLater("a number"), node);
    } else if (!(*out >= min && *out <= max)) {  // so that NaN is out of every range
      wrong = OutOfRange(*out, min, max);
      out.reset();
    }
    return out;
  });
}

bool ConfigTable::Flag(absl::string_view key, std::optional<bool> otherwise) {
  return state_->Get(*node_, key, otherwise, [](const toml::node& node, std::string& wrong) {
    std::optional<bool> out = node.value_exact<bool>();
    if (!out.has_value()) wrong = Wanted(SayLater("true or false"), node);
    return out;
  });
}

absl::Duration ConfigTable::Duration(absl::string_view key,
                                     std::optional<absl::Duration> otherwise) {
  return state_->Get(*node_, key, otherwise, [](const toml::node& node, std::string& wrong) {
    std::optional<absl::Duration> out;
    const std::optional<std::string> text = node.value_exact<std::string>();
    absl::Duration duration;
    if (text.has_value() && absl::ParseDuration(*text, &duration) &&
        duration >= absl::ZeroDuration() && duration != absl::InfiniteDuration()) {
      out = duration;
    } else if (text.has_value()) {
      wrong = Say("\"$0\" is not a duration; \"30s\" or \"1h30m\" would be",
                  absl::Utf8SafeCEscape(*text))
                  .Render();
    } else {
      wrong = Wanted(SayLater("a duration in quotes, for example \"30s\","), node);
    }
    return out;
  });
}

std::vector<std::string> ConfigTable::Texts(absl::string_view key,
                                            std::optional<std::vector<std::string>> otherwise) {
  return state_->Get(*node_, key, otherwise, [&](const toml::node& node, std::string& wrong) {
    std::optional<std::vector<std::string>> out;
    if (node.as_array() == nullptr) {
      wrong = Wanted(SayLater("a list of texts"), node);
      return out;
    }
    out.emplace();
    for (const toml::node& element : *node.as_array()) {
      if (const std::optional<std::string> text = element.value_exact<std::string>()) {
        out->push_back(*text);
      } else {
        state_->ReportValue(element, key, Wanted(SayLater("a text in quotes"), element));
      }
    }
    return out;
  });
}

std::vector<int64_t> ConfigTable::Integers(absl::string_view key, int64_t min, int64_t max,
                                           std::optional<std::vector<int64_t>> otherwise) {
  return state_->Get(*node_, key, otherwise, [&](const toml::node& node, std::string& wrong) {
    std::optional<std::vector<int64_t>> out;
    if (node.as_array() == nullptr) {
      wrong = Wanted(SayLater("a list of integers"), node);
      return out;
    }
    out.emplace();
    for (const toml::node& element : *node.as_array()) {
      const std::optional<int64_t> number = element.value_exact<int64_t>();
      if (!number.has_value()) {
        state_->ReportValue(element, key, Wanted(SayLater("an integer"), element));
      } else if (*number < min || *number > max) {
        state_->ReportValue(element, key, OutOfRange(*number, min, max));
      } else {
        out->push_back(*number);
      }
    }
    return out;
  });
}

absl::CivilDay ConfigTable::Date(absl::string_view key, std::optional<absl::CivilDay> otherwise) {
  return state_->Get(*node_, key, otherwise, [](const toml::node& node, std::string& wrong) {
    std::optional<absl::CivilDay> out;
    if (const std::optional<toml::date> date = node.value_exact<toml::date>()) {
      out.emplace(date->year, date->month, date->day);  // toml++ refuses what no calendar has
    } else {
      wrong = Wanted(SayLater("a date without quotes, for example 2026-01-01,"), node);
    }
    return out;
  });
}

ConfigTable ConfigTable::Table(absl::string_view key) {
  const toml::table* table = state_->FindTable(*node_, key);
  return ConfigTable(state_, state_->Child(*node_, State::PathOf(*node_, key), table));
}

std::vector<ConfigTable> ConfigTable::Tables(absl::string_view key) {
  std::vector<ConfigTable> out;
  const toml::node* value = State::Find(*node_, key);
  if (value == nullptr) return out;
  if (value->as_array() == nullptr) {
    state_->ReportValue(*value, key,
                        Wanted(Say("a list of tables, [[$0]],", key).Render(), *value));
    return out;
  }
  const std::string path = State::PathOf(*node_, key);
  for (const toml::node& element : *value->as_array()) {
    if (const toml::table* table = element.as_table()) {
      Node& node = state_->Child(*node_, absl::StrCat(path, "[", out.size(), "]"), table);
      out.push_back(ConfigTable(state_, node));
    } else {
      state_->ReportValue(element, key, Wanted(SayLater("a table"), element));
    }
  }
  return out;
}

std::vector<std::pair<std::string, ConfigTable>> ConfigTable::NamedTables(absl::string_view key) {
  std::vector<std::pair<std::string, ConfigTable>> out;
  const toml::table* table = state_->FindTable(*node_, key);
  if (table == nullptr) return out;
  ConfigTable parent = Table(key);
  for (const auto& entry : *table) {
    const std::string name(entry.first.str());
    if (parent.state_->FindTable(*parent.node_, name) == nullptr) continue;
    out.emplace_back(name, parent.Table(name));
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> ConfigTable::NamedTexts(absl::string_view key) {
  std::vector<std::pair<std::string, std::string>> out;
  if (state_->FindTable(*node_, key) == nullptr) return out;
  ConfigTable parent = Table(key);
  for (const auto& entry : *parent.node_->table) {
    const std::string name(entry.first.str());
    out.emplace_back(name, parent.Text(name));
  }
  return out;
}

std::vector<std::pair<std::string, double>> ConfigTable::NamedNumbers(absl::string_view key,
                                                                      double min, double max) {
  std::vector<std::pair<std::string, double>> out;
  if (state_->FindTable(*node_, key) == nullptr) return out;
  ConfigTable parent = Table(key);
  for (const auto& entry : *parent.node_->table) {
    const std::string name(entry.first.str());
    out.emplace_back(name, parent.Number(name, min, max));
  }
  return out;
}

void ConfigTable::Refuse(absl::string_view key, absl::string_view message) {
  const auto& missing = node_->missing;
  // What is refused then is the empty value that stood in for the key.
  if (std::find(missing.begin(), missing.end(), key) != missing.end()) return;
  const toml::node* value = State::Find(*node_, key);
  state_->Report(value == nullptr ? node_->position : value->source().begin,
                 absl::StrCat(key, ": ", message));
}

}  // namespace mesolys
