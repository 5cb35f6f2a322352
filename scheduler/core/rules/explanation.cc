#include "scheduler/core/rules/explanation.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/values/amount_text.h"
#include "proto/values/day.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/rules/renewal.h"
#include "scheduler/core/rules/under_use.h"

namespace mesolys {
namespace {

std::string Of(const Grant& grant, Amount amount) {
  return absl::StrCat(FormatAmount(grant.resource, amount), " of ", grant.resource);
}

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

std::string Standing(const GrantEntry& entry, const BalanceLine& line, absl::Time now) {
  const Grant& grant = entry.grant;
  std::string name = absl::StrCat("grant g", grant.number);
  switch (StateOf(entry, now)) {
    case GrantState::kRevoked:
      return absl::StrCat(name, " was revoked: ", RevocationReason(entry));
    case GrantState::kExpired:
      return absl::StrCat(name, " ended on ", DayText(grant.period.end), " with ",
                          Of(grant, line.expired),
                          " unused; `mesolys grant extend` within the grace, or a new request");
    case GrantState::kPending:
      return absl::StrCat(name, " can be spent from ", DayText(grant.period.start), " on");
    case GrantState::kExhausted:
      return absl::StrCat(name, " is used up: ", Of(grant, line.settled + line.in_flight),
                          " were spent of ", Of(grant, line.granted), "; jobs may go on to ",
                          Of(grant, line.granted + BonusOf(grant, line.granted)),
                          " at low priority, then no new one starts");
    case GrantState::kGrace:
      return absl::StrCat(name, " ended on ", DayText(entry.EndProper()), "; ",
                          Of(grant, line.left), " may be spent until ", DayText(grant.period.end),
                          " because its renewal is not decided yet");
    case GrantState::kActive: {
      const bool in_sight = grant.period.end > entry.EndProper();
      return absl::StrCat(name, " can be spent until ", DayText(entry.EndProper()),
                          in_sight ? absl::StrCat(", and until ", DayText(grant.period.end),
                                                  " while its renewal waits")
                                   : "",
                          ": ", Of(grant, line.left), " are left of ", Of(grant, line.granted));
    }
  }
  return name;
}

}  // namespace

std::vector<std::string> ExplainRequest(const Ledger& ledger, const RequestEntry& entry) {
  std::vector<std::string> why;
  const std::string name = absl::StrCat("request r", entry.request.number);
  switch (entry.outcome.state) {
    case RequestState::kGranted:
      why.push_back(absl::StrCat(name, " was granted in full"));
      break;
    case RequestState::kPartlyGranted:
      why.push_back(absl::StrCat(name, " was granted in part"));
      break;
    case RequestState::kRefused:
      why.push_back(absl::StrCat(name, " was refused"));
      break;
    case RequestState::kUndecided:
      why.push_back(
          absl::StrCat(name, " waits for the committee since ", DayText(entry.decide_time)));
      break;
    case RequestState::kWithdrawn:
      why.push_back(absl::StrCat(name, " was withdrawn on ", DayText(entry.decide_time)));
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
    why.push_back(absl::StrCat("grant g", number, " came of it, at ", absl::StrJoin(sites, ", ")));
  }
  for (int64_t number : ledger.FindProject(entry.request.project)->grants) {
    const GrantEntry& grant = *ledger.FindGrant(number);
    if (grant.revoked || !grant.end_proper.has_value() || !Renews(ledger, entry, grant)) continue;
    why.push_back(absl::StrCat("it keeps grant g", number, " open until ",
                               DayText(grant.grant.period.end), ", beyond its end on ",
                               DayText(grant.EndProper())));
  }
  return why;
}

std::vector<std::string> ExplainGrant(const Ledger& ledger, const GrantEntry& entry,
                                      absl::Time now) {
  const Grant& grant = entry.grant;
  const BalanceLine line = BalanceOf(entry, now);
  std::vector<std::string> why = {Standing(entry, line, now)};
  if (line.committed > Amount()) {
    why.push_back(absl::StrCat(Of(grant, line.committed),
                               " are kept for running jobs until their time limits"));
  }
  for (const ReductionOrder& order : entry.orders) {
    std::vector<std::string> sites;
    for (const auto& [site, revision] : entry.lowered) sites.push_back(site);
    why.push_back(absl::StrCat(
        Of(grant, order.amount),
        order.kind == ChangeKind::kMove ? absl::StrCat(" move to ", order.to_site) : " go",
        " as soon as ", absl::StrJoin(sites, " and "),
        " confirmed a lower ceiling: ", order.reason));
  }
  if (line.overdraft > Amount()) {
    why.push_back(absl::StrCat(Of(grant, line.overdraft),
                               " were spent beyond it: running jobs are never killed"));
  }
  const Lateness late = LatenessOf(ledger, entry, now);
  if (entry.notice.has_value() && late.excess > Amount()) {
    why.push_back(absl::StrCat("it is ", late.days, " days behind a steady use; on ",
                               DayText(entry.notice->give_back_time), " ", Of(grant, late.excess),
                               " go back to the reserve unless they are used"));
  } else if (late.warned) {
    why.push_back(absl::StrCat("it is ", late.days, " days behind a steady use"));
  }
  if (line.exhaust_time.has_value()) {
    why.push_back(
        absl::StrCat("at the rate so far it is used up on ", DayText(*line.exhaust_time)));
  }
  return why;
}

std::vector<std::string> ExplainProject(const Ledger& ledger, const ProjectEntry& entry,
                                        absl::Time now) {
  std::vector<std::string> why;
  if (entry.archived) why.push_back(absl::StrCat(entry.project.id, " is archived"));
  for (int64_t number : entry.grants) {
    const GrantEntry& grant = *ledger.FindGrant(number);
    const GrantState state = StateOf(grant, now);
    if (state == GrantState::kExpired || state == GrantState::kRevoked) continue;
    for (std::string& sentence : ExplainGrant(ledger, grant, now)) {
      why.push_back(std::move(sentence));
    }
  }
  for (const BalanceLine& line : BalanceOf(ledger, entry, now)) {
    if (line.grant != 0 || line.overdraft == Amount()) continue;
    why.push_back(absl::StrCat(FormatAmount(line.resource, line.overdraft), " of ", line.resource,
                               " ran where no grant was valid; a request for that time, or an "
                               "extension, would pay them"));
  }
  if (why.empty()) {
    why.push_back(absl::StrCat(
        entry.project.id, " has no grant that can be spent; ask with `mesolys request create`"));
  }
  return why;
}

}  // namespace mesolys
