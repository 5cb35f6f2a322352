#include "agent/slurm/left_accounts.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/text/association_text.h"
#include "proto/values/sentence.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {
namespace {

std::string CountText(const std::optional<int64_t>& count) {
  return count.has_value() ? absl::StrCat(*count) : "";
}

std::string MinutesText(const TresMinutes& minutes) {
  return absl::StrJoin(minutes, ",", absl::PairFormatter("="));
}

// A row of kAssociationColumns, as sacctmgr prints it; of the account itself with the login "".
std::string RowOf(const std::string& name, const AccountAssociation& account,
                  const AssociationUser& user, const AssociationLimits& limits) {
  const bool is_account = user.login.empty();
  return absl::StrJoin(
      {name, is_account ? account.parent : "", user.login, user.partition,
       is_account ? account.shares : "", MinutesText(limits.minutes), CountText(limits.jobs_max),
       CountText(limits.submits_max), absl::StrJoin(limits.qos, ","), limits.default_qos,
       MinutesText(limits.job_minutes)},
      "|");
}

// "cluster psmn", then for each account its rows and "owner NAME|ORGANIZATION".
absl::Status Read(const std::string& path,
                  std::map<std::string, LeftAccounts::Accounts>& clusters) {
  std::ifstream file(path, std::ios::binary);
  LeftAccounts::Accounts* accounts = nullptr;
  for (std::string line; std::getline(file, line);) {
    const std::pair<std::string, std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    absl::Status status = absl::DataLossError(absl::StrCat("\"", words.first, "\""));
    if (words.first == "cluster") {
      accounts = &clusters[words.second];
      status = absl::OkStatus();
    } else if (accounts != nullptr && words.first == "row") {
      status = AddAssociation(words.second, *accounts);
    } else if (accounts != nullptr && words.first == "owner") {
      status = AddOwner(words.second, *accounts);
    }
    if (!status.ok()) return status;
  }
  return file.bad() ? absl::DataLossError("it cannot be read to its end") : absl::OkStatus();
}

constexpr mode_t kAccountsMode = 0640;

// Closes it.
bool WriteAll(int file, absl::string_view text) {
  bool is_good = file >= 0;
  while (is_good && !text.empty()) {
    const ssize_t got = ::write(file, text.data(), text.size());
    if (got < 0 && errno == EINTR) continue;
    is_good = got > 0;
    if (is_good) text.remove_prefix(static_cast<size_t>(got));
  }
  is_good = is_good && ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  errno = error;
  return is_good;
}

// Whether the file of that name is the new one from now on, whatever happens.
bool ReplaceAccounts(const std::string& path, absl::string_view text) {
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kAccountsMode);
  if (!WriteAll(file, text) || std::rename(fresh.c_str(), path.c_str()) != 0) return false;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return WriteAll(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "");
}

}  // namespace

LeftAccounts::LeftAccounts(std::string path) : path_(std::move(path)) {
  if (absl::Status status = Read(path_, clusters_); !status.ok()) {
    spdlog::warn("{} is not what the agent wrote, and is made anew: {}", path_,
                 std::string(status.message()));
    clusters_.clear();
    is_written_ = false;
  }
}

const LeftAccounts::Accounts* LeftAccounts::Of(const std::string& cluster) const {
  const auto found = clusters_.find(cluster);
  return found == clusters_.end() ? nullptr : &found->second;
}

absl::Status LeftAccounts::Forget(const std::string& cluster,
                                  const std::set<std::string>& accounts) {
  const auto found = clusters_.find(cluster);
  if (found == clusters_.end()) return is_written_ ? absl::OkStatus() : Write();
  const auto forgotten = std::erase_if(
      found->second, [&accounts](const auto& each) { return accounts.contains(each.first); });
  return forgotten > 0 || !is_written_ ? Write() : absl::OkStatus();
}

absl::Status LeftAccounts::Set(const std::string& cluster, Accounts accounts) {
  const auto [left, is_new] = clusters_.try_emplace(cluster);
  if (!is_new && is_written_ && left->second == accounts) return absl::OkStatus();
  left->second = std::move(accounts);
  return Write();
}

absl::Status LeftAccounts::Write() {
  std::string text;
  for (const auto& [cluster, accounts] : clusters_) {
    absl::StrAppend(&text, "cluster ", cluster, "\n");
    for (const auto& [name, account] : accounts) {
      absl::StrAppend(&text, "row ", RowOf(name, account, "", account.limits), "\n");
      for (const auto& [user, limits] : account.users) {
        absl::StrAppend(&text, "row ", RowOf(name, account, user, limits), "\n");
      }
      absl::StrAppend(&text, "owner ", name, "|", account.owner, "\n");
    }
  }
  is_written_ = ReplaceAccounts(path_, text);
  if (is_written_) return absl::OkStatus();
  return absl::InternalError(Say("cannot write $0: $1", path_, std::strerror(errno)).Render());
}

}  // namespace mesolys::agent
