#include "scheduler/core/rules/grant_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/values/amount_text.h"
#include "proto/values/day.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/placement.h"
#include "scheduler/core/rules/renewal.h"
#include "scheduler/core/rules/request_grants.h"

namespace mesolys {
namespace {

constexpr size_t kReasonMax = 500;

std::map<std::string, std::string> Numbers(Amount asked, Amount accepted) {
  return {{"asked", absl::StrCat(asked.count())}, {"accepted", absl::StrCat(accepted.count())}};
}

// The sites where more of a grant may go: those named, else those where it is.
absl::StatusOr<std::vector<std::string>> SitesFor(const Ledger& ledger, const GrantEntry& entry,
                                                  const std::vector<std::string>& named) {
  std::vector<std::string> sites = named;
  if (sites.empty()) {
    for (const auto& [site, ceiling] : entry.grant.ceilings) sites.push_back(site);
  }
  std::sort(sites.begin(), sites.end());
  sites.erase(std::unique(sites.begin(), sites.end()), sites.end());
  const ProjectEntry& project = *ledger.FindProject(entry.grant.project);
  for (const std::string& site : sites) {
    if (absl::Status s = CheckSite(ledger, project, site, entry.grant.resource); !s.ok()) return s;
  }
  return sites;
}

// What of the hours that are left at a site is not promised in a month still to come.
Amount UnplacedAt(const Ledger& ledger, const GrantEntry& entry, const std::string& site,
                  absl::Time now) {
  const Month current = ledger.catalogue().MonthAt(now);
  Amount ahead;
  for (const Placement& placement : entry.grant.placements) {
    if (placement.site == site && placement.month >= current) ahead += placement.amount;
  }
  return std::max(Amount(), entry.held.at(site) - entry.UsedAt(site) - ahead);
}

// The months that a later end adds, for what a site still has to keep room for.
Period SpanAdded(const Catalogue& catalogue, const Grant& grant, absl::Time end, absl::Time now) {
  if (!IsStock(grant.resource)) return {std::max(now, grant.period.start), end};
  // The stock is held through the month in which the grant ends already.
  const absl::Time held_until =
      catalogue.PeriodOf(catalogue.MonthAt(grant.period.end - absl::Seconds(1))).end;
  return {std::max(now, held_until), end};
}

}  // namespace

absl::StatusOr<const GrantEntry*> ChangeableGrant(const Ledger& ledger, int64_t number,
                                                  absl::Time now) {
  const GrantEntry* entry = ledger.FindGrant(number);
  if (entry == nullptr) return NoGrant(number);
  if (entry->revoked) {
    return Refuse(Reason::kGrantRevoked, Say("grant g$0 was revoked; ask for a new one", number));
  }
  if (ledger.FindProject(entry->grant.project)->archived) {
    return Refuse(
        Reason::kProjectArchived,
        Say("grant g$0 is of project $1, which is archived; ask for a new one in another project",
            number, entry->grant.project),
        {{"project", entry->grant.project}});
  }
  if (now >= GraceEndOf(ledger, *entry)) {
    const int days = GraceDaysOf(ledger, entry->grant);
    return Refuse(Reason::kGrantEnded,
                  Say("grant g$0 ended on $1, and its grace of $2 days is over; ask for a new one",
                      number, DayText(entry->EndProper()), days),
                  {{"end", DayText(entry->EndProper())}, {"grace_days", absl::StrCat(days)}});
  }
  return entry;
}

absl::Status CheckReason(const std::string& reason) {
  if (!reason.empty() && reason.size() <= kReasonMax) return absl::OkStatus();
  return Refuse(Reason::kInvalidArgument,
                Say("say why, in 1 to $0 bytes; there are $1", kReasonMax, reason.size()));
}

absl::Status CheckAmount(const std::string& resource, Amount amount) {
  if (amount > Amount() && amount <= kAmountMax) return absl::OkStatus();
  return Refuse(Reason::kInvalidAmount,
                Say("$0 of $1 were asked; right is more than 0 and at most $2",
                    FormatAmount(resource, amount), resource, FormatAmount(resource, kAmountMax)),
                {{"asked", absl::StrCat(amount.count())}});
}

absl::Status CheckIsAt(const Grant& grant, const std::string& site) {
  if (grant.ceilings.contains(site)) return absl::OkStatus();
  std::vector<std::string> sites;
  for (const auto& [id, ceiling] : grant.ceilings) sites.push_back(id);
  return Refuse(Reason::kUnknownSite,
                Say("grant g$0 is not at site \"$1\"; it is at $2", grant.number, site,
                    absl::StrJoin(sites, ", ")),
                {{"site", site}});
}

absl::Status CheckRoom(const Grant& grant, const std::vector<std::string>& sites, Amount asked,
                       Amount accepted) {
  if (asked <= accepted) return absl::OkStatus();
  return Refuse(Reason::kSiteExhausted,
                Say("$0 can still grant $1 of $2 until $3; $4 were asked",
                    absl::StrJoin(sites, ", "), FormatAmount(grant.resource, accepted),
                    grant.resource, DayText(grant.period.end), FormatAmount(grant.resource, asked)),
                Numbers(asked, accepted));
}

GrantChange ChangeOf(const GrantEntry& entry, ChangeKind kind, const std::string& reason) {
  GrantChange change;
  change.grant = entry.grant.number;
  change.kind = kind;
  change.end = entry.grant.period.end;
  change.reason = reason;
  return change;
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const SupplementGrant& command) {
  absl::StatusOr<const GrantEntry*> found = ChangeableGrant(at.ledger, command.grant, at.now);
  if (!found.ok()) return found.status();
  const GrantEntry& entry = **found;
  const Grant& grant = entry.grant;
  if (absl::Status s = CheckAmount(grant.resource, command.amount); !s.ok()) return s;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  absl::StatusOr<std::vector<std::string>> sites = SitesFor(at.ledger, entry, command.sites);
  if (!sites.ok()) return sites.status();

  std::vector<std::pair<std::string, Room>> rooms;
  Amount free = grant.amount;  // no total passes kAmountMax
  free = kAmountMax - free;
  Amount room_sum;
  for (const std::string& site : *sites) {
    rooms.emplace_back(site, Room(at.ledger, site, grant.resource, grant.period, at.now));
    room_sum += std::min(kAmountMax, rooms.back().second.free());
  }
  const Amount accepted = std::min(free, room_sum);
  if (absl::Status s = CheckRoom(grant, *sites, command.amount, accepted); !s.ok()) return s;
  std::stable_sort(rooms.begin(), rooms.end(),
                   [](const auto& a, const auto& b) { return a.second.free() > b.second.free(); });
  GrantChange change = ChangeOf(entry, ChangeKind::kSupplement, command.reason);
  change.amount = command.amount;
  Amount missing = command.amount;
  for (const auto& [site, room] : rooms) {
    const Amount here = std::min(missing, room.free());
    if (here == Amount()) continue;
    for (Placement& placement : room.Place(here)) change.placements.push_back(std::move(placement));
    change.ceilings[site] = here;
    if (!grant.of_call) change.reserve[site] = here;
    missing -= here;
  }
  change.normalised =
      Normalise(command.amount, at.ledger.catalogue().RateOf(grant.resource, at.now));
  return Verdict{{GrantChanged{std::move(change)}}, {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const ExtendGrant& command) {
  absl::StatusOr<const GrantEntry*> found = ChangeableGrant(at.ledger, command.grant, at.now);
  if (!found.ok()) return found.status();
  const GrantEntry& entry = **found;
  const Grant& grant = entry.grant;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  const absl::Time latest = std::min(at.ledger.FindProject(grant.project)->project.period.end,
                                     at.ledger.catalogue().Horizon().end);
  const absl::Time end_now = entry.EndProper();
  if (end_now >= latest) {
    return Refuse(Reason::kInvalidPeriod,
                  Say("grant g$0 lasts until $1, as long as its project; no later end is possible",
                      grant.number, DayText(latest)),
                  {{"end", DayText(end_now)}, {"end_max", DayText(latest)}});
  }
  if (command.end <= std::max(end_now, at.now) || command.end > latest) {
    return Refuse(Reason::kInvalidPeriod,
                  Say("grant g$0 ends on $1; a later end is right, until $2, when its project ends",
                      grant.number, DayText(end_now), DayText(latest)),
                  {{"end", DayText(end_now)}, {"end_max", DayText(latest)}});
  }
  GrantChange change = ChangeOf(entry, ChangeKind::kExtension, command.reason);
  change.end = command.end;
  const Period span = SpanAdded(at.ledger.catalogue(), grant, command.end, at.now);
  for (const auto& [site, ceiling] : entry.held) {
    const Amount needed = IsStock(grant.resource) ? (span.Seconds() > 0 ? ceiling : Amount())
                                                  : UnplacedAt(at.ledger, entry, site, at.now);
    if (needed == Amount()) continue;
    const Room room(at.ledger, site, grant.resource, span, at.now);
    if (room.free() < needed) {
      return Refuse(Reason::kSiteExhausted,
                    Say("$0 of $1 are left at $2, which has room for $3 until $4; choose another "
                        "end, or release the rest",
                        FormatAmount(grant.resource, needed), grant.resource, site,
                        FormatAmount(grant.resource, room.free()), DayText(command.end)),
                    Numbers(needed, room.free()));
    }
    for (Placement& placement : room.Place(needed)) {
      change.placements.push_back(std::move(placement));
    }
  }
  Verdict verdict{{GrantChanged{std::move(change)}}, {}};
  if (const RequestEntry* renewal = WaitingRenewal(at.ledger, entry, command.end);
      renewal != nullptr) {
    GrantEntry extended = entry;
    extended.grant.period.end = command.end;
    extended.end_proper.reset();
    GrantChange grace = GraceOf(at.ledger, extended, renewal->request.number);
    if (grace.end > command.end) verdict.events.push_back(GrantChanged{std::move(grace)});
  }
  return verdict;
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const WriteOffOverdraft& command) {
  const GrantEntry* entry = at.ledger.FindGrant(command.grant);
  if (entry == nullptr) return NoGrant(command.grant);
  const std::string& resource = entry->grant.resource;
  if (absl::Status s = CheckAmount(resource, command.amount); !s.ok()) return s;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  const Amount overdraft = BalanceOf(*entry, at.now).overdraft;
  if (command.amount > overdraft) {
    return Refuse(Reason::kNoOverdraft,
                  Say("grant g$0 is overdrawn by $1; $2 cannot be written off", command.grant,
                      FormatAmount(resource, overdraft), FormatAmount(resource, command.amount)),
                  Numbers(command.amount, overdraft));
  }
  GrantChange change = ChangeOf(*entry, ChangeKind::kWriteOff, command.reason);
  change.amount = command.amount;
  return Verdict{{GrantChanged{std::move(change)}}, {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const PostOpeningBalance& command) {
  const GrantEntry* entry = at.ledger.FindGrant(command.grant);
  if (entry == nullptr) return NoGrant(command.grant);
  if (absl::Status s = CheckAmount(entry->grant.resource, command.amount); !s.ok()) return s;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  if (absl::Status s = CheckIsAt(entry->grant, command.site); !s.ok()) return s;
  const Amount spent = entry->Used().Spent();
  if (spent + command.amount > kTotalMax) {
    return Refuse(Reason::kInvalidAmount,
                  Say("the use of grant g$0 would pass $1, the most that the ledger counts",
                      command.grant, FormatAmount(entry->grant.resource, kTotalMax)),
                  Numbers(command.amount, kTotalMax - spent));
  }
  GrantChange change = ChangeOf(*entry, ChangeKind::kOpeningBalance, command.reason);
  change.amount = command.amount;
  change.ceilings[command.site] = Amount();
  return Verdict{{GrantChanged{std::move(change)}}, {}};
}

}  // namespace mesolys
