#include "agent/slurm/text/sacctmgr_line.h"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/slurm/associations/tres.h"
#include "proto/values/names.h"

namespace mesolys::agent {
namespace {

using LineKind = AssociationChange::Kind;

constexpr int64_t kSharesMax = 1'000'000'000;

bool IsAccount(absl::string_view word) {
  // Slurm takes capitals for small letters.
  return !absl::EqualsIgnoreCase(word, kRootAccount) && CheckLogin("account", word).ok();
}

bool IsParent(absl::string_view word) { return CheckLogin("account", word).ok(); }

bool IsLogin(absl::string_view word) {
  return !absl::EqualsIgnoreCase(word, kRootAccount) && CheckLogin("login", word).ok();
}

// A partition's name is whatever slurm.conf calls it. Empty: what a user has in all of them;
// without the word Slurm would change those for one partition, too.
bool IsPartition(absl::string_view word) {
  return word.size() <= 64 && std::all_of(word.begin(), word.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
         });
}

bool IsCluster(absl::string_view word) { return CheckId("cluster", word).ok(); }

bool IsWhole(absl::string_view word, int64_t most) {
  int64_t number = 0;
  const bool is_plain = !word.empty() &&
                        std::all_of(word.begin(), word.end(), absl::ascii_isdigit) &&
                        (word.size() == 1 || word.front() != '0');
  return is_plain && absl::SimpleAtoi(word, &number) && number <= most;
}

bool IsShares(absl::string_view word) { return IsWhole(word, kSharesMax) && word != "0"; }

// "cpu=600,gres/gpu=-1".
bool IsMinutes(absl::string_view word) {
  for (const absl::string_view entry : absl::StrSplit(word, ',')) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(entry, '=');
    if (entry.find('=') == absl::string_view::npos || !IsLimitable(parts.first)) return false;
    if (parts.second != "-1" && !IsWhole(parts.second, kMinutesMax)) return false;
  }
  return true;
}

bool IsQos(absl::string_view word) { return CheckLogin("QOS", word).ok(); }

bool IsQosList(absl::string_view word) {
  const std::vector<absl::string_view> names = absl::StrSplit(word, ',');
  return std::all_of(names.begin(), names.end(), IsQos);
}

// A word of a template: fixed, or "KEY=" and what may follow.
struct Word {
  absl::string_view text;
  bool (*check)(absl::string_view) = nullptr;

  bool Takes(absl::string_view word) const {
    if (check == nullptr) return word == text;
    return absl::ConsumePrefix(&word, text) && check(word);
  }
};

constexpr Word kName = {"name=", IsAccount};
constexpr Word kUser = {"name=", IsLogin};
constexpr Word kAccount = {"account=", IsAccount};
constexpr Word kCluster = {"cluster=", IsCluster};
constexpr Word kPartition = {"partition=", IsPartition};
constexpr Word kParent = {"parent=", IsParent};
constexpr Word kShares = {"fairshare=", IsShares};
constexpr Word kMinutes = {"GrpTRESMins=", IsMinutes};
constexpr Word kClosedJobs = {"GrpJobs=0"};
constexpr Word kClosedSubmits = {"GrpSubmitJobs=0"};
constexpr Word kOpenJobs = {"GrpJobs=-1"};
constexpr Word kOpenSubmits = {"GrpSubmitJobs=-1"};
constexpr Word kDescription = {"description=mesolys"};
constexpr Word kOrganization = {"organization=mesolys"};

std::vector<std::vector<Word>> Templates() {
  const std::vector<Word> add = {{"add"}, {"account"}, kName,        kCluster,
                                 kParent, kShares,     kDescription, kOrganization};
  const std::vector<Word> account = {{"modify"}, {"account"}, {"where"}, kName, kCluster, {"set"}};
  const std::vector<Word> user = {{"modify"}, {"user"}, {"where"},  kUser,
                                  kAccount,   kCluster, kPartition, {"set"}};
  const auto with = [](std::vector<Word> words, std::initializer_list<Word> more) {
    words.insert(words.end(), more);
    return words;
  };
  return {
      add,
      with(add, {kClosedJobs, kClosedSubmits}),
      {{"add"}, {"user"}, kUser, kAccount, kCluster, {"fairshare=parent"}},
      {{"delete"}, {"user"}, {"where"}, kUser, kAccount, kCluster, kPartition},
      {{"modify"}, {"user"}, {"where"}, kUser, kCluster, {"set"}, {"DefaultAccount=", IsAccount}},
      with(account, {kMinutes}),
      with(account, {kClosedJobs, kClosedSubmits}),
      with(account, {kOpenJobs, kOpenSubmits}),
      with(account, {kParent}),
      with(account, {kShares}),
      with(account, {{"QOS=", IsQosList}, {"DefaultQOS=", IsQos}}),
      with(user, {kMinutes}),
      with(user, {kClosedJobs, kClosedSubmits}),
      with(user, {kOpenJobs, kOpenSubmits}),
      with(user, {{"QOS="}, {"DefaultQOS=-1"}}),
  };
}

std::string LimitsText(const TresMinutes& minutes) {
  return absl::StrJoin(minutes, ",", [](std::string* text, const auto& each) {
    absl::StrAppend(text, each.first, "=", each.second);
  });
}

std::string LineOf(const std::string& cluster, const AssociationChange& change) {
  const std::string account =
      absl::StrCat("modify account where name=", change.account, " cluster=", cluster, " set ");
  const std::string user =
      absl::StrCat("modify user where name=", change.user, " account=", change.account,
                   " cluster=", cluster, " partition=", change.partition, " set ");
  const std::string closed = "GrpJobs=0 GrpSubmitJobs=0";
  const std::string open = "GrpJobs=-1 GrpSubmitJobs=-1";
  switch (change.kind) {
    case LineKind::kFreezeAccount:
      return account + closed;
    case LineKind::kOpenAccount:
      return account + open;
    case LineKind::kFreezeUser:
      return user + closed;
    case LineKind::kOpenUser:
      return user + open;
    case LineKind::kLowerAccount:
    case LineKind::kRaiseAccount:
      return absl::StrCat(account, "GrpTRESMins=", LimitsText(change.minutes));
    case LineKind::kLowerUser:
    case LineKind::kRaiseUser:
      return absl::StrCat(user, "GrpTRESMins=", LimitsText(change.minutes));
    case LineKind::kNarrowQos:
    case LineKind::kWidenQos:
      return absl::StrCat(account, "QOS=", absl::StrJoin(change.qos, ","),
                          " DefaultQOS=", change.qos.empty() ? "" : change.qos.front());
    case LineKind::kInheritQos:
      return user + "QOS= DefaultQOS=-1";
    case LineKind::kMoveDefault:
      return absl::StrCat("modify user where name=", change.user, " cluster=", cluster,
                          " set DefaultAccount=", change.account);
    case LineKind::kRemoveUser:
      return absl::StrCat("delete user where name=", change.user, " account=", change.account,
                          " cluster=", cluster, " partition=", change.partition);
    case LineKind::kCreateAccount:
      return absl::StrCat("add account name=", change.account, " cluster=", cluster,
                          " parent=", change.parent, " fairshare=", change.shares,
                          " description=mesolys organization=mesolys",
                          change.is_node ? "" : absl::StrCat(" ", closed));
    case LineKind::kMoveAccount:
      return absl::StrCat(account, "parent=", change.parent);
    case LineKind::kSetShares:
      return absl::StrCat(account, "fairshare=", change.shares);
    case LineKind::kAddUser:
      return absl::StrCat("add user name=", change.user, " account=", change.account,
                          " cluster=", cluster, " fairshare=parent");
  }
  return "";
}

}  // namespace

absl::Status CheckSacctmgrLine(absl::string_view line) {
  static const auto* const templates = new std::vector<std::vector<Word>>(Templates());
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  size_t furthest = 0;
  for (const std::vector<Word>& each : *templates) {
    size_t at = 0;
    while (at < words.size() && at < each.size() && each[at].Takes(words[at])) ++at;
    if (at == words.size() && at == each.size()) return absl::OkStatus();
    furthest = std::max(furthest, at);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no change that the agent may make: word ", furthest + 1,
                   furthest < words.size()
                       ? absl::StrCat(", \"", absl::CHexEscape(words[furthest].substr(0, 80)), "\"")
                       : " is missing"));
}

absl::StatusOr<std::string> SacctmgrLine(const std::string& cluster,
                                         const AssociationChange& change) {
  std::string line = LineOf(cluster, change);
  if (absl::Status status = CheckSacctmgrLine(line); !status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Describe(change), ": ", status.message(), " in \"", line, "\""));
  }
  return line;
}

}  // namespace mesolys::agent
