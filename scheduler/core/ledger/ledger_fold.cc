// How each fact changes the ledger; ledger.cc answers what is asked of it.

#include <algorithm>
#include <cstdlib>

#include "scheduler/core/ledger/ledger.h"

namespace mesolys {
namespace {

// An event that contradicts the ledger is a bug: better no service than a wrong ledger.
void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

void Ledger::Apply(const Event& event, absl::Time time, int64_t revision) {
  Require(revision >= revision_ && time >= time_);
  revision_ = revision;
  time_ = time;
  std::visit([this](const auto& fact) { On(fact); }, event);
}

void Ledger::On(const CatalogueAdopted& event) {
  catalogue_ = event.catalogue;
  catalogue_digest_ = event.digest;
  site_of_cluster_.clear();
  for (const auto& [id, site] : catalogue_.sites) {
    for (const std::string& cluster : site.clusters) site_of_cluster_[cluster] = id;
    Touch(id);
  }
  FindOverbooked();
}

void Ledger::FindOverbooked() {
  overbooked_.clear();
  for (const auto& [pool, months] : placed_) {
    for (const auto& [month, promised] : months) {
      if (promised <= catalogue_.CapacityIn(pool.first, pool.second, Month::FromNumber(month))) {
        continue;
      }
      overbooked_[{pool.first, pool.second, month}] = promised;
    }
  }
}

void Ledger::On(const ProjectCreated& event) {
  ProjectEntry entry;
  entry.project = event.project;
  entry.create_time = time_;
  entry.revision = revision_;
  Member pi{event.project.pi, ProjectRole::kPi, {}};
  entry.members[pi.user] = {pi, time_, {}};
  const bool inserted = projects_.emplace(event.project.id, std::move(entry)).second;
  Require(inserted);
  ++census_.projects[event.project.programme];
  ResettleAccountsOf(event.project.id);
}

void Ledger::On(const AccountLinked& event) {
  ProjectEntry& entry = ProjectAt(event.project);
  entry.links.insert({event.cluster, event.account});
  entry.revision = revision_;
  const bool inserted = links_.try_emplace({event.cluster, event.account}, event.project).second;
  Require(inserted);
  unsettled_accounts_[{event.cluster, event.account}] = std::nullopt;
  Touch(SiteOf(event.cluster));
}

void Ledger::On(const AccountUnlinked& event) {
  ProjectEntry& entry = ProjectAt(event.project);
  Require(entry.links.erase({event.cluster, event.account}) == 1);
  links_.erase({event.cluster, event.account});
  entry.revision = revision_;
  unsettled_accounts_[{event.cluster, event.account}] = std::nullopt;
  Touch(SiteOf(event.cluster));
}

void Ledger::On(const MemberAdded& event) {
  ProjectEntry& entry = ProjectAt(event.project);
  MemberEntry& member = entry.members[event.member.user];
  if (member.member.user.empty()) member.add_time = time_;
  for (const auto& [site, login] : member.member.logins) Touch(site);
  member.member = event.member;
  entry.revision = revision_;
  for (const auto& [site, login] : event.member.logins) Touch(site);
}

void Ledger::On(const RequestSubmitted& event) {
  Require(event.request.number == next_request());
  ProjectEntry& project = ProjectAt(event.request.project);
  project.requests.push_back(event.request.number);
  requests_.push_back({event.request, time_, {}, {}});
  ++census_.requests[{project.project.programme, requests_.back().outcome.state}];
}

void Ledger::On(const GrantIssued& event) {
  const Grant& grant = event.grant;
  Require(grant.number == next_grant());
  grants_.push_back(EntryOf(grant));
  grants_.back().revision = revision_;
  ProjectAt(grant.project).grants.push_back(grant.number);
  for (const Placement& placement : grant.placements) {
    placed_[{placement.site, grant.resource}][placement.month.number()] += placement.amount;
  }
  for (const auto& [site, ceiling] : grant.ceilings) {
    payers_[{grant.project, grant.resource, site}].push_back({grant.number, grant.period});
    Touch(site);
  }
  if (grant.request != 0) {
    Require(FindRequest(grant.request) != nullptr);
    RequestEntry& request = requests_[static_cast<size_t>(grant.request - 1)];
    request.grants.push_back(grant.number);
  }
  if (grant.request != 0 && FindRequest(grant.request)->request.track == Track::kDynamic) {
    const int year = catalogue_.MonthAt(time_).year();
    for (const auto& [site, ceiling] : grant.ceilings) {
      reserve_drawn_[{site, grant.resource, year}] += ceiling;
    }
    dynamic_given_[{grant.pi, grant.programme, ""}].Add(time_, grant.normalised.count());
    dynamic_given_[{grant.pi, grant.programme, grant.resource}].Add(time_, grant.amount.count());
  }
  // Somebody else may now pay for what already ran, or for what running jobs may still take.
  if (grant.period.start < time_ + kRecordAheadMax || HasCommitted(grant.project)) {
    ResettleAccountsOf(grant.project);
  }
}

void Ledger::On(const RequestDecided& event) { SetOutcome(event.outcome.request, event.outcome); }

void Ledger::On(const RequestWithdrawn& event) {
  SetOutcome(event.request, {event.request, RequestState::kWithdrawn, {}, event.reason});
}

void Ledger::SetOutcome(int64_t request, const RequestOutcome& outcome) {
  Require(FindRequest(request) != nullptr);
  RequestEntry& entry = requests_[static_cast<size_t>(request - 1)];
  const std::string& programme = ProjectAt(entry.request.project).project.programme;
  --census_.requests[{programme, entry.outcome.state}];
  ++census_.requests[{programme, outcome.state}];
  entry.outcome = outcome;
  entry.decide_time = time_;
}

void Ledger::On(const UsageReported& event) {
  for (const Posting& posting : event.postings) Post(posting);
}

void Ledger::On(const JobsResettled& event) {
  for (const Posting& posting : event.postings) Post(posting);
  const auto it = unsettled_accounts_.find({event.cluster, event.account});
  Require(it != unsettled_accounts_.end());
  if (event.last.has_value()) {
    it->second = event.last;
  } else {
    unsettled_accounts_.erase(it);
  }
}

void Ledger::On(const GrantChanged& event) {
  const GrantChange& change = event.change;
  GrantEntry& entry = GrantAt(change.grant);
  Grant& grant = entry.grant;
  if (change.kind == ChangeKind::kOpeningBalance) {
    Require(change.ceilings.size() == 1);
    entry.used[change.ceilings.begin()->first].opening += change.amount;
    entry.changes.emplace_back(time_, change);
    return;
  }
  grant.amount += change.amount;
  Place(grant, change.placements);
  for (const auto& [site, raise] : change.ceilings) {
    if (!grant.ceilings.contains(site)) {
      payers_[{grant.project, grant.resource, site}].push_back({grant.number, grant.period});
    }
    grant.ceilings[site] += raise;
    entry.held[site] += raise;
  }
  const int year = catalogue_.MonthAt(time_).year();
  for (const auto& [site, drawn] : change.reserve) {
    reserve_drawn_[{site, grant.resource, year}] += drawn;
  }
  if (change.normalised.count() != 0) {
    grant.normalised = grant.normalised + change.normalised;
    if (!grant.of_call) {
      dynamic_given_[{grant.pi, grant.programme, ""}].Add(time_, change.normalised.count());
    }
  }
  std::erase_if(entry.orders, [&](const ReductionOrder& o) { return o.number == change.order; });
  if (change.kind == ChangeKind::kRevocation) entry.revoked = true;
  if (change.kind == ChangeKind::kGiveBack) entry.notice.reset();
  // The end proper stays known when the grace is over; any other end is one of its own.
  if (change.kind == ChangeKind::kGrace) {
    entry.end_proper = entry.EndProper();
  } else if (change.kind == ChangeKind::kExtension || change.kind == ChangeKind::kRevocation) {
    entry.end_proper.reset();
  }
  entry.changes.emplace_back(time_, change);
  TouchAll(grant);
  SetEnd(entry, change.end);
  Require(entry.Held() <= grant.amount);
}

void Ledger::On(const ReductionOrdered& event) {
  const ReductionOrder& order = event.order;
  Require(order.number == next_order());
  ++order_count_;
  GrantEntry& entry = GrantAt(order.grant);
  for (const auto& [site, ceiling] : order.ceilings) {
    Require(ceiling <= entry.grant.ceilings.at(site));
    entry.grant.ceilings[site] = ceiling;
    entry.lowered[site] = revision_;
    awaited_[site].insert(order.grant);
  }
  if (order.kind == ChangeKind::kRevocation) entry.revoked = true;
  entry.orders.push_back(order);
  TouchAll(entry.grant);
  SetEnd(entry, order.end);
}

void Ledger::On(const CeilingsConfirmed& event) {
  for (const auto& [grant, ceiling] : event.held) {
    GrantEntry& entry = GrantAt(grant);
    Amount& wanted = entry.grant.ceilings.at(event.site);
    Require(ceiling >= wanted && ceiling <= entry.held.at(event.site));
    // What was spent meanwhile cannot be taken back: the site keeps a ceiling that covers it.
    wanted = ceiling;
    entry.held[event.site] = ceiling;
    entry.lowered.erase(event.site);
    awaited_[event.site].erase(grant);
    if (entry.revoked) {
      entry.ended[event.site] = absl::FromUnixSeconds(absl::ToUnixSeconds(time_));
      UpdatePayers(entry);
    }
  }
  Touch(event.site);
}

void Ledger::On(const JobRefunded& event) {
  refunded_jobs_.insert(event.job);
  for (const Posting& posting : event.postings) Post(posting);
}

void Ledger::On(const WindowDeclared& event) {
  Require(event.window.number == static_cast<int64_t>(windows_.size()) + 1);
  windows_.push_back(event.window);
  if (event.window.kind != SiteWindow::Kind::kIncident) return;
  for (const auto& [project, accounts] : accounts_of_project_) {
    for (const Account& account : accounts) {
      if (SiteOf(account.first) == event.window.site) unsettled_accounts_[account] = std::nullopt;
    }
  }
}

void Ledger::On(const ImportOrdered& event) {
  Require(event.import.number == static_cast<int64_t>(imports_.size()) + 1);
  imports_.push_back({event.import, time_});
  Touch(event.import.site);
}

void Ledger::On(const ImportEnded& event) {
  Require(event.number >= 1 && event.number <= static_cast<int64_t>(imports_.size()));
  ImportEntry& entry = imports_[static_cast<size_t>(event.number) - 1];
  Require(!entry.result.has_value());
  entry.result = event.result;
  entry.end_time = time_;
  Touch(entry.import.site);
}

void Ledger::On(const UnderUseNoticed& event) { GrantAt(event.notice.grant).notice = event.notice; }

void Ledger::On(const MemberRemoved& event) {
  ProjectEntry& entry = ProjectAt(event.project);
  const auto member = entry.members.find(event.user);
  Require(member != entry.members.end());
  for (const auto& [site, login] : member->second.member.logins) Touch(site);
  entry.members.erase(member);
  entry.revision = revision_;
}

void Ledger::On(const ProjectArchived& event) {
  ProjectEntry& entry = ProjectAt(event.project);
  if (!entry.archived) --census_.projects[entry.project.programme];
  entry.archived = true;
  entry.revision = revision_;
}

void Ledger::On(const ModeSet& event) {
  read_only_reason_ = event.read_only ? event.reason : std::string();
}

void Ledger::On(const RoleGiven& event) { roles_[event.user][event.role] = !event.taken; }

void Ledger::On(const MemberCeilingSet& event) {
  ProjectEntry& entry = ProjectAt(event.project);
  const auto member = entry.members.find(event.user);
  Require(member != entry.members.end());
  if (event.amount.has_value()) {
    member->second.ceilings[{event.site, event.resource}] = {*event.amount, time_};
  } else {
    member->second.ceilings.erase({event.site, event.resource});
  }
  entry.revision = revision_;
  Touch(event.site);
}

ProjectEntry& Ledger::ProjectAt(const std::string& id) {
  const auto it = projects_.find(id);
  Require(it != projects_.end());
  return it->second;
}

GrantEntry& Ledger::GrantAt(int64_t number) {
  Require(FindGrant(number) != nullptr);
  GrantEntry& entry = grants_[static_cast<size_t>(number - 1)];
  entry.revision = revision_;
  return entry;
}

void Ledger::Place(Grant& grant, const std::vector<Placement>& differences) {
  for (const Placement& difference : differences) {
    Amount& placed = placed_[{difference.site, grant.resource}][difference.month.number()];
    placed += difference.amount;
    // What was taken back of a cell that is too full is not promised again.
    const auto overbooked =
        overbooked_.find({difference.site, grant.resource, difference.month.number()});
    if (overbooked != overbooked_.end()) overbooked->second = std::min(overbooked->second, placed);
    const auto at = std::lower_bound(grant.placements.begin(), grant.placements.end(), difference,
                                     [](const Placement& a, const Placement& b) {
                                       return std::tie(a.site, a.month) < std::tie(b.site, b.month);
                                     });
    const bool there = at != grant.placements.end() && at->site == difference.site &&
                       at->month == difference.month;
    if (there) {
      at->amount += difference.amount;
      Require(at->amount >= Amount());
    } else {
      Require(difference.amount >= Amount());
      grant.placements.insert(at, difference);
    }
  }
}

void Ledger::SetEnd(GrantEntry& entry, absl::Time end) {
  if (entry.grant.period.end == end) return;
  entry.grant.period.end = end;
  UpdatePayers(entry);
}

void Ledger::UpdatePayers(const GrantEntry& entry) {
  const Grant& grant = entry.grant;
  for (const auto& [site, ceiling] : grant.ceilings) {
    for (Payer& payer : payers_[{grant.project, grant.resource, site}]) {
      if (payer.grant == grant.number) payer.period = entry.PeriodAt(site);
    }
  }
  // Somebody else pays for seconds that ran, or may run, near the old end or the new one.
  ResettleAccountsOf(grant.project);
}

void Ledger::TouchAll(const Grant& grant) {
  for (const auto& [site, ceiling] : grant.ceilings) Touch(site);
}

void Ledger::Post(const Posting& posting) {
  const PostingKey& key = posting.key;
  const std::string& site = SiteOf(key.cluster);
  if (key.grant != 0) {
    GrantEntry& entry = GrantAt(key.grant);
    entry.used[site].Add(key.kind, posting.amount);
    accounts_of_project_[entry.grant.project].insert({key.cluster, key.account});
    return;
  }
  auto& uses = key.project.empty() ? unassigned_ : uncovered_;
  uses[{key.project, key.cluster, key.account, key.resource}].Add(key.kind, posting.amount);
  // An unassigned account is found again when a project of its name is created.
  const std::string& project = key.project.empty() ? key.account : key.project;
  accounts_of_project_[project].insert({key.cluster, key.account});
}

void Ledger::Touch(const std::string& site) { generations_[site] = {revision_, time_}; }

bool Ledger::HasCommitted(const std::string& project) const {
  for (int64_t number : FindProject(project)->grants) {
    for (const auto& [site, used] : FindGrant(number)->used) {
      if (used.committed > Amount()) return true;
    }
  }
  for (auto it = uncovered_.lower_bound({project, "", "", ""});
       it != uncovered_.end() && it->first.project == project; ++it) {
    if (it->second.committed > Amount()) return true;
  }
  return false;
}

void Ledger::ResettleAccountsOf(const std::string& project) {
  const auto it = accounts_of_project_.find(project);
  if (it == accounts_of_project_.end()) return;
  for (const Account& account : it->second) unsettled_accounts_[account] = std::nullopt;
}

}  // namespace mesolys
