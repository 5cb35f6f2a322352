#include "agent/slurm/associations/associations.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace mesolys::agent {

std::string UserText(const AssociationUser& user) {
  if (user.partition.empty()) return user.login;
  return absl::StrCat(user.login, " (partition ", user.partition, ")");
}

std::string HeldLogin(const AccountAssociation& account, const std::string& login) {
  if (account.users.contains(login)) return login;
  std::string lowered = absl::AsciiStrToLower(login);
  return account.users.contains(lowered) ? lowered : login;
}

std::map<AccountUser, TresMinutes> SummedUp(
    const std::map<AccountUser, TresMinutes>& minutes,
    const std::map<std::string, AccountAssociation>& accounts) {
  std::map<AccountUser, TresMinutes> sums = minutes;
  for (const auto& [whose, each] : minutes) {
    if (whose.second != AssociationUser()) continue;
    std::set<std::string> passed = {whose.first};
    for (auto account = accounts.find(whose.first);
         account != accounts.end() && !account->second.parent.empty() &&
         passed.insert(account->second.parent).second;
         account = accounts.find(account->second.parent)) {
      TresMinutes& above = sums[{account->second.parent, ""}];
      for (const auto& [tres, count] : each) {
        above[tres] = std::min(above[tres] + std::min(count, kMinutesMax), kMinutesMax);
      }
    }
  }
  return sums;
}

}  // namespace mesolys::agent
