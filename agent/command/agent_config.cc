#include "agent/command/agent_config.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/config/config_file.h"
#include "proto/values/names.h"
#include "proto/values/quoted.h"

namespace mesolys::agent {
namespace {

std::string OneOf(ConfigTable& table, absl::string_view key, std::optional<std::string> otherwise,
                  std::initializer_list<const char*> choices) {
  std::string text = table.Text(key, std::move(otherwise));
  if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
    const std::string known = absl::StrJoin(choices, ", ");
    table.Refuse(key, text.empty() ? absl::StrCat("give one of ", known)
                                   : absl::StrCat(Quoted(text), " is none of ", known));
  }
  return text;
}

constexpr absl::Duration kCentury = absl::Hours(24 * 36525);

bool IsWholeSeconds(absl::Duration duration) {
  return duration == absl::Trunc(duration, absl::Seconds(1));
}

// Whole seconds, as job records are, and at least one.
absl::Duration Interval(ConfigTable& table, absl::string_view key, absl::Duration otherwise) {
  const absl::Duration interval = table.Duration(key, otherwise);
  if (!IsWholeSeconds(interval) || interval < absl::Seconds(1) || interval > kCentury) {
    table.Refuse(key, "give whole seconds, at least 1s");
  }
  return interval;
}

// ConfigTable::Duration knows no negative ones.
absl::Duration Shift(ConfigTable& table, absl::string_view key) {
  absl::Duration shift;
  if (!absl::ParseDuration(table.Text(key, "0s"), &shift) || !IsWholeSeconds(shift) ||
      absl::AbsDuration(shift) > kCentury) {
    table.Refuse(key, "give whole seconds, at most a century: \"87600h\" or \"-30m\"");
  }
  return shift;
}

std::optional<absl::TimeZone> Zone(ConfigTable& table, absl::string_view key) {
  const std::string name = table.Text(key, "");
  if (name.empty()) return std::nullopt;
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(name, &zone)) {
    table.Refuse(key, "name a zone of the tz database, for example \"Europe/Paris\"");
  }
  return zone;
}

void ReadScheduler(ConfigTable table, AgentConfig& config) {
  config.target = table.Text("target");
  config.tls.ca = table.Text("ca");
  config.tls.certificate = table.Text("certificate");
  config.tls.key = table.Text("key");
}

ReplayOptions ReadReplay(ConfigTable table) {
  ReplayOptions replay;
  replay.file = table.Text("file");
  replay.format.columns = table.Texts("columns", std::vector<std::string>());
  replay.format.cluster = table.Text("cluster", "");
  if (!replay.format.cluster.empty()) {
    absl::Status status = CheckId("cluster", replay.format.cluster);
    if (!status.ok()) table.Refuse("cluster", status.message());
  }
  replay.format.delimiter = table.Text("delimiter", "|");
  if (replay.format.delimiter.empty() || replay.format.delimiter.size() > 8) {
    table.Refuse("delimiter", "give 1 to 8 characters, those that sacct was given");
  }
  replay.speed = table.Number("speed", 0, 1e6, 0);
  replay.format.zone = Zone(table, "time_zone");
  replay.format.shift = Shift(table, "shift");
  replay.in_flight_interval = Interval(table, "in_flight_interval", absl::Minutes(5));
  if (table.Has("observe_time")) {
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, table.Text("observe_time"), &replay.observe_time,
                         &error)) {
      table.Refuse("observe_time", "give 2026-01-31T12:00:00Z");
    }
    replay.observe_time = absl::FromUnixSeconds(absl::ToUnixSeconds(replay.observe_time));
  }
  return replay;
}

// scontrol and squeue ask a program that answers from memory; sacct one that reads a database.
constexpr absl::Duration kScontrolDeadlineMax = absl::Seconds(30);

SlurmOptions ReadSlurm(ConfigTable& table) {
  SlurmOptions slurm;
  slurm.sacct.clusters = table.Texts("clusters");
  if (slurm.sacct.clusters.empty()) {
    table.Refuse("clusters", "name the clusters of this slurmdbd that belong to the site");
  }
  for (const std::string& cluster : slurm.sacct.clusters) {
    absl::Status status = CheckId("cluster", cluster);
    if (!status.ok()) table.Refuse("clusters", status.message());
  }
  slurm.sacct.slurm_conf = table.Text("slurm_conf", slurm.sacct.slurm_conf);
  slurm.sacct.program = table.Text("sacct", slurm.sacct.program);
  slurm.sacct.deadline = Interval(table, "deadline", slurm.sacct.deadline);
  slurm.windows.slice = Interval(table, "slice", slurm.windows.slice);
  slurm.windows.in_flight_interval =
      Interval(table, "in_flight_interval", slurm.windows.in_flight_interval);
  return slurm;
}

SlurmMeansOptions ReadMeans(ConfigTable& table, const SlurmOptions& slurm) {
  SlurmMeansOptions means;
  means.clusters = slurm.sacct.clusters;
  means.scontrol.slurm_conf = slurm.sacct.slurm_conf;
  means.scontrol.deadline = std::min(slurm.sacct.deadline, kScontrolDeadlineMax);
  means.scontrol.program = table.Text("scontrol", means.scontrol.program);
  means.partitions = table.Texts("partitions", std::vector<std::string>());
  means.interval = Interval(table, "means_interval", means.interval);
  return means;
}

SqueueOptions ReadSqueue(ConfigTable& table, const SlurmOptions& slurm) {
  SqueueOptions squeue;
  squeue.slurm_conf = slurm.sacct.slurm_conf;
  squeue.deadline = std::min(slurm.sacct.deadline, kScontrolDeadlineMax);
  squeue.program = table.Text("squeue", squeue.program);
  return squeue;
}

void ReadCollector(ConfigTable table, AgentConfig& config) {
  const std::string type = OneOf(table, "type", std::nullopt, {"replay", "slurm"});
  if (type == "slurm") {
    config.slurm = ReadSlurm(table);
    config.means = ReadMeans(table, *config.slurm);
    config.squeue = ReadSqueue(table, *config.slurm);
  } else {
    config.replay = ReadReplay(table);
  }
}

void CheckNames(ConfigTable& table, absl::string_view key, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (absl::Status status = CheckLogin(key, name); !status.ok()) {
      table.Refuse(key, status.message());
    }
  }
}

// A QOS that accounts have at times, beside or in place of `usual`.
std::string ReadQos(ConfigTable& table, absl::string_view key,
                    const std::vector<std::string>& usual) {
  std::string qos = table.Text(key, "");
  if (qos.empty()) return qos;
  CheckNames(table, key, {qos});
  if (usual.empty()) table.Refuse(key, "give qos too: what an account that is open has");
  return qos;
}

SlurmEnforcement ReadEnforcement(ConfigTable& table, const SlurmOptions& slurm) {
  SlurmEnforcement enforcement;
  enforcement.commands.slurm_conf = slurm.sacct.slurm_conf;
  enforcement.commands.deadline = slurm.sacct.deadline;
  enforcement.commands.folder = table.Text("commands", enforcement.commands.folder);
  enforcement.commands.apply = table.Texts("apply", std::vector<std::string>());
  enforcement.commands.preload = table.Text("preload", "");
  SlurmEnforcerOptions& options = enforcement.options;
  options.clusters = slurm.sacct.clusters;
  options.is_dry_run = table.Flag("dry_run", false);
  options.leaves_drift = OneOf(table, "drift", "repair", {"repair", "leave"}) == "leave";
  options.rules.qos = table.Texts("qos", std::vector<std::string>());
  CheckNames(table, "qos", options.rules.qos);
  options.rules.bonus_qos = ReadQos(table, "bonus_qos", options.rules.qos);
  options.rules.eco_qos = ReadQos(table, "eco_qos", options.rules.qos);
  if (std::find(options.rules.qos.begin(), options.rules.qos.end(), options.rules.eco_qos) !=
      options.rules.qos.end()) {
    table.Refuse("eco_qos", "qos has it already: every open account gets that; take it out of one");
  }
  const std::vector<std::string> kept =
      table.Texts("protected_accounts", std::vector<std::string>());
  options.rules.protected_accounts.insert(kept.begin(), kept.end());
  return enforcement;
}

void ReadEnforcer(ConfigTable table, AgentConfig& config) {
  const std::string type = OneOf(table, "type", std::nullopt, {"dry_run", "slurm"});
  config.removals_max = table.Integer("max_removals", 0, 1000000, 10);
  config.enforce_interval = Interval(table, "interval", absl::Seconds(30));
  if (type != "slurm") return;
  if (config.slurm.has_value()) {
    config.enforcement = ReadEnforcement(table, *config.slurm);
  } else {
    table.Refuse("type", "limits in Slurm go by what its jobs used: give [collector] type slurm");
  }
}

void ReadSubmission(ConfigTable table, AgentConfig& config) {
  SubmissionOptions options;
  options.folder = table.Text("folder");
  if (options.folder.empty()) table.Refuse("folder", "give a directory that slurmctld can read");
  options.rules.site = config.site;
  options.rules.mode = OneOf(table, "mode", "tell", {"off", "tell", "refuse"});
  options.rules.language = OneOf(table, "language", "en", {"en", "fr"});
  options.rules.gpu_model = table.Text("gpu_model", "");
  if (!options.rules.gpu_model.empty()) {
    absl::Status status = CheckResource(absl::StrCat("gpu-", options.rules.gpu_model));
    if (!status.ok()) table.Refuse("gpu_model", status.message());
  }
  if (!config.enforcement.has_value()) {
    table.Refuse("folder", "jobs are judged by limits that are set: give [enforcer] type slurm");
    return;
  }
  const SlurmEnforcerOptions& enforcer = config.enforcement->options;
  options.clusters = enforcer.clusters;
  options.rules.free_accounts = enforcer.rules.protected_accounts;
  options.rules.has_bonus = !enforcer.rules.bonus_qos.empty();
  // What is not in force judges no job.
  if (!enforcer.is_dry_run) config.submission = std::move(options);
}

absl::StatusOr<AgentConfig> Read(const ConfigFile& file) {
  AgentConfig config;
  ConfigTable root = file.root();
  config.site = root.Text("site");
  if (absl::Status status = CheckId("site", config.site); !status.ok()) {
    root.Refuse("site", status.message());
  }
  config.state_dir = root.Text("state_dir");
  if (config.state_dir.empty()) root.Refuse("state_dir", "give a directory");
  config.log_level = OneOf(root, "log_level", "info", {"debug", "info", "warning", "error"});
  config.metrics_listen = root.Text("metrics_listen", "127.0.0.1:9465");
  ReadScheduler(root.Table("scheduler"), config);
  ConfigTable report = root.Table("report");
  config.report_interval = Interval(report, "interval", absl::Seconds(10));
  ReadCollector(root.Table("collector"), config);
  ReadEnforcer(root.Table("enforcer"), config);
  if (root.Has("submission")) ReadSubmission(root.Table("submission"), config);
  ConfigTable spool = root.Table("spool");
  config.spool_records_max = spool.Integer("max_records", 1000, 1000000000, 1000000);
  if (absl::Status status = file.Finish(); !status.ok()) return status;
  return config;
}

// An absolute path stays what it is.
void Place(AgentConfig& config, const std::filesystem::path& folder) {
  std::vector<std::string*> paths = {&config.state_dir, &config.tls.ca, &config.tls.certificate,
                                     &config.tls.key};
  if (config.replay.has_value()) paths.push_back(&config.replay->file);
  if (config.slurm.has_value()) {
    paths.push_back(&config.slurm->sacct.slurm_conf);
    paths.push_back(&config.slurm->sacct.program);
    paths.push_back(&config.means.scontrol.slurm_conf);
    paths.push_back(&config.squeue.program);
    paths.push_back(&config.squeue.slurm_conf);
    paths.push_back(&config.means.scontrol.program);
  }
  if (config.enforcement.has_value()) {
    paths.push_back(&config.enforcement->commands.slurm_conf);
    paths.push_back(&config.enforcement->commands.folder);
    std::vector<std::string>& apply = config.enforcement->commands.apply;
    if (!apply.empty()) paths.push_back(&apply.front());
    std::string& preload = config.enforcement->commands.preload;
    if (!preload.empty()) paths.push_back(&preload);
  }
  if (config.submission.has_value()) paths.push_back(&config.submission->folder);
  for (std::string* path : paths) *path = (folder / *path).string();
}

}  // namespace

absl::StatusOr<AgentConfig> LoadAgentConfig(const std::string& path) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Load(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<AgentConfig> config = Read(*file);
  if (config.ok()) Place(*config, std::filesystem::path(path).parent_path());
  return config;
}

absl::StatusOr<AgentConfig> ParseAgentConfig(const std::string& path, const std::string& text) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Parse(path, text);
  if (!file.ok()) return file.status();
  absl::StatusOr<AgentConfig> config = Read(*file);
  if (config.ok()) Place(*config, std::filesystem::path(path).parent_path());
  return config;
}

}  // namespace mesolys::agent
