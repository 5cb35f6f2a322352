#ifndef MESOLYS_PROTO_CONFIG_CONFIG_FILE_H_
#define MESOLYS_PROTO_CONFIG_CONFIG_FILE_H_

// TOML configuration, read strictly: a missing or unknown key, a wrong type or value is an error
// with file:line:column and what would be right. Readers ask for every key they know; the first
// error in the file is kept and Finish() returns it, so a reader needs no check between two keys
// (each getter answers its default, or an empty value, after an error). Not thread-safe.
//
//   absl::StatusOr<ConfigFile> file = ConfigFile::Load(path);
//   if (!file.ok()) return file.status();
//   ConfigTable server = file->root().Table("server");
//   config.listen = server.Text("listen", "127.0.0.1:7443");
//   ...
//   absl::Status status = file->Finish();

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace mesolys {

class ConfigTable {
 public:
  bool Has(absl::string_view key) const;

  // Without a default the key is required.
  std::string Text(absl::string_view key, std::optional<std::string> otherwise = std::nullopt);
  int64_t Integer(absl::string_view key, int64_t min, int64_t max,
                  std::optional<int64_t> otherwise = std::nullopt);
  // A TOML integer or float within [min, max].
  double Number(absl::string_view key, double min, double max,
                std::optional<double> otherwise = std::nullopt);
  bool Flag(absl::string_view key, std::optional<bool> otherwise = std::nullopt);
  // A text as absl::ParseDuration reads it, finite and not negative: "30s", "1h30m".
  absl::Duration Duration(absl::string_view key,
                          std::optional<absl::Duration> otherwise = std::nullopt);
  std::vector<std::string> Texts(absl::string_view key,
                                 std::optional<std::vector<std::string>> otherwise = std::nullopt);
  std::vector<int64_t> Integers(absl::string_view key, int64_t min, int64_t max,
                                std::optional<std::vector<int64_t>> otherwise = std::nullopt);
  // A TOML date, "2026-01-01".
  absl::CivilDay Date(absl::string_view key,
                      std::optional<absl::CivilDay> otherwise = std::nullopt);

  // [key]; an absent table is an empty one.
  ConfigTable Table(absl::string_view key);
  // [[key]], in the order of the file; none when absent.
  std::vector<ConfigTable> Tables(absl::string_view key);
  // [key.NAME], by name; none when absent.
  std::vector<std::pair<std::string, ConfigTable>> NamedTables(absl::string_view key);
  // key = {NAME = "text"}: every entry a text, by name; none when absent.
  std::vector<std::pair<std::string, std::string>> NamedTexts(absl::string_view key);
  // The same with numbers.
  std::vector<std::pair<std::string, double>> NamedNumbers(absl::string_view key, double min,
                                                           double max);

  // Records that the value of `key` is wrong: "<file>:<line>:<column>: <key>: <message>".
  void Refuse(absl::string_view key, absl::string_view message);

 private:
  friend class ConfigFile;
  struct Node;   // one table: its place in the file and the keys asked for
  struct State;  // the parsed file, its nodes, the first error
  ConfigTable(std::shared_ptr<State> state, Node& node);
  std::shared_ptr<State> state_;
  Node* node_;  // of *state_
};

class ConfigFile {
 public:
  // NOT_FOUND or PERMISSION_DENIED for a file that cannot be read, INVALID_ARGUMENT for one that is
  // not TOML or over 1 MiB, each with what would be right.
  static absl::StatusOr<ConfigFile> Load(const std::string& path);
  // `name` stands for the path in errors.
  static absl::StatusOr<ConfigFile> Parse(const std::string& name, const std::string& text);

  ConfigTable root() const;
  // The text that was parsed.
  const std::string& text() const;

  // INVALID_ARGUMENT with the first error, unknown keys included.
  absl::Status Finish() const;

 private:
  explicit ConfigFile(std::shared_ptr<ConfigTable::State> state);
  std::shared_ptr<ConfigTable::State> state_;
};

}  // namespace mesolys

#endif  // MESOLYS_PROTO_CONFIG_CONFIG_FILE_H_
