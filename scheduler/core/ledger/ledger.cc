#include "scheduler/core/ledger/ledger.h"

#include <algorithm>
#include <cstdlib>

namespace mesolys {
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

Amount GrantEntry::UsedAt(const std::string& site) const {
  const auto it = used.find(site);
  return it == used.end() ? Amount() : it->second.Spent() + it->second.committed;
}

Period GrantEntry::PeriodAt(const std::string& site) const {
  Period period = grant.period;
  const auto over = ended.find(site);
  if (over != ended.end()) period.end = std::max(period.start, std::min(period.end, over->second));
  return period;
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

Amount Ledger::Overbooked(absl::string_view site, absl::string_view resource, Month month) const {
  const auto it = overbooked_.find({std::string(site), std::string(resource), month.number()});
  if (it == overbooked_.end()) return {};
  return std::max(Amount(), it->second - catalogue_.CapacityIn(site, resource, month));
}

std::vector<CapacityCell> Ledger::OverbookedCells() const {
  std::vector<CapacityCell> cells;
  for (const auto& [key, promised] : overbooked_) {
    const auto& [site, resource, month] = key;
    CapacityCell cell{site, resource, Month::FromNumber(month)};
    if (Overbooked(site, resource, cell.month) > Amount()) cells.push_back(std::move(cell));
  }
  return cells;
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

}  // namespace mesolys
