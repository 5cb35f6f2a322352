#include "tests/agent/slurm/fake_slurm.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/associations/association_changes.h"
#include "agent/slurm/text/sacctmgr_line.h"

namespace mesolys::agent {
namespace {

// The words "key=value" of a line; others have no value.
std::map<std::string, std::string> WordsOf(const std::string& line) {
  std::map<std::string, std::string> words;
  for (const absl::string_view word : absl::StrSplit(line, ' ')) {
    const size_t equals = word.find('=');
    words[std::string(word.substr(0, equals))] =
        equals == absl::string_view::npos ? "" : std::string(word.substr(equals + 1));
  }
  return words;
}

void SetCount(const std::string& text, std::optional<int64_t>& count) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) return;
  count = number < 0 ? std::nullopt : std::optional<int64_t>(number);
}

void SetLimits(const std::map<std::string, std::string>& words, AssociationLimits& limits) {
  if (words.contains("GrpJobs")) SetCount(words.at("GrpJobs"), limits.jobs_max);
  if (words.contains("GrpSubmitJobs")) SetCount(words.at("GrpSubmitJobs"), limits.submits_max);
  if (!words.contains("GrpTRESMins")) return;
  for (const absl::string_view entry : absl::StrSplit(words.at("GrpTRESMins"), ',')) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(entry, '=');
    std::optional<int64_t> minutes;
    SetCount(parts.second, minutes);
    limits.minutes.erase(parts.first);
    if (minutes.has_value()) limits.minutes[parts.first] = *minutes;
  }
}

}  // namespace

FakeSlurm::FakeSlurm(std::set<std::string> names) {
  for (const std::string& name : names) {
    ClusterAssociations& cluster = clusters[name];
    cluster.accounts[kRootAccount].shares = "1";
    cluster.controller = ClusterAssociations::Controller{};
    cluster.controller->tres = {"cpu", "mem", "gres/gpu", "gres/gpu:a100", "gres/gpu:h100"};
    cluster.controller->qos["normal"];
    cluster.controller->partitions.push_back({"main", "", {}, {}, {}, {}});
  }
}

void FakeSlurm::Run(const std::string& cluster, const std::string& account,
                    const std::string& login, const TresMinutes& minutes) {
  ClusterAssociations& all = clusters.at(cluster);
  for (const auto& [tres, count] : minutes) {
    all.controller->counted[{account, login}][tres] += count;
    for (std::string above = account; !above.empty();) {
      all.controller->counted[{above, ""}][tres] += count;
      above = all.accounts[above].parent;
    }
  }
}

void FakeSlurm::LoseState(const std::string& cluster) {
  clusters.at(cluster).controller->counted.clear();
}

int64_t FakeSlurm::Left(const std::string& cluster, const std::string& account,
                        const std::string& tres) const {
  const ClusterAssociations& all = clusters.at(cluster);
  int64_t left = kNoLimit;
  for (std::string name = account; !name.empty();) {
    const auto there = all.accounts.find(name);
    if (there == all.accounts.end() || there->second.limits.jobs_max == 0) return 0;
    const auto limit = there->second.limits.minutes.find(tres);
    if (limit != there->second.limits.minutes.end()) {
      const auto counted = all.controller->counted.find({name, ""});
      int64_t used = 0;
      if (counted != all.controller->counted.end() && counted->second.contains(tres)) {
        used = counted->second.at(tres);
      }
      const int64_t here = std::max<int64_t>(0, limit->second - used);
      left = left == kNoLimit ? here : std::min(left, here);
    }
    name = there->second.parent;
  }
  return left;
}

absl::StatusOr<ClusterAssociations> FakeSlurm::Read(const std::string& cluster,
                                                    const std::set<std::string>& logins) {
  if (!unreadable.ok()) return unreadable;
  is_killed_ = is_killed_ && lines_left == 0;
  if (is_killed_) return absl::AbortedError("ended by signal 9");
  ClusterAssociations read = clusters.at(cluster);
  for (const std::string& login : logins) {
    if (!unix_logins.contains(login)) read.unknown_logins.insert(login);
  }
  if (!read.controller.has_value()) return read;
  for (const auto& [name, account] : read.accounts) {
    for (const std::string& tres : read.controller->tres) {
      read.controller->counted[{name, ""}][tres];
    }
    read.controller->minutes[{name, ""}] = account.limits.minutes;
    Freeze({name, ""}, account.limits, *read.controller);
    for (const auto& [user, limits] : account.users) {
      read.controller->counted[{name, user}];
      read.controller->minutes[{name, user}] = limits.minutes;
      Freeze({name, user}, limits, *read.controller);
    }
  }
  return read;
}

void FakeSlurm::Freeze(const AccountUser& whose, const AssociationLimits& limits,
                       ClusterAssociations::Controller& controller) {
  if (!limits.IsFrozen()) return;
  if (unheard_freezes > 0) {
    --unheard_freezes;
  } else {
    controller.frozen.insert(whose);
  }
}

absl::StatusOr<QueuedJob> FakeSlurm::ReadJob(const v1::WantedJob& wanted) {
  const auto job = jobs.find(wanted.job_id());
  if (job != jobs.end()) return job->second;
  return absl::NotFoundError(absl::StrCat("no job ", wanted.job_id(), " at ", wanted.cluster()));
}

absl::StatusOr<std::map<AccountUser, TresMinutes>> FakeSlurm::ReadWaiting(const std::string&) {
  ++waiting_reads;
  return waiting;
}

absl::Status FakeSlurm::Make(const std::vector<std::string>& all) {
  absl::Status status;
  for (const std::string& line : all) {
    if (lines_left == 0) {
      is_killed_ = true;
      return absl::AbortedError("ended by signal 9");
    }
    --lines_left;
    lines.push_back(line);
    if (!refused.empty() && absl::StrContains(line, refused)) {
      status.Update(absl::UnavailableError("slurmdbd is down"));
      continue;
    }
    status.Update(Take(line));
  }
  return status;
}

absl::Status FakeSlurm::Take(const std::string& line) {
  if (absl::Status status = CheckSacctmgrLine(line); !status.ok()) return status;
  const std::map<std::string, std::string> words = WordsOf(line);
  std::map<std::string, AccountAssociation>& accounts = clusters.at(words.at("cluster")).accounts;
  const std::string& name = words.at("name");
  const bool is_user = words.contains("user");
  const std::string& account_name =
      is_user && words.contains("account") ? words.at("account") : name;
  if (words.contains("add") && !is_user) {
    if (accounts.contains(name)) return absl::UnavailableError("Nothing new added.");
    if (!accounts.contains(words.at("parent"))) return absl::UnavailableError("no such parent");
    AccountAssociation& added = accounts[name];
    added.parent = words.at("parent");
    added.shares = words.at("fairshare");
    added.owner = words.at("organization");
    added.limits.qos = {"normal"};
    SetLimits(words, added.limits);
    return absl::OkStatus();
  }
  if (words.contains("DefaultAccount")) return absl::OkStatus();
  if (!accounts.contains(account_name)) return absl::UnavailableError("Nothing modified");
  AccountAssociation& account = accounts[account_name];
  const AssociationUser user = {is_lower_case ? absl::AsciiStrToLower(name) : name,
                                words.contains("partition") ? words.at("partition") : ""};
  if (words.contains("add")) {
    account.users[user];
  } else if (words.contains("delete")) {
    account.users.erase(user);
  } else if (is_user) {
    SetLimits(words, account.users[user]);
    if (words.contains("QOS")) account.users[user].qos.clear();
  } else {
    SetLimits(words, account.limits);
    if (words.contains("parent")) account.parent = words.at("parent");
    if (words.contains("fairshare")) account.shares = words.at("fairshare");
    if (words.contains("QOS")) {
      const std::vector<std::string> qos = absl::StrSplit(words.at("QOS"), ',');
      account.limits.qos = {qos.begin(), qos.end()};
      account.limits.default_qos = words.at("DefaultQOS");
    }
  }
  return absl::OkStatus();
}

}  // namespace mesolys::agent
