#include "agent/slurm/associations/associations.h"

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

}  // namespace mesolys::agent
