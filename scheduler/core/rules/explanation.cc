#include "scheduler/core/rules/explanation.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/values/amount_text.h"
#include "proto/values/day.h"
#include "proto/values/sentence.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/stranded.h"
#include "scheduler/core/rules/renewal.h"
#include "scheduler/core/rules/under_use.h"

namespace mesolys {
namespace {

// Why it was revoked, in the words of who did it.
std::string RevocationReason(const GrantEntry& entry) {
  for (const ReductionOrder& order : entry.orders) {
    if (order.kind == ChangeKind::kRevocation) return order.reason;
  }
  for (const auto& [time, change] : entry.changes) {
    if (change.kind == ChangeKind::kRevocation) return change.reason;
  }
  return "";
}

// Of one that is used up: what it lets jobs do now.
std::string UsedUp(const Grant& grant, const BalanceLine& line,
                   const std::set<std::string>& bonus_sites) {
  const auto text = [&grant](Amount amount) { return FormatAmount(grant.resource, amount); };
  const std::string spent = text(line.settled + line.in_flight);
  const Amount bonus = BonusOf(grant, bonus_sites);
  if (bonus == Amount()) {
    return Say("grant g$0 is used up: $1 of $2 were spent of $3 of $2; no new job starts on it; "
               "ask for more $2 with `mesolys request create $4`",
               grant.number, spent, grant.resource, text(line.granted), grant.project)
        .Render();
  }
  std::vector<std::string> sites;
  for (const auto& [site, ceiling] : grant.ceilings) {
    if (bonus_sites.contains(site)) sites.push_back(site);
  }
  return Say("grant g$0 is used up: $1 of $2 were spent of $3 of $2; jobs may go on to $4 of $2 at "
             "low priority at $5, then no new one starts",
             grant.number, spent, grant.resource, text(line.granted), text(line.granted + bonus),
             absl::StrJoin(sites, ", "))
      .Render();
}

std::string Standing(const GrantEntry& entry, const BalanceLine& line,
                     const std::set<std::string>& bonus_sites, absl::Time now) {
  const Grant& grant = entry.grant;
  const std::string& resource = grant.resource;
  const auto text = [&resource](Amount amount) { return FormatAmount(resource, amount); };
  switch (StateOf(entry, now)) {
    case GrantState::kRevoked:
      return Say("grant g$0 was revoked: $1", grant.number, RevocationReason(entry)).Render();
    case GrantState::kExpired:
      return Say("grant g$0 ended on $1 with $2 of $3 unused; `mesolys grant extend` within the "
                 "grace, or a new request",
                 grant.number, DayText(grant.period.end), text(line.expired), resource)
          .Render();
    case GrantState::kPending:
      return Say("grant g$0 can be spent from $1 on", grant.number, DayText(grant.period.start))
          .Render();
    case GrantState::kExhausted:
      return UsedUp(grant, line, bonus_sites);
    case GrantState::kGrace:
      return Say("grant g$0 ended on $1; $2 of $3 may be spent until $4 because its renewal is not "
                 "decided yet",
                 grant.number, DayText(entry.EndProper()), text(line.left), resource,
                 DayText(grant.period.end))
          .Render();
    case GrantState::kActive:
      break;
  }
  if (grant.period.end > entry.EndProper()) {
    return Say("grant g$0 can be spent until $1, and until $2 while its renewal waits: $3 of $4 "
               "are left of $5 of $4",
               grant.number, DayText(entry.EndProper()), DayText(grant.period.end), text(line.left),
               resource, text(line.granted))
        .Render();
  }
  return Say("grant g$0 can be spent until $1: $2 of $3 are left of $4 of $3", grant.number,
             DayText(entry.EndProper()), text(line.left), resource, text(line.granted))
      .Render();
}

// What is ordered of the grant, and the sites that are still to do it.
Sentence Awaited(const Grant& grant, const ReductionOrder& order,
                 const std::vector<std::string>& sites) {
  const std::string amount = FormatAmount(grant.resource, order.amount);
  const std::string& resource = grant.resource;
  if (sites.size() != 2) {
    const std::string where = absl::StrJoin(sites, " and ");
    return order.kind == ChangeKind::kMove
               ? Say("$0 of $1 move to $2 as soon as $3 confirmed a lower ceiling: $4", amount,
                     resource, order.to_site, where, order.reason)
               : Say("$0 of $1 go as soon as $2 confirmed a lower ceiling: $3", amount, resource,
                     where, order.reason);
  }
  return order.kind == ChangeKind::kMove
             ? Say("$0 of $1 move to $2 as soon as $3 and $4 confirmed a lower ceiling: $5", amount,
                   resource, order.to_site, sites[0], sites[1], order.reason)
             : Say("$0 of $1 go as soon as $2 and $3 confirmed a lower ceiling: $4", amount,
                   resource, sites[0], sites[1], order.reason);
}

}  // namespace

std::vector<std::string> ExplainRequest(const Ledger& ledger, const RequestEntry& entry) {
  std::vector<std::string> why;
  const int64_t request = entry.request.number;
  switch (entry.outcome.state) {
    case RequestState::kGranted:
      why.push_back(Say("request r$0 was granted in full", request).Render());
      break;
    case RequestState::kPartlyGranted:
      why.push_back(Say("request r$0 was granted in part", request).Render());
      break;
    case RequestState::kRefused:
      why.push_back(Say("request r$0 was refused", request).Render());
      break;
    case RequestState::kUndecided:
      why.push_back(
          Say("request r$0 waits for the committee since $1", request, DayText(entry.decide_time))
              .Render());
      break;
    case RequestState::kWithdrawn:
      why.push_back(
          Say("request r$0 was withdrawn on $1", request, DayText(entry.decide_time)).Render());
      break;
  }
  if (!entry.outcome.reason.empty()) why.push_back(entry.outcome.reason);
  for (const Refusal& refusal : entry.outcome.refusals) {
    why.push_back(absl::StrCat(ReasonName(refusal.reason), ": ", refusal.message));
  }
  for (int64_t number : entry.grants) {
    const Grant& grant = ledger.FindGrant(number)->grant;
    std::vector<std::string> sites;
    for (const auto& [site, ceiling] : grant.ceilings) sites.push_back(site);
    why.push_back(Say("grant g$0 came of it, at $1", number, absl::StrJoin(sites, ", ")).Render());
  }
  for (int64_t number : ledger.FindProject(entry.request.project)->grants) {
    const GrantEntry& grant = *ledger.FindGrant(number);
    if (grant.revoked || !grant.end_proper.has_value() || !Renews(ledger, entry, grant)) continue;
    why.push_back(Say("it keeps grant g$0 open until $1, beyond its end on $2", number,
                      DayText(grant.grant.period.end), DayText(grant.EndProper()))
                      .Render());
  }
  return why;
}

std::vector<std::string> ExplainGrant(const Ledger& ledger, const GrantEntry& entry,
                                      const std::set<std::string>& bonus_sites, absl::Time now) {
  const Grant& grant = entry.grant;
  const BalanceLine line = BalanceOf(entry, now);
  std::vector<std::string> why = {Standing(entry, line, bonus_sites, now)};
  if (line.committed > Amount()) {
    why.push_back(Say("$0 of $1 are kept for running jobs until their time limits",
                      FormatAmount(grant.resource, line.committed), grant.resource)
                      .Render());
  }
  for (const ReductionOrder& order : entry.orders) {
    std::vector<std::string> sites;
    for (const auto& [site, revision] : entry.lowered) sites.push_back(site);
    why.push_back(Awaited(grant, order, sites).Render());
  }
  if (line.overdraft > Amount()) {
    why.push_back(Say("$0 of $1 were spent beyond it: running jobs are never killed",
                      FormatAmount(grant.resource, line.overdraft), grant.resource)
                      .Render());
  }
  const Lateness late = LatenessOf(ledger, entry, now);
  if (entry.notice.has_value() && late.excess > Amount()) {
    why.push_back(Say("it is $0 days behind a steady use; on $1 $2 of $3 go back to the reserve "
                      "unless they are used",
                      late.days, DayText(entry.notice->give_back_time),
                      FormatAmount(grant.resource, late.excess), grant.resource)
                      .Render());
  } else if (late.warned) {
    why.push_back(Say("it is $0 days behind a steady use", late.days).Render());
  }
  if (line.exhaust_time.has_value()) {
    why.push_back(
        Say("at the rate so far it is used up on $0", DayText(*line.exhaust_time)).Render());
  }
  return why;
}

std::vector<std::string> ExplainProject(const Ledger& ledger, const ProjectEntry& entry,
                                        const std::set<std::string>& bonus_sites, absl::Time now) {
  std::vector<std::string> why;
  if (entry.archived) why.push_back(Say("$0 is archived", entry.project.id).Render());
  for (int64_t number : entry.grants) {
    const GrantEntry& grant = *ledger.FindGrant(number);
    const GrantState state = StateOf(grant, now);
    if (state == GrantState::kExpired || state == GrantState::kRevoked) continue;
    for (std::string& sentence : ExplainGrant(ledger, grant, bonus_sites, now)) {
      why.push_back(std::move(sentence));
    }
  }
  for (const BalanceLine& line : BalanceOf(ledger, entry, now)) {
    if (line.grant != 0 || line.overdraft == Amount()) continue;
    why.push_back(Say("$0 of $1 ran where no grant was valid; a request for that time, or an "
                      "extension, would pay them",
                      FormatAmount(line.resource, line.overdraft), line.resource)
                      .Render());
  }
  for (const Stranded& each : StrandedOf(ledger, entry, bonus_sites, now)) {
    why.push_back(Say("$0 of $1 wait at $2: a job on GPUs takes cores, too, and nothing is left of "
                      "cpu there; ask for more cpu with `mesolys request create $3`",
                      FormatAmount(each.resource, each.amount), each.resource, each.site,
                      entry.project.id)
                      .Render());
  }
  if (why.empty()) {
    why.push_back(Say("$0 has no grant that can be spent; ask with `mesolys request create`",
                      entry.project.id)
                      .Render());
  }
  return why;
}

}  // namespace mesolys
