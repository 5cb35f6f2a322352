#include "scheduler/core/ledger.h"

#include <algorithm>
#include <cstdlib>

namespace mesolys {
namespace {

// An event that contradicts the ledger is a bug: better no service than a wrong ledger.
void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

Amount Totals::Of(ChargeKind kind) const {
  switch (kind) {
    case ChargeKind::kSettled:
      return settled;
    case ChargeKind::kInFlight:
      return in_flight;
    case ChargeKind::kCommitted:
      return committed;
    case ChargeKind::kRefund:
      return refund;
    case ChargeKind::kNone:
      break;
  }
  std::abort();
}

void Totals::Add(ChargeKind kind, Amount amount) {
  switch (kind) {
    case ChargeKind::kSettled:
      settled += amount;
      return;
    case ChargeKind::kInFlight:
      in_flight += amount;
      return;
    case ChargeKind::kCommitted:
      committed += amount;
      return;
    case ChargeKind::kRefund:
      refund += amount;
      return;
    case ChargeKind::kNone:
      break;
  }
  std::abort();
}

void Totals::Add(const Totals& other) {
  settled += other.settled;
  in_flight += other.in_flight;
  committed += other.committed;
  refund += other.refund;
  opening += other.opening;
}

Amount GrantEntry::Held() const {
  Amount sum;
  for (const auto& [site, ceiling] : held) sum += ceiling;
  return sum;
}

Totals GrantEntry::Used() const {
  Totals sum;
  for (const auto& [site, totals] : used) sum.Add(totals);
  return sum;
}

GrantEntry EntryOf(const Grant& grant) {
  GrantEntry entry;
  entry.grant = grant;
  entry.held = grant.ceilings;
  return entry;
}

void RunningSum::Add(absl::Time time, int64_t amount) {
  const int64_t sum = (sums_.empty() ? 0 : sums_.back().second) + amount;
  if (!sums_.empty() && sums_.back().first == time) {
    sums_.back().second = sum;
  } else {
    sums_.emplace_back(time, sum);
  }
}

int64_t RunningSum::Since(absl::Time since) const {
  const auto later = std::upper_bound(
      sums_.begin(), sums_.end(), since,
      [](absl::Time time, const std::pair<absl::Time, int64_t>& sum) { return time < sum.first; });
  const int64_t before = later == sums_.begin() ? 0 : std::prev(later)->second;
  return sums_.empty() ? 0 : sums_.back().second - before;
}

void Ledger::Apply(const Event& event, absl::Time time, int64_t revision) {
  Require(revision >= revision_ && time >= time_);
  revision_ = revision;
  time_ = time;
  std::visit([this](const auto& fact) { On(fact); }, event);
}

const ProjectEntry* Ledger::FindProject(absl::string_view id) const {
  const auto it = projects_.find(std::string(id));
  return it == projects_.end() ? nullptr : &it->second;
}

const RequestEntry* Ledger::FindRequest(int64_t number) const {
  if (number < 1 || number >= next_request()) return nullptr;
  return &requests_[static_cast<size_t>(number - 1)];
}

const GrantEntry* Ledger::FindGrant(int64_t number) const {
  if (number < 1 || number >= next_grant()) return nullptr;
  return &grants_[static_cast<size_t>(number - 1)];
}

const ProjectEntry* Ledger::ProjectOf(absl::string_view cluster, absl::string_view account) const {
  const auto link = links_.find(std::make_pair(std::string(cluster), std::string(account)));
  return FindProject(link == links_.end() ? account : absl::string_view(link->second));
}

const std::string& Ledger::SiteOf(absl::string_view cluster) const {
  static const std::string& kNowhere = *new std::string();
  const auto it = site_of_cluster_.find(cluster);
  return it == site_of_cluster_.end() ? kNowhere : it->second;
}

const std::vector<Payer>& Ledger::Payers(absl::string_view project, absl::string_view resource,
                                         absl::string_view site) const {
  static const std::vector<Payer>& kNobody = *new std::vector<Payer>();
  const auto it =
      payers_.find(std::make_tuple(std::string(project), std::string(resource), std::string(site)));
  return it == payers_.end() ? kNobody : it->second;
}

Amount Ledger::Placed(absl::string_view site, absl::string_view resource, Month month) const {
  const auto pool = placed_.find(std::make_pair(std::string(site), std::string(resource)));
  if (pool == placed_.end()) return {};
  const auto cell = pool->second.find(month.number());
  return cell == pool->second.end() ? Amount() : cell->second;
}

Amount Ledger::ReserveDrawn(absl::string_view site, absl::string_view resource, int year) const {
  const auto it =
      reserve_drawn_.find(std::make_tuple(std::string(site), std::string(resource), year));
  return it == reserve_drawn_.end() ? Amount() : it->second;
}

NormalisedSeconds Ledger::DynamicNormalised(absl::string_view pi, absl::string_view programme,
                                            absl::Time since) const {
  return NormalisedSeconds(DynamicAmount(pi, programme, "", since).count());
}

Amount Ledger::DynamicAmount(absl::string_view pi, absl::string_view programme,
                             absl::string_view resource, absl::Time since) const {
  const auto it = dynamic_given_.find(
      std::make_tuple(std::string(pi), std::string(programme), std::string(resource)));
  return it == dynamic_given_.end() ? Amount() : Amount(it->second.Since(since));
}

std::set<std::string> Ledger::RolesOf(absl::string_view user) const {
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

bool Ledger::HasRole(absl::string_view user, absl::string_view role) const {
  const auto decided = roles_.find(std::string(user));
  if (decided != roles_.end()) {
    const auto it = decided->second.find(std::string(role));
    if (it != decided->second.end()) return it->second;
  }
  return catalogue_.HasRole(user, role);
}

const std::set<int64_t>& Ledger::Awaited(absl::string_view site) const {
  static const std::set<int64_t>& kNone = *new std::set<int64_t>();
  const auto it = awaited_.find(site);
  return it == awaited_.end() ? kNone : it->second;
}

Amount Ledger::Booked(const PostingKey& key) const {
  if (key.grant != 0) {
    const GrantEntry* grant = FindGrant(key.grant);
    if (grant == nullptr) return {};
    const auto used = grant->used.find(SiteOf(key.cluster));
    return used == grant->used.end() ? Amount() : used->second.Of(key.kind);
  }
  const auto& uses = key.project.empty() ? unassigned_ : uncovered_;
  const auto it = uses.find({key.project, key.cluster, key.account, key.resource});
  return it == uses.end() ? Amount() : it->second.Of(key.kind);
}

int64_t Ledger::Generation(absl::string_view site) const {
  const auto it = generations_.find(std::string(site));
  return it == generations_.end() ? 0 : it->second.first;
}

absl::Time Ledger::GenerationTime(absl::string_view site) const {
  const auto it = generations_.find(std::string(site));
  return it == generations_.end() ? absl::UnixEpoch() : it->second.second;
}

void Ledger::On(const CatalogueAdopted& event) {
  catalogue_ = event.catalogue;
  catalogue_digest_ = event.digest;
  site_of_cluster_.clear();
  for (const auto& [id, site] : catalogue_.sites) {
    for (const std::string& cluster : site.clusters) site_of_cluster_[cluster] = id;
    Touch(id);
  }
}

void Ledger::On(const ProjectCreated& event) {
  ProjectEntry entry;
  entry.project = event.project;
  entry.create_time = time_;
  entry.revision = revision_;
  Member pi{event.project.pi, ProjectRole::kPi, {}};
  entry.members[pi.user] = {pi, time_};
  const bool inserted = projects_.emplace(event.project.id, std::move(entry)).second;
  Require(inserted);
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
  ProjectAt(event.request.project).requests.push_back(event.request.number);
  requests_.push_back({event.request, time_, {}, {}});
}

void Ledger::On(const GrantIssued& event) {
  const Grant& grant = event.grant;
  Require(grant.number == next_grant());
  grants_.push_back(EntryOf(grant));
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
    requests_[static_cast<size_t>(grant.request - 1)].grants.push_back(grant.number);
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

void Ledger::On(const RequestDecided& event) {
  Require(FindRequest(event.outcome.request) != nullptr);
  requests_[static_cast<size_t>(event.outcome.request - 1)].outcome = event.outcome;
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
    dynamic_given_[{grant.pi, grant.programme, ""}].Add(time_, change.normalised.count());
  }
  std::erase_if(entry.orders, [&](const ReductionOrder& o) { return o.number == change.order; });
  if (change.kind == ChangeKind::kRevocation) entry.revoked = true;
  if (change.kind == ChangeKind::kGiveBack) entry.notice.reset();
  entry.changes.emplace_back(time_, change);
  TouchAll(grant);
  SetEnd(grant, change.end);
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
  SetEnd(entry.grant, order.end);
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
  entry.archived = true;
  entry.revision = revision_;
}

void Ledger::On(const ModeSet& event) {
  read_only_reason_ = event.read_only ? event.reason : std::string();
}

void Ledger::On(const RoleGiven& event) { roles_[event.user][event.role] = !event.taken; }

ProjectEntry& Ledger::ProjectAt(const std::string& id) {
  const auto it = projects_.find(id);
  Require(it != projects_.end());
  return it->second;
}

GrantEntry& Ledger::GrantAt(int64_t number) {
  Require(FindGrant(number) != nullptr);
  return grants_[static_cast<size_t>(number - 1)];
}

void Ledger::Place(Grant& grant, const std::vector<Placement>& differences) {
  for (const Placement& difference : differences) {
    placed_[{difference.site, grant.resource}][difference.month.number()] += difference.amount;
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

void Ledger::SetEnd(Grant& grant, absl::Time end) {
  if (grant.period.end == end) return;
  grant.period.end = end;
  for (const auto& [site, ceiling] : grant.ceilings) {
    for (Payer& payer : payers_[{grant.project, grant.resource, site}]) {
      if (payer.grant == grant.number) payer.period.end = end;
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
