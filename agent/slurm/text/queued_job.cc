#include "agent/slurm/text/queued_job.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/text/not_understood.h"
#include "agent/slurm/text/sacct_time.h"
#include "agent/slurm/text/sacct_value.h"
#include "proto/runtime/convert.h"
#include "proto/values/quantity.h"

namespace mesolys::agent {
namespace {

constexpr size_t kFieldCount = 12;

// "cpu=2,mem=10M,node=1,billing=2,gres/gpu=1": whole numbers only.
std::map<std::string, int64_t> CountsOf(absl::string_view text) {
  std::map<std::string, int64_t> counts;
  for (const absl::string_view entry : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const std::pair<std::string, absl::string_view> parts =
        absl::StrSplit(entry, absl::MaxSplits('=', 1));
    int64_t count = 0;
    if (absl::SimpleAtoi(parts.second, &count) && count > 0) counts[parts.first] = count;
  }
  return counts;
}

int64_t CountOf(const std::map<AccountUser, TresMinutes>& all, const AccountUser& whose,
                const std::string& tres) {
  const auto minutes = all.find(whose);
  if (minutes == all.end()) return 0;
  const auto count = minutes->second.find(tres);
  return count == minutes->second.end() ? 0 : count->second;
}

void AddLimits(const QueuedJob& job, const AccountUser& whose, const TresMinutes& minutes,
               const ClusterAssociations& held, v1::JobSituation& situation) {
  for (const auto& [tres, limit] : minutes) {
    const auto asked = job.asked.find(tres);
    if (asked == job.asked.end()) continue;
    v1::JobLimit& shown = *situation.add_limits();
    shown.set_account(whose.first);
    shown.set_login(whose.second.login);
    shown.set_tres(tres);
    shown.set_asked_count(asked->second);
    shown.set_limit_minutes(limit);
    if (!held.controller.has_value()) continue;
    shown.set_used_minutes(CountOf(held.controller->counted, whose, tres));
    shown.set_kept_minutes(CountOf(held.controller->kept, whose, tres));
  }
}

}  // namespace

absl::StatusOr<QueueRow> ParseQueueRow(absl::string_view line) {
  const std::vector<std::string> fields = absl::StrSplit(line, '|');
  QueueRow row;
  if (fields.size() < kFieldCount || !absl::SimpleAtoi(fields[0], &row.job_id)) {
    return NotUnderstood("squeue", line);
  }
  QueuedJob& job = row.job;
  job.state = fields[1];
  job.reason = fields[2];
  job.account = fields[3];
  job.user = fields[4];
  job.partition = fields[5];
  job.qos = fields[6];
  if (fields[7] != "(null)") job.reservation = fields[7];
  job.time_limit_seconds = ParseSacctTimeLimit(fields[8]);
  if (fields[9] != "N/A") {
    const absl::StatusOr<std::optional<SacctTime>> start =
        ParseSacctTime(fields[9], absl::UTCTimeZone());
    if (!start.ok()) return NotUnderstood("squeue", line);
    job.start_time = start->has_value() ? (*start)->first : absl::InfinitePast();
  }
  job.asked = CountsOf(fields[10]);
  job.takes_whole_nodes = fields[11] == "NO";
  return row;
}

void AddWaiting(const QueuedJob& job, std::map<AccountUser, TresMinutes>& waiting) {
  const std::set<AccountUser> whose = {
      {job.account, ""}, {job.account, {job.user, ""}}, {job.account, {job.user, job.partition}}};
  const int64_t minutes =
      job.time_limit_seconds == 0 ? kMinutesMax : (job.time_limit_seconds - 1) / 60 + 1;
  for (const AccountUser& each : whose) {
    for (const auto& [tres, count] : job.asked) {
      int64_t& sum = waiting[each][tres];
      const Wide more = static_cast<Wide>(count) * minutes;
      sum = static_cast<int64_t>(std::min<Wide>(sum + more, kMinutesMax));
    }
  }
}

v1::JobSituation SituationOf(const QueuedJob& job, const ClusterAssociations& held) {
  v1::JobSituation situation;
  situation.set_state(job.state);
  situation.set_reason(job.reason);
  situation.set_account(job.account);
  situation.set_user(job.user);
  situation.set_partition(job.partition);
  situation.set_qos(job.qos);
  situation.set_reservation(job.reservation);
  situation.set_time_limit_seconds(job.time_limit_seconds);
  situation.set_takes_whole_nodes(job.takes_whole_nodes);
  situation.set_partition_time_limit_seconds(job.partition_time_limit_seconds);
  situation.set_partition_nodes_max(job.partition_nodes_max);
  if (job.start_time > absl::InfinitePast()) {
    *situation.mutable_start_time() = mesolys::ToProto(job.start_time);
  }
  std::set<std::string> passed;
  for (std::string name = job.account; passed.insert(name).second;) {
    const auto account = held.accounts.find(name);
    if (account == held.accounts.end()) break;
    if (name == job.account) {
      // Slurm takes the one for its partition before the ordinary one.
      auto user = account->second.users.find({job.user, job.partition});
      if (user == account->second.users.end()) user = account->second.users.find(job.user);
      if (user != account->second.users.end()) {
        situation.set_user_is_closed(user->second.IsFrozen());
        AddLimits(job, {name, user->first}, user->second.minutes, held, situation);
      }
    }
    if (account->second.limits.jobs_max == 0) situation.set_account_is_closed(true);
    AddLimits(job, {name, ""}, account->second.limits.minutes, held, situation);
    name = account->second.parent;
  }
  return situation;
}

}  // namespace mesolys::agent
