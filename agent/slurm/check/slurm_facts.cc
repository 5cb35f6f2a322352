#include "agent/slurm/check/slurm_facts.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/associations/tres.h"
#include "agent/slurm/text/qos_text.h"
#include "agent/slurm/text/sacct_value.h"
#include "proto/values/quoted.h"

namespace mesolys::agent {
namespace {

constexpr size_t kEntriesMax = 10'000;
constexpr absl::Duration kClockGood = absl::Seconds(5);
constexpr absl::Duration kClockBad = absl::Minutes(5);  // a record from further ahead is rejected
constexpr int64_t kQueueMax = 10'000;

std::string ValueOf(const SlurmConfig& config, const std::string& name) {
  const auto it = config.find(name);
  return it == config.end() ? "" : it->second;
}

std::set<std::string> WordsOf(absl::string_view list) {
  std::set<std::string> words;
  for (const absl::string_view word : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    words.insert(absl::AsciiStrToLower(absl::StripAsciiWhitespace(word)));
  }
  return words;
}

std::string Is(absl::string_view value) {
  return value.empty() ? "is not set" : absl::StrCat("is ", Printable(value));
}

// Judges one cluster; each of its functions one fact.
class Judge {
 public:
  Judge(const std::string& cluster, const SlurmConfig& config, const std::string& slurm_conf)
      : cluster_(cluster), config_(config), slurm_conf_(slurm_conf) {}

  std::vector<Finding> Take() { return std::move(findings_); }

  void CheckVersion() {
    const std::string text = ValueOf(config_, "SLURM_VERSION");
    const std::vector<std::string> parts = absl::StrSplit(text, '.');
    int64_t year = 0;
    int64_t month = 0;
    if (parts.size() < 2 || !absl::SimpleAtoi(parts[0], &year) ||
        !absl::SimpleAtoi(parts[1], &month)) {
      Report(Verdict::kWarn, "SLURM_VERSION", Is(text), "nothing: tell the authors of MesoLyS");
    } else if (year * 100 + month < 2205) {
      Report(Verdict::kFail, "SLURM_VERSION", absl::StrCat("is ", text, ", before 22.05"),
             "install Slurm 22.05 or later");
    } else if (year * 100 + month > 2505) {
      Report(Verdict::kWarn, "SLURM_VERSION",
             absl::StrCat("is ", text, ", later than the tested ones"),
             "read the quarantine after an upgrade: nothing is charged that cannot be read");
    } else {
      Good("SLURM_VERSION", text);
    }
  }

  void CheckClusterName() {
    const std::string name = ValueOf(config_, "ClusterName");
    if (name == cluster_) return Good("ClusterName", name);
    Report(Verdict::kFail, "ClusterName", absl::StrCat(Is(name), ", not ", cluster_),
           absl::StrCat("correct clusters of [collector] in agent.toml, or slurm_conf"));
  }

  void CheckStorageType() {
    const std::string type = ValueOf(config_, "AccountingStorageType");
    if (type == "accounting_storage/slurmdbd") return Good("AccountingStorageType", type);
    Change(Verdict::kFail, "AccountingStorageType", "accounting_storage/slurmdbd",
           "no job is accounted for");
  }

  void CheckEnforce() {
    const char* const name = "AccountingStorageEnforce";
    const char* const right = "associations,limits,qos,safe";
    const EnforcedRules rules = EnforcedBy(ValueOf(config_, name));
    if (!rules.limits) {
      return Change(Verdict::kFail, name, right, "Slurm enforces no limit of any grant");
    }
    if (!rules.safe) {
      return Change(Verdict::kWarn, name, right,
                    "a job that reaches a limit is killed instead of waiting");
    }
    if (!rules.qos) {
      return Change(Verdict::kWarn, name, right, "jobs may name a QOS that is not theirs");
    }
    Good(name, ValueOf(config_, name));
  }

  void CheckTres(const std::set<std::string>& gpu_models) {
    const char* const name = "AccountingStorageTRES";
    const std::set<std::string> words = CountedTres(config_);
    std::vector<std::string> right;
    bool is_whole = true;
    if (!gpu_models.empty()) right.push_back("gres/gpu");
    for (const std::string& model : gpu_models) {
      if (!model.empty()) right.push_back(absl::StrCat("gres/gpu:", model));
    }
    for (const std::string& word : right) is_whole = is_whole && words.contains(word);
    for (const std::string& word : words) {
      if (!IsTypedGpu(word) || IsLimitable(word)) continue;
      Report(Verdict::kWarn, name,
             absl::StrCat("has ", Quoted(word), ", for which no limit can be written"),
             "give it a Type= of a-z, 0-9, _, -, . or + in gres.conf; the limit of all GPUs holds");
    }
    if (is_whole) return Good(name, ValueOf(config_, name));
    Change(Verdict::kFail, name, absl::StrJoin(right, ","), "hours of these GPUs are not counted");
  }

  void CheckPriority() {
    const std::string type = ValueOf(config_, "PriorityType");
    if (type == "priority/multifactor") {
      Good("PriorityType", type);
    } else {
      Change(Verdict::kFail, "PriorityType", "priority/multifactor",
             "GrpTRESMins counts nothing without it");
    }
    const std::string reset = ValueOf(config_, "PriorityUsageResetPeriod");
    if (reset.empty() || reset == "NONE") {
      Good("PriorityUsageResetPeriod", "NONE");
    } else {
      Change(Verdict::kWarn, "PriorityUsageResetPeriod", "NONE",
             "counters that are reset give each grant again what was used, until the next tick");
    }
    const std::string weight = ValueOf(config_, "PriorityWeightFairShare");
    if (weight.empty() || weight == "0") {
      Change(Verdict::kWarn, "PriorityWeightFairShare", "1000",
             "the shares of projects move no job forward");
    } else {
      Good("PriorityWeightFairShare", weight);
    }
    const std::string text = ValueOf(config_, "PriorityCalcPeriod");
    const absl::StatusOr<int64_t> period = ParseSacctSpan(text);
    if (period.ok() && *period <= 300) {
      Good("PriorityCalcPeriod", text);
    } else {
      Change(Verdict::kWarn, "PriorityCalcPeriod", "5",
             "the use of running jobs is counted only then: the longer, the more may run beyond a "
             "limit");
    }
    Good("PriorityDecayHalfLife", ValueOf(config_, "PriorityDecayHalfLife"));
  }

  void CheckBuffer() {
    const std::string text = ValueOf(config_, "MaxDBDMsgs");
    int64_t count = 0;
    if (absl::SimpleAtoi(text, &count) && count >= 10'000) return Good("MaxDBDMsgs", text);
    Change(Verdict::kWarn, "MaxDBDMsgs", "100000",
           "slurmctld keeps so few records while slurmdbd is away, and drops the rest");
  }

  void CheckJobIds() {
    const std::string first = ValueOf(config_, "FirstJobId");
    const std::string last = ValueOf(config_, "MaxJobId");
    Good("FirstJobId, MaxJobId", absl::StrCat(first, " to ", last));
  }

 private:
  std::string Subject(absl::string_view name) const { return absl::StrCat(cluster_, ": ", name); }
  void Good(absl::string_view name, absl::string_view value) {
    findings_.push_back(Pass(Subject(name), std::string(value)));
  }
  void Report(Verdict verdict, absl::string_view name, std::string text, std::string remedy) {
    findings_.push_back({verdict, Subject(name), std::move(text), std::move(remedy)});
  }
  void Change(Verdict verdict, const std::string& name, absl::string_view right,
              absl::string_view why) {
    Report(verdict, name, absl::StrCat(Is(ValueOf(config_, name)), ": ", why),
           absl::StrCat(name, "=", right, " in ", slurm_conf_, "; then restart slurmctld"));
  }

  const std::string& cluster_;
  const SlurmConfig& config_;
  const std::string& slurm_conf_;
  std::vector<Finding> findings_;
};

// The number in "(1795739470)" of the line that begins with `beginning`.
std::optional<int64_t> NumberBehind(absl::string_view text, absl::string_view beginning,
                                    bool in_parentheses) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, beginning)) continue;
    if (in_parentheses) {
      const size_t open = line.rfind('(');
      if (open == absl::string_view::npos) return std::nullopt;
      line = line.substr(open + 1, line.find(')', open) - open - 1);
    }
    int64_t number = 0;
    if (!absl::SimpleAtoi(line, &number)) return std::nullopt;
    return number;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<SlurmConfig> ParseSlurmConfig(absl::string_view text) {
  SlurmConfig config;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const size_t equals = line.find('=');
    if (equals == absl::string_view::npos || config.size() >= kEntriesMax) continue;
    const absl::string_view name = absl::StripAsciiWhitespace(line.substr(0, equals));
    const bool is_name = !name.empty() && name.size() <= 64 &&
                         std::all_of(name.begin(), name.end(), [](unsigned char c) {
                           return absl::ascii_isalnum(c) || c == '_' || c == '[' || c == ']';
                         });
    if (!is_name) continue;
    const absl::string_view value = absl::StripAsciiWhitespace(line.substr(equals + 1));
    // The first counts: sections about plug-ins follow.
    config.emplace(name, value == "(null)" ? absl::string_view() : value);
  }
  if (ValueOf(config, "SLURM_VERSION").empty()) {
    return absl::InvalidArgumentError(
        "scontrol show config names no SLURM_VERSION: it is no configuration of Slurm");
  }
  return config;
}

std::set<std::string> CountedTres(const SlurmConfig& config) {
  return WordsOf(ValueOf(config, "AccountingStorageTRES"));
}

std::vector<Finding> CheckSlurmConfig(const std::string& cluster, const SlurmConfig& config,
                                      const std::set<std::string>& gpu_models,
                                      const std::string& slurm_conf) {
  Judge judge(cluster, config, slurm_conf);
  judge.CheckVersion();
  judge.CheckClusterName();
  judge.CheckStorageType();
  judge.CheckEnforce();
  judge.CheckTres(gpu_models);
  judge.CheckPriority();
  judge.CheckBuffer();
  judge.CheckJobIds();
  return judge.Take();
}

Finding CheckPing(const std::string& cluster, absl::string_view text) {
  const std::string subject = absl::StrCat(cluster, ": slurmctld");
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StartsWith(line, "Slurmctld(") && absl::EndsWith(line, " is UP")) {
      return Pass(subject, std::string(line));
    }
  }
  return Fail(subject, absl::StrCat("no controller is up: ", Printable(text)),
              "start slurmctld; its log says why it has ended");
}

std::vector<Finding> CheckDiagnosis(const std::string& cluster, absl::string_view text,
                                    absl::Time now) {
  std::vector<Finding> findings;
  const std::string clock = absl::StrCat(cluster, ": clock of slurmctld");
  const std::optional<int64_t> theirs = NumberBehind(text, "sdiag output at ", true);
  if (!theirs.has_value()) {
    findings.push_back(Warn(clock, "sdiag does not tell the time", "look at `sdiag` by hand"));
  } else {
    const absl::Duration skew = absl::FromUnixSeconds(*theirs) - now;
    const std::string difference =
        absl::StrCat("differs from this machine's by ",
                     absl::FormatDuration(absl::Trunc(skew, absl::Seconds(1))));
    const char* const remedy = "systemctl enable --now chrony, on both machines";
    if (absl::AbsDuration(skew) <= kClockGood) {
      findings.push_back(Pass(clock, "agrees with this machine's"));
    } else if (absl::AbsDuration(skew) <= kClockBad) {
      findings.push_back(Warn(clock, difference, remedy));
    } else {
      findings.push_back(Fail(
          clock, absl::StrCat(difference, ": records of ended jobs would be rejected"), remedy));
    }
  }
  const std::string queue = absl::StrCat(cluster, ": records that wait for slurmdbd");
  const std::optional<int64_t> waiting = NumberBehind(text, "DBD Agent queue size:", false);
  if (!waiting.has_value()) {
    findings.push_back(Warn(queue, "sdiag does not tell them", "look at `sdiag` by hand"));
  } else if (*waiting > kQueueMax) {
    findings.push_back(Warn(queue, absl::StrCat(*waiting, " of them: what they say comes late"),
                            "start slurmdbd, and raise MaxDBDMsgs in slurm.conf meanwhile"));
  } else {
    findings.push_back(Pass(queue, absl::StrCat(*waiting)));
  }
  return findings;
}

std::vector<Finding> CheckClusters(const std::vector<std::string>& clusters,
                                   absl::string_view text) {
  std::map<std::string, std::string> hosts;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, '|');
    if (fields.size() >= 2) hosts[std::string(fields[0])] = std::string(fields[1]);
  }
  std::vector<Finding> findings;
  for (const std::string& cluster : clusters) {
    const std::string subject = absl::StrCat(cluster, ": slurmdbd");
    const auto it = hosts.find(cluster);
    if (it == hosts.end()) {
      findings.push_back(Fail(subject, "answers, and does not know this cluster",
                              absl::StrCat("sacctmgr add cluster ", cluster,
                                           ", or correct clusters of [collector] in agent.toml")));
    } else if (it->second.empty()) {
      findings.push_back(Warn(subject, "answers; slurmctld of this cluster has not registered",
                              "AccountingStorageHost= in its slurm.conf; then restart slurmctld"));
    } else {
      findings.push_back(Pass(subject, absl::StrCat("answers; slurmctld is at ", it->second)));
    }
  }
  return findings;
}

Finding CheckAdminLevel(const std::string& user, bool is_root, const AgentNeeds& needs,
                        absl::string_view text) {
  const std::string subject = absl::StrCat("privileges of ", user);
  if (is_root) return Pass(subject, "root sees and may do everything; Operator would be enough");
  std::string level = "None";
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, '|');
    if (fields.size() == 2 && fields[0] == user) level = std::string(fields[1]);
  }
  if (level == "Operator" || level == "Administrator") return Pass(subject, level);
  const std::string remedy =
      absl::StrCat("sacctmgr -i modify user where name=", user, " set AdminLevel=Operator");
  if (needs.is_private) {
    return Fail(subject, "AdminLevel is None and PrivateData hides jobs: their use is not seen",
                remedy);
  }
  if (!needs.sets_limits) {
    return Pass(subject, "AdminLevel is None: jobs are seen, limits are set through apply");
  }
  return Warn(subject, "AdminLevel is None: jobs are seen, limits cannot be set", remedy);
}

bool HidesJobs(const SlurmConfig& config) {
  const std::set<std::string> hidden = WordsOf(ValueOf(config, "PrivateData"));
  return hidden.contains("jobs") || hidden.contains("usage") || hidden.contains("accounts") ||
         hidden.contains("nodes") || hidden.contains("partitions") || hidden.contains("all");
}

}  // namespace mesolys::agent
