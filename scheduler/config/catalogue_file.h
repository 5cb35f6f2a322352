#ifndef MESOLYS_SCHEDULER_CONFIG_CATALOGUE_FILE_H_
#define MESOLYS_SCHEDULER_CONFIG_CATALOGUE_FILE_H_

// A catalogue written in TOML (the files in deploy/examples/ show and explain every key).

#include <string>

#include "absl/status/statusor.h"
#include "scheduler/core/rules/command.h"

namespace mesolys {

// The command that adopts the file. Errors name file, line, column and what would be right.
absl::StatusOr<AdoptCatalogue> LoadCatalogue(const std::string& path);

// `name` stands for the path in errors.
absl::StatusOr<AdoptCatalogue> ParseCatalogue(const std::string& name, const std::string& text);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CONFIG_CATALOGUE_FILE_H_
