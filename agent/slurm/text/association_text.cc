#include "agent/slurm/text/association_text.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/slurm/text/digits.h"
#include "agent/slurm/text/not_understood.h"

namespace mesolys::agent {
namespace {

// "cpu=600,gres/gpu:a100=60".
bool ReadMinutes(absl::string_view text, TresMinutes& minutes) {
  for (const absl::string_view entry : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const size_t equals = entry.find('=');
    if (equals == absl::string_view::npos) return false;
    const std::optional<int64_t> number = ClampedNumber(entry.substr(equals + 1));
    if (!number.has_value()) return false;
    minutes[absl::AsciiStrToLower(entry.substr(0, equals))] = *number;
  }
  return true;
}

bool ReadCount(absl::string_view text, std::optional<int64_t>& count) {
  if (text.empty()) return true;
  count = ClampedNumber(text);
  return count.has_value();
}

}  // namespace

absl::Status AddAssociation(absl::string_view line,
                            std::map<std::string, AccountAssociation>& accounts) {
  const std::vector<std::string> fields = absl::StrSplit(line, '|');
  if (fields.size() != 11 || fields[0].empty()) {
    return NotUnderstood("sacctmgr show assoc", line);
  }
  AssociationLimits limits;
  if (!ReadMinutes(fields[5], limits.minutes) || !ReadCount(fields[6], limits.jobs_max) ||
      !ReadCount(fields[7], limits.submits_max)) {
    return NotUnderstood("sacctmgr show assoc", line);
  }
  // It only says what else may hold a job.
  if (!ReadMinutes(fields[10], limits.job_minutes)) limits.job_minutes.clear();
  const std::vector<std::string> qos = absl::StrSplit(fields[8], ',', absl::SkipEmpty());
  limits.qos.insert(qos.begin(), qos.end());
  limits.default_qos = fields[9];
  AccountAssociation& account = accounts[fields[0]];
  if (const std::string& login = fields[2]; !login.empty()) {
    account.users[{login, fields[3]}] = std::move(limits);
    return absl::OkStatus();
  }
  account.parent = fields[1];
  account.shares = fields[4];
  account.limits = std::move(limits);
  return absl::OkStatus();
}

void KeepOwnQos(std::map<std::string, AccountAssociation>& accounts) {
  for (auto& [name, account] : accounts) {
    for (auto& [user, limits] : account.users) {
      if (limits.qos == account.limits.qos) limits.qos.clear();
      if (limits.default_qos == account.limits.default_qos) limits.default_qos.clear();
    }
  }
}

absl::Status AddOwner(absl::string_view line, std::map<std::string, AccountAssociation>& accounts) {
  const size_t bar = line.find('|');
  if (bar == absl::string_view::npos) return NotUnderstood("sacctmgr show account", line);
  const auto account = accounts.find(std::string(line.substr(0, bar)));
  if (account != accounts.end()) account->second.owner = std::string(line.substr(bar + 1));
  return absl::OkStatus();
}

absl::StatusOr<int64_t> WaitingRecords(absl::string_view sdiag) {
  for (absl::string_view line : absl::StrSplit(sdiag, '\n')) {
    if (!absl::ConsumePrefix(&line, "DBD Agent queue size:")) continue;
    const std::optional<int64_t> count = ClampedNumber(absl::StripAsciiWhitespace(line));
    if (count.has_value()) return *count;
  }
  return NotUnderstood("sdiag", sdiag);
}

absl::Status AddBusy(absl::string_view line, std::set<AccountUser>& busy) {
  const size_t bar = line.find('|');
  if (bar == absl::string_view::npos) return NotUnderstood("squeue", line);
  busy.emplace(std::string(line.substr(0, bar)), std::string(line.substr(bar + 1)));
  return absl::OkStatus();
}

}  // namespace mesolys::agent
