#ifndef MESOLYS_CLIENT_SESSION_SETTINGS_H_
#define MESOLYS_CLIENT_SESSION_SETTINGS_H_

// Whom to call and who we are, from the configuration file and the environment. Any thread.

#include <string>

#include "absl/status/statusor.h"
#include "client/language/environment.h"
#include "proto/runtime/tls_files.h"

namespace mesolys::client {

struct Settings {
  std::string scheduler;  // "host:port"
  TlsFiles tls;
  std::string state_dir;  // where keys of changes are kept
};

// Reads `path`, or where it is empty the first that is given or there of $MESOLYS_CONFIG,
// $XDG_CONFIG_HOME/mesolys/config.toml (else ~/.config/...) and /etc/mesolys/config.toml. Paths in
// the file are relative to its directory. Errors end the program with ExitCode::kUsage: none of
// them there (with the paths tried and what a file looks like), or what is wrong in it and where.
absl::StatusOr<Settings> LoadSettings(const std::string& path, const Environment& environment);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SESSION_SETTINGS_H_
