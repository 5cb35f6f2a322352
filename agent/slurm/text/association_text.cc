#include "agent/slurm/text/association_text.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/process/utf8.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

constexpr size_t kShownBytes = 200;

absl::Status NotUnderstood(absl::string_view command, absl::string_view line) {
  return absl::DataLossError(
      Say("$0 says what is not understood: \"$1\"", command, OneLine(line, kShownBytes)).Render());
}

// Slurm keeps these numbers without a sign: -5 comes back as 18446744073709551611, more than any
// limit can be.
std::optional<int64_t> NumberOf(absl::string_view text) {
  uint64_t number = 0;
  if (text.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(text.front())) ||
      !absl::SimpleAtoi(text, &number)) {
    return std::nullopt;
  }
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(std::min(number, kMost));
}

// "cpu=600,gres/gpu:a100=60".
bool ReadMinutes(absl::string_view text, TresMinutes& minutes) {
  for (const absl::string_view entry : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const size_t equals = entry.find('=');
    if (equals == absl::string_view::npos) return false;
    const std::optional<int64_t> number = NumberOf(entry.substr(equals + 1));
    if (!number.has_value()) return false;
    minutes[absl::AsciiStrToLower(entry.substr(0, equals))] = *number;
  }
  return true;
}

bool ReadCount(absl::string_view text, std::optional<int64_t>& count) {
  if (text.empty()) return true;
  count = NumberOf(text);
  return count.has_value();
}

// What stands behind "NAME=", up to the next blank.
absl::string_view ValueOf(absl::string_view line, absl::string_view name) {
  const size_t at = line.find(name);
  if (at == absl::string_view::npos) return {};
  line.remove_prefix(at + name.size());
  return line.substr(0, line.find(' '));
}

// "0(3)": a limit of 0, whatever is counted against it.
bool IsZero(absl::string_view count) { return absl::StartsWith(count, "0("); }

// One entry of "cpu=1000(23),mem=N(0)": its limit, nothing for N, and the number behind it.
struct ControllerEntry {
  std::string tres;
  std::optional<int64_t> limit;
  int64_t count = 0;
};

absl::StatusOr<ControllerEntry> ReadEntry(absl::string_view entry) {
  const size_t equals = entry.find('=');
  const size_t open = entry.find('(');
  if (equals == absl::string_view::npos || open == absl::string_view::npos || open < equals ||
      !absl::EndsWith(entry, ")")) {
    return NotUnderstood("scontrol show assoc_mgr", entry);
  }
  const absl::string_view limit = entry.substr(equals + 1, open - equals - 1);
  const std::optional<int64_t> count = NumberOf(entry.substr(open + 1, entry.size() - open - 2));
  const std::optional<int64_t> minutes = NumberOf(limit);
  if (!count.has_value() || (limit != "N" && !minutes.has_value())) {
    return NotUnderstood("scontrol show assoc_mgr", entry);
  }
  return ControllerEntry{absl::AsciiStrToLower(entry.substr(0, equals)), minutes, *count};
}

}  // namespace

absl::Status AddAssociation(absl::string_view line,
                            std::map<std::string, AccountAssociation>& accounts) {
  const std::vector<std::string> fields = absl::StrSplit(line, '|');
  if (fields.size() != 10 || fields[0].empty()) {
    return NotUnderstood("sacctmgr show assoc", line);
  }
  AssociationLimits limits;
  if (!ReadMinutes(fields[5], limits.minutes) || !ReadCount(fields[6], limits.jobs_max) ||
      !ReadCount(fields[7], limits.submits_max)) {
    return NotUnderstood("sacctmgr show assoc", line);
  }
  AccountAssociation& account = accounts[fields[0]];
  const std::string& user = fields[2];
  if (!user.empty()) {
    if (fields[3].empty()) account.users[user] = std::move(limits);
    return absl::OkStatus();
  }
  account.parent = fields[1];
  account.shares = fields[4];
  account.limits = std::move(limits);
  const std::vector<std::string> qos = absl::StrSplit(fields[8], ',', absl::SkipEmpty());
  account.qos.insert(qos.begin(), qos.end());
  account.default_qos = fields[9];
  return absl::OkStatus();
}

absl::Status AddOwner(absl::string_view line, std::map<std::string, AccountAssociation>& accounts) {
  const size_t bar = line.find('|');
  if (bar == absl::string_view::npos) return NotUnderstood("sacctmgr show account", line);
  const auto account = accounts.find(std::string(line.substr(0, bar)));
  if (account != accounts.end()) account->second.owner = std::string(line.substr(bar + 1));
  return absl::OkStatus();
}

absl::Status ControllerText::Add(absl::string_view line) {
  if (absl::ConsumePrefix(&line, "ClusterName=")) {
    current_ = {std::string(ValueOf(line, " Account=")), ""};
    // "UserName=alice(1001)", and nothing for the account itself.
    const absl::string_view user = ValueOf(line, " UserName=");
    current_.second = std::string(user.substr(0, user.find('(')));
    is_passed_over_ =
        line.substr(0, line.find(' ')) != cluster_ || !ValueOf(line, " Partition=").empty();
    is_jobs_closed_ = false;
    if (current_.first.empty()) return NotUnderstood("scontrol show assoc_mgr", line);
    if (!is_passed_over_) controller_.counted[current_];
    return absl::OkStatus();
  }
  line = absl::StripLeadingAsciiWhitespace(line);
  if (is_passed_over_) return absl::OkStatus();
  if (absl::StartsWith(line, "ParentAccount=") && absl::StrContains(line, "DefAssoc=Yes")) {
    controller_.defaults.insert(current_);
  }
  if (absl::StrContains(line, "GrpJobs=")) is_jobs_closed_ = IsZero(ValueOf(line, "GrpJobs="));
  if (is_jobs_closed_ && IsZero(ValueOf(line, "GrpSubmitJobs="))) {
    controller_.frozen.insert(current_);
  }
  if (absl::ConsumePrefix(&line, "GrpTRESRunMins=")) return AddKept(line);
  return absl::ConsumePrefix(&line, "GrpTRESMins=") ? AddMinutes(line) : absl::OkStatus();
}

absl::Status ControllerText::AddMinutes(absl::string_view text) {
  for (const absl::string_view each : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const absl::StatusOr<ControllerEntry> entry = ReadEntry(each);
    if (!entry.ok()) return entry.status();
    controller_.tres.insert(entry->tres);
    controller_.counted[current_][entry->tres] = entry->count;
    if (entry->limit.has_value()) controller_.minutes[current_][entry->tres] = *entry->limit;
  }
  return absl::OkStatus();
}

absl::Status ControllerText::AddKept(absl::string_view text) {
  for (const absl::string_view each : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const absl::StatusOr<ControllerEntry> entry = ReadEntry(each);
    if (!entry.ok()) return entry.status();
    if (entry->count > 0) controller_.kept[current_][entry->tres] = entry->count;
  }
  return absl::OkStatus();
}

absl::StatusOr<ClusterAssociations::Controller> ControllerText::Take() {
  if (controller_.tres.empty()) {
    return absl::DataLossError(
        Say("scontrol show assoc_mgr tells no association of $0", cluster_).Render());
  }
  // One without any limit is known to have none.
  for (const auto& [whose, counted] : controller_.counted) controller_.minutes[whose];
  return std::move(controller_);
}

absl::StatusOr<int64_t> WaitingRecords(absl::string_view sdiag) {
  for (absl::string_view line : absl::StrSplit(sdiag, '\n')) {
    if (!absl::ConsumePrefix(&line, "DBD Agent queue size:")) continue;
    const std::optional<int64_t> count = NumberOf(absl::StripAsciiWhitespace(line));
    if (count.has_value()) return *count;
  }
  return NotUnderstood("sdiag", sdiag.substr(0, kShownBytes));
}

absl::Status AddBusy(absl::string_view line, std::set<AccountUser>& busy) {
  const size_t bar = line.find('|');
  if (bar == absl::string_view::npos) return NotUnderstood("squeue", line);
  busy.emplace(std::string(line.substr(0, bar)), std::string(line.substr(bar + 1)));
  return absl::OkStatus();
}

}  // namespace mesolys::agent
