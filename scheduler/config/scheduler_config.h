#ifndef MESOLYS_SCHEDULER_CONFIG_SCHEDULER_CONFIG_H_
#define MESOLYS_SCHEDULER_CONFIG_SCHEDULER_CONFIG_H_

// The scheduler's own settings: where to listen, what to trust, where to keep the ledger.

#include <string>

#include "absl/status/statusor.h"
#include "proto/runtime/tls_files.h"

namespace mesolys {

struct SchedulerConfig {
  std::string listen;            // host:port
  std::string metrics_listen;    // host:port of /metrics; empty: none
  bool project_metrics = false;  // also figures by project, on a path of their own
  TlsFiles tls;
  std::string database;   // path of the SQLite file
  std::string catalogue;  // path of the catalogue's TOML
  std::string log_level;
};

// Paths in the file are relative to its folder. Errors as proto/config/config_file.h.
absl::StatusOr<SchedulerConfig> LoadSchedulerConfig(const std::string& path);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CONFIG_SCHEDULER_CONFIG_H_
