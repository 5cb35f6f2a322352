#include "agent/slurm/text/controller_text.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/slurm/text/digits.h"
#include "agent/slurm/text/not_understood.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

constexpr char kCommand[] = "scontrol show assoc_mgr";

// What stands behind "NAME=", up to the key that comes next: accounts may hold blanks.
absl::string_view ValueOf(absl::string_view line, absl::string_view name, absl::string_view next) {
  const size_t at = line.find(name);
  if (at == absl::string_view::npos) return {};
  line.remove_prefix(at + name.size());
  return line.substr(0, line.find(next));
}

// "alice(1001)", "normal(1)".
std::string NameOf(absl::string_view text) { return std::string(text.substr(0, text.rfind('('))); }

// "0(3)": a limit of 0, whatever is counted against it.
bool IsZero(absl::string_view count) { return absl::StartsWith(count, "0("); }

// "500(0)"; none for "N(0)".
std::optional<int64_t> CountOf(absl::string_view line, absl::string_view name) {
  return ClampedNumber(NameOf(ValueOf(line, name, " ")));
}

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
    return NotUnderstood(kCommand, entry);
  }
  const absl::string_view limit = entry.substr(equals + 1, open - equals - 1);
  const std::optional<int64_t> count =
      ClampedNumber(entry.substr(open + 1, entry.size() - open - 2));
  const std::optional<int64_t> minutes = ClampedNumber(limit);
  if (!count.has_value() || (limit != "N" && !minutes.has_value())) {
    return NotUnderstood(kCommand, entry);
  }
  return ControllerEntry{absl::AsciiStrToLower(entry.substr(0, equals)), minutes, *count};
}

// Counts and limits; either may be unwanted.
absl::Status ReadEntries(absl::string_view text, TresMinutes* counted, TresMinutes* limits) {
  for (const absl::string_view each : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const absl::StatusOr<ControllerEntry> entry = ReadEntry(each);
    if (!entry.ok()) return entry.status();
    if (counted != nullptr) (*counted)[entry->tres] = entry->count;
    if (limits != nullptr && entry->limit.has_value()) (*limits)[entry->tres] = *entry->limit;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ControllerText::Add(absl::string_view line) {
  if (absl::ConsumePrefix(&line, "ClusterName=")) return BeginAssociation(line);
  if (absl::ConsumePrefix(&line, "QOS=")) {
    BeginQos(line);
    return absl::OkStatus();
  }
  line = absl::StripAsciiWhitespace(line);
  if (qos_ != nullptr) return AddToQos(line);
  return is_passed_over_ ? absl::OkStatus() : AddToAssociation(line);
}

absl::Status ControllerText::BeginAssociation(absl::string_view line) {
  qos_ = nullptr;
  is_jobs_closed_ = false;
  is_passed_over_ = line.substr(0, line.find(' ')) != cluster_;
  // "UserName=alice(1001)", and nothing for the account itself.
  current_ = {std::string(ValueOf(line, " Account=", " UserName=")),
              {NameOf(ValueOf(line, " UserName=", " Partition=")),
               std::string(ValueOf(line, " Partition=", " "))}};
  if (current_.first.empty()) return NotUnderstood(kCommand, line);
  if (!is_passed_over_) controller_.counted[current_];
  return absl::OkStatus();
}

void ControllerText::BeginQos(absl::string_view line) { qos_ = &controller_.qos[NameOf(line)]; }

absl::Status ControllerText::AddToAssociation(absl::string_view line) {
  if (absl::StartsWith(line, "ParentAccount=") && absl::StrContains(line, "DefAssoc=Yes")) {
    controller_.defaults.insert(current_);
  }
  if (absl::StrContains(line, "GrpJobs=")) is_jobs_closed_ = IsZero(ValueOf(line, "GrpJobs=", " "));
  if (is_jobs_closed_ && IsZero(ValueOf(line, "GrpSubmitJobs=", " "))) {
    controller_.frozen.insert(current_);
  }
  if (absl::ConsumePrefix(&line, "GrpTRESRunMins=")) {
    TresMinutes kept;
    absl::Status status = ReadEntries(line, &kept, nullptr);
    std::erase_if(kept, [](const auto& each) { return each.second == 0; });
    if (!kept.empty()) controller_.kept[current_] = std::move(kept);
    return status;
  }
  if (!absl::ConsumePrefix(&line, "GrpTRESMins=")) return absl::OkStatus();
  TresMinutes& counted = controller_.counted[current_];
  absl::Status status = ReadEntries(line, &counted, &controller_.minutes[current_]);
  for (const auto& [tres, count] : counted) controller_.tres.insert(tres);
  return status;
}

absl::Status ControllerText::AddToQos(absl::string_view line) {
  if (absl::StartsWith(line, "GrpJobs=")) {
    qos_->jobs_max = CountOf(line, "GrpJobs=");
    qos_->submits_max = CountOf(line, "GrpSubmitJobs=");
  }
  if (absl::ConsumePrefix(&line, "GrpTRESMins=")) {
    return ReadEntries(line, &qos_->counted, &qos_->minutes);
  }
  if (absl::ConsumePrefix(&line, "MaxTRESMinsPJ=")) {
    for (const absl::string_view each : absl::StrSplit(line, ',', absl::SkipEmpty())) {
      const std::pair<std::string, absl::string_view> parts = absl::StrSplit(each, '=');
      const std::optional<int64_t> minutes = ClampedNumber(parts.second);
      if (minutes.has_value()) qos_->job_minutes[absl::AsciiStrToLower(parts.first)] = *minutes;
    }
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

}  // namespace mesolys::agent
