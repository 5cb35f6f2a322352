#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_OFFICE_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_OFFICE_H_

// The office's book: by which catalogue it works, who has a role in it, whether it is open. Pure.

#include <map>
#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "scheduler/core/facts/event.h"
#include "scheduler/core/ledger/folding.h"

namespace mesolys {

class Office {
 public:
  // Empty before the first CatalogueAdopted.
  const Catalogue& catalogue() const { return catalogue_; }
  const std::string& catalogue_digest() const { return catalogue_digest_; }
  // Empty for an unknown cluster.
  const std::string& SiteOf(absl::string_view cluster) const;

  // Whether somebody holds a role of the whole mesocentre, by the catalogue or by decision.
  bool HasRole(absl::string_view user, absl::string_view role) const;
  std::set<std::string> RolesOf(absl::string_view user) const;
  // Why only use is recorded at the moment; empty when everything is.
  const std::string& read_only_reason() const { return read_only_reason_; }

 protected:
  void On(const CatalogueAdopted& event, const Folding& at);
  void On(const RoleGiven& event, const Folding& at);
  void On(const ModeSet& event, const Folding& at);

 private:
  Catalogue catalogue_;
  std::string catalogue_digest_;
  absl::flat_hash_map<std::string, std::string> site_of_cluster_;
  std::map<std::string, std::map<std::string, bool>> roles_;  // user -> role -> given or taken
  std::string read_only_reason_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_OFFICE_H_
