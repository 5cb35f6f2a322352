#include "scheduler/core/rules/reduction_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/values/amount_text.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/placement.h"
#include "scheduler/core/rules/grant_rules.h"
#include "scheduler/core/rules/request_grants.h"
#include "scheduler/core/rules/settled_order.h"

namespace mesolys {
namespace {

constexpr int kDepthMax = 16;  // of projects above projects

// What no site holds and nobody waits for.
Amount Unleased(const GrantEntry& entry) {
  return entry.orders.empty() ? entry.grant.amount - entry.Held() : Amount();
}

// The ceilings that take `amount` away from the sites: in proportion to what each still has, the
// remainder in the order of their names.
std::map<std::string, Amount> LoweredCeilings(const GrantEntry& entry, Amount amount) {
  std::map<std::string, Amount> unspent;
  Amount sum;
  for (const auto& [site, ceiling] : entry.grant.ceilings) {
    unspent[site] = std::max(Amount(), ceiling - entry.UsedAt(site));
    sum += unspent[site];
  }
  amount = std::min(amount, sum);
  std::map<std::string, Amount> cut;
  Amount given;
  for (const auto& [site, weight] : unspent) {
    if (weight == Amount()) continue;
    cut[site] = Amount(MulDiv(weight.count(), amount.count(), sum.count()));
    given += cut[site];
  }
  for (auto& [site, part] : cut) {
    const Amount more = std::min(amount - given, unspent[site] - part);
    part += more;
    given += more;
  }
  std::map<std::string, Amount> lowered;
  for (const auto& [site, part] : cut) {
    if (part > Amount()) lowered[site] = entry.grant.ceilings.at(site) - part;
  }
  return lowered;
}

// What is over stays over: every site hears of it, whatever it has left.
std::map<std::string, Amount> CeilingsOfUse(const GrantEntry& entry) {
  std::map<std::string, Amount> ceilings;
  for (const auto& [site, ceiling] : entry.grant.ceilings) {
    ceilings[site] = std::min(ceiling, std::max(Amount(), entry.UsedAt(site)));
  }
  return ceilings;
}

absl::Status CheckLeft(const GrantEntry& entry, Amount amount) {
  const Amount left = UnclaimedOf(entry);
  if (amount <= left) return absl::OkStatus();
  const std::string& resource = entry.grant.resource;
  return Refuse(
      Reason::kNotEnoughLeft,
      Say("grant g$0 has $1 left that are neither used, committed to running jobs nor promised; $2 "
          "were asked",
          entry.grant.number, FormatAmount(resource, left), FormatAmount(resource, amount)),
      {{"asked", absl::StrCat(amount.count())}, {"accepted", absl::StrCat(left.count())}});
}

// Takes at once what no site holds, else orders the sites to lower their ceilings.
Verdict Reduce(const Ledger& ledger, const GrantEntry& entry, ReductionOrder order,
               absl::Time now) {
  order.grant = entry.grant.number;
  const Amount unleased = Unleased(entry);
  const Amount held = order.amount - std::min(order.amount, unleased);
  order.ceilings =
      order.kind == ChangeKind::kRevocation ? CeilingsOfUse(entry) : LoweredCeilings(entry, held);
  if (order.ceilings.empty()) {
    const Amount done = std::min(order.amount, unleased);
    return {SettledOrder(ledger, entry, order, done, now), {}};
  }
  order.number = ledger.next_order();
  return {{ReductionOrdered{std::move(order)}}, {}};
}

std::string RootOf(const Ledger& ledger, const std::string& project) {
  const ProjectEntry* entry = ledger.FindProject(project);
  for (int depth = 0; depth < kDepthMax && !entry->project.parent.empty(); ++depth) {
    const ProjectEntry* above = ledger.FindProject(entry->project.parent);
    if (above == nullptr) break;
    entry = above;
  }
  return entry->project.id;
}

absl::Status CheckReceiver(const Ledger& ledger, const Grant& from, const std::string& project,
                           const std::string& actor) {
  const ProjectEntry* to = ledger.FindProject(project);
  if (to == nullptr) {
    return NoProject(project);
  }
  if (to->archived) {
    return Refuse(Reason::kProjectArchived,
                  Say("project $0 is archived; choose another one", project),
                  {{"project", project}});
  }
  const bool office = ledger.HasRole(UserOf(actor), "operator");
  if (!office && RootOf(ledger, project) != RootOf(ledger, from.project)) {
    return Refuse(Reason::kOtherFamily,
                  Say("$0 and $1 are not under the same chair; ask an operator of the mesocentre",
                      project, from.project),
                  {{"project", project}});
  }
  for (const auto& [site, ceiling] : from.ceilings) {
    if (!ledger.catalogue().IsCertified(site, to->project.data_class)) {
      return Refuse(Reason::kSiteNotCertified,
                    Say("data of class $0 of project $1 may not go to $2, where the hours are",
                        to->project.data_class, project, site),
                    {{"site", site}, {"data_class", to->project.data_class}});
    }
  }
  return absl::OkStatus();
}

// From where and to where a ceiling may move.
absl::Status CheckSites(const Deciding& at, const GrantEntry& entry, const MoveCeiling& command) {
  const Grant& grant = entry.grant;
  const bool is_by_scheduler = at.actor == kSchedulerIdentity;
  if (!command.from_site.empty() || !is_by_scheduler) {
    if (absl::Status s = CheckIsAt(grant, command.from_site); !s.ok()) return s;
  }
  if (command.from_site == command.to_site) {
    return Refuse(Reason::kInvalidArgument,
                  Say("grant g$0 cannot move from $1 to $1; name another site", grant.number,
                      command.to_site),
                  {{"site", command.to_site}});
  }
  if (grant.ceilings.contains(command.to_site)) return absl::OkStatus();
  absl::Status may_go =
      CheckSite(at.ledger, *at.ledger.FindProject(grant.project), command.to_site, grant.resource);
  const bool follows =
      std::find(grant.any_of.begin(), grant.any_of.end(), command.to_site) != grant.any_of.end();
  if (!may_go.ok() || follows || at.ledger.HasRole(UserOf(at.actor), "operator")) return may_go;
  return Refuse(Reason::kNotAllowed,
                Say("grant g$0 was not given for $1; ask an operator of the mesocentre to move it "
                    "there",
                    grant.number, command.to_site),
                {{"site", command.to_site}});
}

}  // namespace

absl::StatusOr<Verdict> Decide(const Deciding& at, const TransferHours& command) {
  absl::StatusOr<const GrantEntry*> found = ChangeableGrant(at.ledger, command.grant, at.now);
  if (!found.ok()) return found.status();
  const Grant& grant = (*found)->grant;
  if (absl::Status s = CheckAmount(grant.resource, command.amount); !s.ok()) return s;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  std::string receiver = command.to_project;
  if (command.to_grant != 0) {
    absl::StatusOr<const GrantEntry*> to = ChangeableGrant(at.ledger, command.to_grant, at.now);
    if (!to.ok()) return to.status();
    if ((*to)->grant.project != command.to_project) {
      return Refuse(Reason::kUnknownGrant,
                    Say("$0 has no grant g$1", command.to_project, command.to_grant));
    }
    if (command.to_grant == command.grant) {
      return Refuse(Reason::kOtherResource,
                    Say("grant g$0 cannot give hours to itself; name another grant of $1",
                        command.grant, grant.resource));
    }
    if ((*to)->grant.resource != grant.resource) {
      return Refuse(
          Reason::kOtherResource,
          Say("grant g$0 is of $1, g$2 of $3; another grant of the same resource is right",
              command.grant, grant.resource, command.to_grant, (*to)->grant.resource));
    }
    receiver = (*to)->grant.project;
  } else if (at.now >= (*found)->EndProper()) {
    return Refuse(Reason::kGrantEnded,
                  Say("grant g$0 has ended, so nothing of it can be a grant of its own; extend it "
                      "first, or name a grant that lasts longer",
                      command.grant));
  }
  if (absl::Status s = CheckReceiver(at.ledger, grant, receiver, at.actor); !s.ok()) return s;
  if (absl::Status s = CheckLeft(**found, command.amount); !s.ok()) return s;
  ReductionOrder order;
  order.kind = ChangeKind::kTransferOut;
  order.amount = command.amount;
  order.end = grant.period.end;
  order.to_grant = command.to_grant;
  if (command.to_grant == 0) order.to_project = command.to_project;
  order.reason = command.reason;
  return Reduce(at.ledger, **found, std::move(order), at.now);
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const AdjustOverdraft& command) {
  absl::StatusOr<const GrantEntry*> found = ChangeableGrant(at.ledger, command.grant, at.now);
  if (!found.ok()) return found.status();
  const GrantEntry* overdrawn = at.ledger.FindGrant(command.overdrawn);
  const Grant& grant = (*found)->grant;
  if (overdrawn == nullptr) {
    return NoGrant(command.overdrawn);
  }
  if (absl::Status s = CheckAmount(grant.resource, command.amount); !s.ok()) return s;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  if (overdrawn->grant.resource != grant.resource || overdrawn->grant.project != grant.project ||
      command.grant == command.overdrawn) {
    return Refuse(Reason::kOtherResource,
                  Say("an overdraft is paid by another grant of the same project and resource; g$0 "
                      "is $1 of $2, g$3 is $4 of $5",
                      command.overdrawn, overdrawn->grant.resource, overdrawn->grant.project,
                      command.grant, grant.resource, grant.project));
  }
  Amount overdraft = BalanceOf(*overdrawn, at.now).overdraft;
  for (const ReductionOrder& order : (*found)->orders) {
    if (order.to_grant == command.overdrawn) overdraft -= std::min(overdraft, order.amount);
  }
  if (command.amount > overdraft) {
    return Refuse(
        Reason::kNoOverdraft,
        Say("grant g$0 is overdrawn by $1; $2 were offered", command.overdrawn,
            FormatAmount(grant.resource, overdraft), FormatAmount(grant.resource, command.amount)),
        {{"asked", absl::StrCat(command.amount.count())},
         {"accepted", absl::StrCat(overdraft.count())}});
  }
  if (absl::Status s = CheckLeft(**found, command.amount); !s.ok()) return s;
  ReductionOrder order;
  order.kind = ChangeKind::kAdjustmentOut;
  order.amount = command.amount;
  order.end = grant.period.end;
  order.to_grant = command.overdrawn;
  order.reason = command.reason;
  return Reduce(at.ledger, **found, std::move(order), at.now);
}

Amount UnclaimedOf(const GrantEntry& entry) {
  const Totals used = entry.Used();
  Amount left = entry.grant.amount - used.Spent() - used.committed;
  for (const ReductionOrder& order : entry.orders) left -= order.Claimed();
  return std::max(Amount(), left);
}

Verdict DecideReduction(const Ledger& ledger, const GrantEntry& entry, ChangeKind kind,
                        Amount amount, const std::string& reason, absl::Time now) {
  ReductionOrder order;
  order.kind = kind;
  order.amount = amount;
  order.end = entry.grant.period.end;
  order.reason = reason;
  return Reduce(ledger, entry, std::move(order), now);
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const ReleaseHours& command) {
  absl::StatusOr<const GrantEntry*> found = ChangeableGrant(at.ledger, command.grant, at.now);
  if (!found.ok()) return found.status();
  const std::string& resource = (*found)->grant.resource;
  if (absl::Status s = CheckAmount(resource, command.amount); !s.ok()) return s;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  if (absl::Status s = CheckLeft(**found, command.amount); !s.ok()) return s;
  return DecideReduction(at.ledger, **found, ChangeKind::kRelease, command.amount, command.reason,
                         at.now);
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const MoveCeiling& command) {
  absl::StatusOr<const GrantEntry*> found = ChangeableGrant(at.ledger, command.grant, at.now);
  if (!found.ok()) return found.status();
  const GrantEntry& entry = **found;
  const Grant& grant = entry.grant;
  if (absl::Status s = CheckAmount(grant.resource, command.amount); !s.ok()) return s;
  const bool is_by_scheduler = at.actor == kSchedulerIdentity;
  if (absl::Status s = CheckSites(at, entry, command); !s.ok()) return s;
  if (!is_by_scheduler) {
    if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  }
  ReductionOrder order;
  order.grant = command.grant;
  order.kind = ChangeKind::kMove;
  order.amount = command.amount;
  order.end = grant.period.end;
  order.to_site = command.to_site;
  order.reason = is_by_scheduler ? SayLater("follows the use") : command.reason;
  if (command.from_site.empty()) {
    const Amount unleased = Unleased(entry);
    if (command.amount > unleased) {
      return Refuse(Reason::kNotEnoughLeft,
                    Say("all but $0 of grant g$1 are at its sites already",
                        FormatAmount(grant.resource, unleased), command.grant),
                    {{"accepted", absl::StrCat(unleased.count())}});
    }
    return Verdict{SettledOrder(at.ledger, entry, order, command.amount, at.now), {}};
  }
  const Amount ceiling = grant.ceilings.at(command.from_site);
  const Amount unspent = std::max(Amount(), ceiling - entry.UsedAt(command.from_site));
  if (!entry.orders.empty()) {
    return Refuse(Reason::kNotEnoughLeft,
                  Say("something of grant g$0 waits for a site already; move more of it when "
                      "`mesolys grant show $1/g$0` says of nothing that it waits",
                      command.grant, grant.project),
                  {{"accepted", "0"}});
  }
  if (command.amount > unspent) {
    return Refuse(
        Reason::kNotEnoughLeft,
        Say("grant g$0 has $1 left at $2 that are neither used nor committed to running jobs; $3 "
            "were asked",
            command.grant, FormatAmount(grant.resource, unspent), command.from_site,
            FormatAmount(grant.resource, command.amount)),
        {{"asked", absl::StrCat(command.amount.count())},
         {"accepted", absl::StrCat(unspent.count())}});
  }
  if (!is_by_scheduler) {
    const Amount room =
        Room(at.ledger, command.to_site, grant.resource, grant.period, at.now).free();
    absl::Status s =
        CheckRoom(grant, {command.to_site}, command.amount, std::min(kAmountMax, room));
    if (!s.ok()) return s;
  }
  order.number = at.ledger.next_order();
  order.ceilings[command.from_site] = ceiling - command.amount;
  return Verdict{{ReductionOrdered{std::move(order)}}, {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const RevokeGrant& command) {
  absl::StatusOr<const GrantEntry*> found = ChangeableGrant(at.ledger, command.grant, at.now);
  if (!found.ok()) return found.status();
  const GrantEntry& entry = **found;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  ReductionOrder order;
  order.kind = ChangeKind::kRevocation;
  // What a site spends before it has confirmed is the grant's: else it would be spent twice.
  order.end = entry.grant.period.end;
  order.amount = UnclaimedOf(entry);
  order.reason = command.reason;
  return Reduce(at.ledger, entry, std::move(order), at.now);
}

}  // namespace mesolys
