#include "agent/slurm/associations/associations.h"

#include "absl/strings/str_cat.h"

namespace mesolys::agent {

std::string UserText(const AssociationUser& user) {
  if (user.partition.empty()) return user.login;
  return absl::StrCat(user.login, " (partition ", user.partition, ")");
}

}  // namespace mesolys::agent
