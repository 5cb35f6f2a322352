#include "client/session/settings.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "client/language/language.h"
#include "client/session/failure.h"
#include "proto/config/config_file.h"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

constexpr char kSystemPath[] = "/etc/mesolys/config.toml";
constexpr char kExample[] =
    "  scheduler = \"127.0.0.1:7443\"\n"
    "  ca = \"ca.pem\"\n"
    "  certificate = \"user-alice.pem\"\n"
    "  key = \"user-alice.key\"";

// $`variable`/mesolys, or ~/`fallback`/mesolys; nothing where neither is known.
std::optional<std::string> HomeOf(const Environment& environment, const std::string& variable,
                                  absl::string_view fallback) {
  // The XDG specification: a relative path in these variables is to be ignored.
  const std::string base = Variable(environment, variable);
  if (!base.empty() && base[0] == '/') return absl::StrCat(base, "/mesolys");
  const std::string home = Variable(environment, "HOME");
  if (home.empty()) return std::nullopt;
  return absl::StrCat(home, "/", fallback, "/mesolys");
}

absl::StatusOr<std::string> FindFile(const std::string& path, const Environment& environment) {
  if (!path.empty()) return path;
  // A path that somebody set is what they want: were it missing, another file would surprise them.
  const std::string named = Variable(environment, "MESOLYS_CONFIG");
  if (!named.empty()) return named;
  std::vector<std::string> tried;
  if (const auto home = HomeOf(environment, "XDG_CONFIG_HOME", ".config")) {
    tried.push_back(absl::StrCat(*home, "/config.toml"));
  }
  tried.push_back(kSystemPath);
  for (const std::string& candidate : tried) {
    std::error_code error;
    if (std::filesystem::exists(candidate, error)) return candidate;
  }
  return absl::NotFoundError(
      Tr("no configuration file: neither --config nor MESOLYS_CONFIG names one, and there is none "
         "at $0. It looks like\n$1",
         absl::StrJoin(tried, Tr(" or ")), kExample));
}

bool IsTarget(absl::string_view target) {
  const size_t colon = target.rfind(':');
  int port = 0;
  return colon != absl::string_view::npos && colon > 0 &&
         absl::SimpleAtoi(target.substr(colon + 1), &port) && port >= 1 && port <= 65535;
}

absl::StatusOr<Settings> Read(const std::string& path, const Environment& environment) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Load(path);
  if (!file.ok()) return file.status();
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::absolute(path, error).parent_path();
  if (error) return absl::UnknownError(Tr("$0: $1", path, error.message()));
  const auto resolve = [&directory](const std::string& text) {
    // Normal, so that the same file has one name: the name of a kept key depends on it.
    return text.empty() ? text : (directory / text).lexically_normal().string();
  };
  ConfigTable root = file->root();
  Settings settings;
  settings.scheduler = root.Text("scheduler", "127.0.0.1:7443");
  if (!IsTarget(settings.scheduler)) {
    root.Refuse("scheduler",
                Tr("$0 is not host:port, for example 127.0.0.1:7443", Quoted(settings.scheduler)));
  }
  settings.tls.ca = resolve(root.Text("ca"));
  settings.tls.certificate = resolve(root.Text("certificate"));
  settings.tls.key = resolve(root.Text("key"));
  const auto home = HomeOf(environment, "XDG_STATE_HOME", ".local/state");
  settings.state_dir = resolve(root.Text("state_dir", home.value_or("")));
  if (settings.state_dir.empty()) {
    root.Refuse("state_dir", Tr("is needed where neither XDG_STATE_HOME nor HOME is set"));
  }
  if (absl::Status status = file->Finish(); !status.ok()) return status;
  return settings;
}

}  // namespace

absl::StatusOr<Settings> LoadSettings(const std::string& path, const Environment& environment) {
  const absl::StatusOr<std::string> found = FindFile(path, environment);
  if (!found.ok()) return WithExit(found.status(), ExitCode::kUsage);
  absl::StatusOr<Settings> settings = Read(*found, environment);
  if (!settings.ok()) return WithExit(settings.status(), ExitCode::kUsage);
  return settings;
}

}  // namespace mesolys::client
