#include "scheduler/config/scheduler_config.h"

#include <filesystem>
#include <set>

#include "proto/config/config_file.h"

namespace mesolys {

absl::StatusOr<SchedulerConfig> LoadSchedulerConfig(const std::string& path) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Load(path);
  if (!file.ok()) return file.status();
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const auto relative = [&](const std::string& text) {
    return text.empty() ? text : (folder / text).lexically_normal().string();
  };
  SchedulerConfig config;
  ConfigTable root = file->root();
  config.listen = root.Text("listen", "127.0.0.1:7443");
  config.metrics_listen = root.Text("metrics_listen", "127.0.0.1:9464");
  config.project_metrics = root.Flag("project_metrics", false);
  config.log_level = root.Text("log_level", "info");
  const std::set<std::string> levels = {"debug", "info", "warning", "error"};
  if (!levels.contains(config.log_level)) {
    root.Refuse("log_level", "right is debug, info, warning or error");
  }
  config.database = relative(root.Text("database"));
  config.catalogue = relative(root.Text("catalogue"));
  ConfigTable tls = root.Table("tls");
  config.tls = {relative(tls.Text("ca")), relative(tls.Text("certificate")),
                relative(tls.Text("key"))};
  if (absl::Status status = file->Finish(); !status.ok()) return status;
  return config;
}

}  // namespace mesolys
