#include "scheduler/core/ledger/uses.h"

#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// What a type of GPU is says what was held, not from when on: jobs of the past are charged for it
// too. Those before the first catalogue there are none.
void Uses::On(const CatalogueAdopted& event, const Folding& at) {
  for (const auto& [id, site] : event.catalogue.sites) {
    GpuNames& known = gpu_names_[id];
    if (known == site.gpu_names) continue;
    known = site.gpu_names;
    ChargeAnew(id, at.ledger);
  }
}

void Uses::On(const AccountLinked& event, const Folding&) {
  unsettled_accounts_[{event.cluster, event.account}] = std::nullopt;
}

void Uses::On(const AccountUnlinked& event, const Folding&) {
  unsettled_accounts_[{event.cluster, event.account}] = std::nullopt;
}

void Uses::On(const GrantIssued& event, const Folding& at) {
  const Grant& grant = event.grant;
  // Somebody else may now pay for what already ran, or for what running jobs may still take.
  if (grant.period.start < at.time + kRecordAheadMax || HasCommitted(grant.project, at.ledger)) {
    at.marks.charged_anew.push_back(grant.project);
  }
}

void Uses::On(const UsageReported& event, const Folding& at) { Post(event.postings, at); }

void Uses::On(const JobsResettled& event, const Folding& at) {
  Post(event.postings, at);
  const auto it = unsettled_accounts_.find({event.cluster, event.account});
  Require(it != unsettled_accounts_.end());
  if (event.last.has_value()) {
    it->second = event.last;
  } else {
    unsettled_accounts_.erase(it);
  }
}

void Uses::On(const JobRefunded& event, const Folding& at) {
  refunded_jobs_.insert(event.job);
  Post(event.postings, at);
}

void Uses::On(const WindowDeclared& event, const Folding& at) {
  if (event.window.kind == SiteWindow::Kind::kIncident) ChargeAnew(event.window.site, at.ledger);
}

void Uses::ChargeAnew(const std::string& site, const Ledger& ledger) {
  for (const auto& [project, accounts] : accounts_of_project_) {
    for (const Account& account : accounts) {
      if (ledger.SiteOf(account.first) == site) unsettled_accounts_[account] = std::nullopt;
    }
  }
}

void Uses::On(const Marks& marks, const Folding&) {
  for (const std::string& project : marks.charged_anew) {
    const auto it = accounts_of_project_.find(project);
    if (it == accounts_of_project_.end()) continue;
    for (const Account& account : it->second) unsettled_accounts_[account] = std::nullopt;
  }
}

void Uses::Post(const std::vector<Posting>& postings, const Folding& at) {
  for (const auto& [key, amount] : postings) {
    if (key.grant != 0) {
      const std::string& project = at.ledger.FindGrant(key.grant)->grant.project;
      accounts_of_project_[project].insert({key.cluster, key.account});
      continue;
    }
    auto& uses = key.project.empty() ? unassigned_ : uncovered_;
    uses[{key.project, key.cluster, key.account, key.resource}].Add(key.kind, amount);
    // An unassigned account is found again when a project of its name is created.
    const std::string& project = key.project.empty() ? key.account : key.project;
    accounts_of_project_[project].insert({key.cluster, key.account});
  }
}

bool Uses::HasCommitted(const std::string& project, const Ledger& ledger) const {
  for (const int64_t number : ledger.FindProject(project)->grants) {
    for (const auto& [site, used] : ledger.FindGrant(number)->used) {
      if (used.committed > Amount()) return true;
    }
  }
  for (auto it = uncovered_.lower_bound({project, "", "", ""});
       it != uncovered_.end() && it->first.project == project; ++it) {
    if (it->second.committed > Amount()) return true;
  }
  return false;
}

}  // namespace mesolys
