#include "agent/command/simulate_offline.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/command/site.h"
#include "agent/link/site_state_proto.h"
#include "agent/loop/job_totals.h"
#include "agent/slurm/slurm_commands.h"
#include "agent/slurm/text/sacct_value.h"
#include "agent/state/database.h"
#include "agent/state/spool.h"
#include "proto/runtime/clock.h"
#include "proto/values/amount_text.h"
#include "proto/values/quoted.h"

namespace mesolys::agent {
namespace {

constexpr absl::Duration kAwayMax = absl::Hours(24 * 366);

// "90m", "12h" or "7d"; zero for what is none.
absl::Duration AwayOf(const std::string& text) {
  int64_t days = 0;
  if (absl::EndsWith(text, "d") && absl::SimpleAtoi(text.substr(0, text.size() - 1), &days)) {
    return absl::Hours(24) * days;
  }
  absl::Duration away;
  return absl::ParseDuration(text, &away) ? away : absl::ZeroDuration();
}

// A copy of the spool of an agent that may be running; gone with this object.
class SpoolCopy {
 public:
  SpoolCopy() = default;
  SpoolCopy(const SpoolCopy&) = delete;
  SpoolCopy& operator=(const SpoolCopy&) = delete;
  ~SpoolCopy() {
    spool_.reset();
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  absl::StatusOr<Spool*> Open(const AgentConfig& config) {
    const std::string original = absl::StrCat(config.state_dir, "/spool.db");
    if (!std::filesystem::exists(original)) {
      return absl::FailedPreconditionError(
          absl::StrCat(original, " does not exist: the agent has never run here"));
    }
    folder_ = absl::StrCat(config.state_dir, "/simulate-offline.", ::getpid());
    std::error_code error;
    std::filesystem::create_directory(folder_, error);
    if (error) {
      return absl::PermissionDeniedError(
          absl::StrCat("cannot create ", folder_, ": ", error.message()));
    }
    absl::StatusOr<Database> database = Database::Open(original);
    if (!database.ok()) return database.status();
    const std::string copy = absl::StrCat(folder_, "/spool.db");
    absl::Status copied = database->Run("VACUUM INTO ?", sqlite::Text{copy});
    if (!copied.ok()) return copied;
    absl::StatusOr<std::unique_ptr<Spool>> spool = Spool::Open(folder_, config.spool_records_max);
    if (!spool.ok()) return spool.status();
    spool_ = *std::move(spool);
    return spool_.get();
  }

 private:
  std::string folder_;
  std::unique_ptr<Spool> spool_;
};

absl::StatusOr<std::string> Ask(const AgentConfig& config, const std::string& cluster,
                                std::vector<std::string> words, const OfflinePorts& ports) {
  Command command;
  command.arguments = {config.means.scontrol.program, absl::StrCat("--clusters=", cluster)};
  command.arguments.insert(command.arguments.end(), words.begin(), words.end());
  command.environment = {absl::StrCat("SLURM_CONF=", config.means.scontrol.slurm_conf)};
  command.output_bytes_max = config.means.scontrol.output_bytes_max;
  absl::StatusOr<CommandOutput> output = ports.run(command);
  if (!output.ok()) return output.status();
  if (absl::Status status = ExitStatus(command, output->end); !status.ok()) return status;
  return std::move(output->output);
}

absl::StatusOr<OfflineSite> ReadSite(const AgentConfig& config, const SiteState& state,
                                     const OfflinePorts& ports) {
  OfflineSite site;
  if (ports.means != nullptr) {
    const absl::StatusOr<CollectedMeans> means = ports.means->Collect();
    if (!means.ok()) return means.status();
    for (const v1::ResourceMeans& each : means->means.resources()) {
      const v1::MeansCount& units = each.units();
      site.units[each.resource()] = units.available_count() + units.down_count() +
                                    units.drained_count() + units.maintenance_count() +
                                    units.reserved_count();
    }
  }
  if (!config.slurm.has_value()) return site;
  site.job_max = absl::ZeroDuration();
  for (const std::string& cluster : config.slurm->sacct.clusters) {
    const absl::StatusOr<std::string> text = Ask(config, cluster, {"show", "config"}, ports);
    if (!text.ok()) return text.status();
    site.half_life = std::min(site.half_life, HalfLifeOf(*text));
    const absl::StatusOr<std::string> partitions =
        Ask(config, cluster, {"--all", "--oneliner", "show", "partition"}, ports);
    if (!partitions.ok()) return partitions.status();
    site.job_max = std::max(site.job_max, JobMaxOf(*partitions));
    if (ports.control == nullptr) continue;
    const absl::StatusOr<ClusterAssociations> held = ports.control->Read(cluster, {});
    if (!held.ok()) return held.status();
    if (!held->controller.has_value()) {
      return absl::UnavailableError(absl::StrCat("slurmctld of ", cluster, " cannot be asked"));
    }
    for (const auto& [id, account] : state.accounts) {
      const auto counted = held->controller->counted.find({id, ""});
      if (counted == held->controller->counted.end()) continue;
      for (const auto& [tres, minutes] : counted->second) site.counted[id][tres] += minutes;
    }
  }
  return site;
}

std::string Hours(const std::string& resource, Amount amount) {
  return FormatAmount(resource, amount);
}

void PrintRow(std::ostream& out, const std::string& project, const OfflineRisk& risk) {
  out << absl::StrFormat(
      "%-30s %-12s %14s %16s %14s\n", project, risk.resource, Hours(risk.resource, risk.left),
      Hours(risk.resource, risk.SchedulerAway()), Hours(risk.resource, risk.AgentAway()));
}

void Print(const std::vector<OfflineRisk>& risks, absl::Duration away, std::ostream& out) {
  out << "Cut off for " << absl::FormatDuration(away)
      << ", the site could spend beyond its grants at most:\n"
      << absl::StrFormat("%-30s %-12s %14s %16s %14s\n", "PROJECT", "RESOURCE", "MAY BEGIN",
                         "SCHEDULER AWAY", "AGENT AWAY");
  std::map<std::string, OfflineRisk> totals;
  for (const OfflineRisk& risk : risks) {
    PrintRow(out, risk.project, risk);
    OfflineRisk& total = totals[risk.resource];
    total.resource = risk.resource;
    total.left += risk.left;
    total.one_tick += risk.one_tick;
    total.across_ends += risk.across_ends;
    total.ended += risk.ended;
    total.forgotten += risk.forgotten;
  }
  for (const auto& [resource, total] : totals) PrintRow(out, "in all", total);
}

}  // namespace

absl::Duration JobMaxOf(absl::string_view partitions) {
  absl::Duration longest;
  for (const absl::string_view word : absl::StrSplit(partitions, absl::ByAnyChar(" \n"))) {
    absl::string_view text = word;
    if (!absl::ConsumePrefix(&text, "MaxTime=")) continue;
    const absl::StatusOr<int64_t> seconds = ParseSacctSpan(text);
    if (!seconds.ok()) return absl::InfiniteDuration();  // "UNLIMITED"
    longest = std::max(longest, absl::Seconds(*seconds));
  }
  return longest == absl::ZeroDuration() ? absl::InfiniteDuration() : longest;
}

absl::Duration HalfLifeOf(absl::string_view config) {
  for (absl::string_view line : absl::StrSplit(config, '\n')) {
    if (!absl::ConsumePrefix(&line, "PriorityDecayHalfLife")) continue;
    absl::ConsumePrefix(&line, " ");
    const absl::string_view value =
        absl::StripAsciiWhitespace(line.substr(std::min(line.size(), line.find('=') + 1)));
    const absl::StatusOr<int64_t> seconds = ParseSacctSpan(value);
    if (seconds.ok() && *seconds > 0) return absl::Seconds(*seconds);
  }
  return absl::InfiniteDuration();
}

absl::Status SimulateOffline(const AgentConfig& config, absl::Duration away, absl::Time now,
                             const OfflinePorts& ports, std::ostream& out) {
  SpoolCopy copy;
  const absl::StatusOr<Spool*> spool = copy.Open(config);
  if (!spool.ok()) return spool.status();
  const absl::StatusOr<std::optional<v1::DesiredState>> kept = (*spool)->DesiredState();
  if (!kept.ok()) return kept.status();
  if (!kept->has_value()) {
    return absl::FailedPreconditionError(
        "the scheduler has never said what this site shall hold: start the agent first");
  }
  const absl::StatusOr<SiteState> state = FromProto(**kept);
  if (!state.ok()) return state.status();
  const absl::StatusOr<SiteUse> use = JobTotals(**spool).Use(*state, FiguresOf(**kept), now);
  if (!use.ok()) return use.status();
  const absl::StatusOr<OfflineSite> site = ReadSite(config, *state, ports);
  if (!site.ok()) return site.status();
  Print(OfflineRisksOf(*state, *use, *site, now, away), away, out);
  return absl::OkStatus();
}

ExitCode SimulateOffline(const AgentConfig& config, const std::string& text, std::ostream& out) {
  const absl::Duration away = AwayOf(text);
  if (away <= absl::ZeroDuration() || away > kAwayMax) {
    return EndWith(
        ExitCode::kUsage,
        absl::InvalidArgumentError(absl::StrCat(
            Quoted(text), " is not how long; write 90m, 12h or 7d, more than 0 and at most 366d")));
  }
  const std::unique_ptr<MeansCollector> means = OpenMeans(config);
  std::unique_ptr<SlurmControl> control;
  if (config.enforcement.has_value()) {
    control = std::make_unique<SlurmCommands>(config.enforcement->commands);
  }
  const absl::Status told = SimulateOffline(config, away, SystemClock().Now(),
                                            {RunCommand, control.get(), means.get()}, out);
  return told.ok() ? ExitCode::kDone : EndWith(ExitCodeOf(told), told);
}

}  // namespace mesolys::agent
