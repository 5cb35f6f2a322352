#include "scheduler/core/ledger/office.h"

namespace mesolys {

const std::string& Office::SiteOf(absl::string_view cluster) const {
  static const std::string& kNowhere = *new std::string();
  const auto it = site_of_cluster_.find(cluster);
  return it == site_of_cluster_.end() ? kNowhere : it->second;
}

std::set<std::string> Office::RolesOf(absl::string_view user) const {
  std::set<std::string> roles;
  const auto of_file = catalogue_.roles.find(std::string(user));
  if (of_file != catalogue_.roles.end()) {
    roles.insert(of_file->second.begin(), of_file->second.end());
  }
  const auto decided = roles_.find(std::string(user));
  if (decided == roles_.end()) return roles;
  for (const auto& [role, given] : decided->second) {
    if (given) {
      roles.insert(role);
    } else {
      roles.erase(role);
    }
  }
  return roles;
}

bool Office::HasRole(absl::string_view user, absl::string_view role) const {
  const auto decided = roles_.find(std::string(user));
  if (decided != roles_.end()) {
    const auto it = decided->second.find(std::string(role));
    if (it != decided->second.end()) return it->second;
  }
  return catalogue_.HasRole(user, role);
}

void Office::On(const CatalogueAdopted& event, const Folding&) {
  catalogue_ = event.catalogue;
  catalogue_digest_ = event.digest;
  site_of_cluster_.clear();
  for (const auto& [id, site] : catalogue_.sites) {
    for (const std::string& cluster : site.clusters) site_of_cluster_[cluster] = id;
  }
}

void Office::On(const RoleGiven& event, const Folding&) {
  roles_[event.user][event.role] = !event.taken;
}

void Office::On(const ModeSet& event, const Folding&) {
  read_only_reason_ = event.read_only ? event.reason : std::string();
}

}  // namespace mesolys
