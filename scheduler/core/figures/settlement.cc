#include "scheduler/core/figures/settlement.h"

#include <algorithm>
#include <optional>

#include "proto/values/charging.h"

namespace mesolys {
namespace {

// Of each piece its amount; a part of a GPU held for a moment may be worth none.
void AppendCharges(const std::vector<ChargedSeconds>& pieces, const std::vector<Amount>& amounts,
                   const std::string& resource, ChargeKind kind, ChargeBasis basis,
                   std::vector<Charge>& charges) {
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (amounts[i] == Amount()) continue;
    charges.push_back({pieces[i].grant, resource, kind, amounts[i], basis});
  }
}

// What of a finished job is given back, and why.
struct Refund {
  std::optional<ChargeBasis> whole;
  std::vector<Period> spans;  // of incidents, apart and in order, when not the whole
};

Refund RefundOf(const Ledger& ledger, const std::string& site, const UsageRecord& record) {
  const std::vector<int64_t>& admins = ledger.catalogue().sites.at(site).admin_uids;
  switch (record.state) {
    case JobState::kNodeFail:
      return {ChargeBasis::kNodeFail, {}};
    case JobState::kBootFail:
      return {ChargeBasis::kBootFail, {}};
    case JobState::kPreempted:
      return {ChargeBasis::kPreempted, {}};
    case JobState::kCancelled:
      if (std::find(admins.begin(), admins.end(), record.cancelled_by_uid) != admins.end()) {
        return {ChargeBasis::kAdminCancelled, {}};
      }
      break;
    default:
      break;
  }
  Refund refund;
  for (const SiteWindow& window : ledger.windows()) {
    if (window.kind != SiteWindow::Kind::kIncident || window.site != site) continue;
    // A job that did not survive the incident lost everything, another one the seconds within it.
    const bool ended_within =
        window.period.start < record.end_time && record.end_time <= window.period.end;
    if (ended_within && record.state != JobState::kCompleted) return {ChargeBasis::kIncident, {}};
    const Period lost = Intersection(window.period, {record.start_time, record.end_time});
    if (lost.Seconds() > 0) refund.spans.push_back(lost);
  }
  std::sort(refund.spans.begin(), refund.spans.end(),
            [](const Period& a, const Period& b) { return a.start < b.start; });
  for (size_t i = 1; i < refund.spans.size(); ++i) {
    Period& span = refund.spans[i];
    span.start = std::max(span.start, refund.spans[i - 1].end);
    span.end = std::max(span.start, span.end);
  }
  return refund;
}

// The seconds of `pieces` that the refund gives back, each grant what it paid at most: of a job
// that was suspended nobody knows which seconds were charged.
std::vector<ChargedSeconds> SecondsGivenBack(const Refund& refund, const std::vector<Payer>& payers,
                                             const std::vector<ChargedSeconds>& pieces) {
  if (refund.whole.has_value()) return pieces;
  std::map<int64_t, int64_t> lost;
  for (const Period& span : refund.spans) {
    for (const ChargedSeconds& piece : Attribute(payers, span, span.Seconds())) {
      lost[piece.grant] += piece.seconds;
    }
  }
  std::vector<ChargedSeconds> given_back;
  for (const ChargedSeconds& piece : pieces) {
    int64_t& seconds = lost[piece.grant];
    const int64_t here = std::min(seconds, piece.seconds);
    seconds -= here;
    if (here > 0) given_back.push_back({piece.grant, here});
  }
  return given_back;
}

// What of `charged`, the amounts of `pieces`, is given back with some of their seconds: all of an
// amount with all of its seconds, otherwise rounded down, so that nobody gets more than they paid.
std::vector<Amount> AmountsGivenBack(const HeldUnits& held,
                                     const std::vector<ChargedSeconds>& given_back,
                                     const std::vector<ChargedSeconds>& pieces,
                                     const std::vector<Amount>& charged) {
  std::vector<Amount> amounts;
  for (const ChargedSeconds& part : given_back) {
    size_t i = 0;
    while (pieces[i].grant != part.grant) ++i;
    amounts.push_back(part.seconds == pieces[i].seconds
                          ? charged[i]
                          : Amount(MulDiv(held.units, part.seconds, held.whole)));
  }
  return amounts;
}

Job ChargedWith(const Ledger& ledger, const UsageRecord& record, bool by_hand) {
  Job job;
  job.record = record;
  job.site = ledger.SiteOf(record.key.cluster);
  const ProjectEntry* project = ledger.ProjectOf(record.key.cluster, record.account);
  if (project != nullptr) job.project = project->project.id;

  const JobSpans spans = SpansOf(record);
  const bool terminal = IsTerminal(record.state);
  Refund refund;
  if (terminal) refund = RefundOf(ledger, job.site, record);
  if (terminal && by_hand) refund = {ChargeBasis::kOperator, {}};
  for (const HeldUnits& held : HeldBy(record, ledger.catalogue().sites.at(job.site).Charges())) {
    const ChargeBasis basis = held.by_share ? ChargeBasis::kNodeShare : ChargeBasis::kAllocated;
    const std::vector<Payer>& payers = ledger.Payers(job.project, held.resource, job.site);
    const std::vector<ChargedSeconds> pieces = Attribute(payers, spans.ran, spans.charged_seconds);
    const std::vector<Amount> amounts = AmountsOf(held, pieces);
    AppendCharges(pieces, amounts, held.resource,
                  terminal ? ChargeKind::kSettled : ChargeKind::kInFlight, basis, job.charges);
    const std::vector<ChargedSeconds> given_back =
        SecondsGivenBack(refund, payers, terminal ? pieces : std::vector<ChargedSeconds>());
    AppendCharges(given_back, AmountsGivenBack(held, given_back, pieces, amounts), held.resource,
                  ChargeKind::kRefund, refund.whole.value_or(ChargeBasis::kIncident), job.charges);
    const std::vector<ChargedSeconds> ahead = Attribute(payers, spans.ahead, spans.ahead.Seconds());
    AppendCharges(ahead, AmountsOf(held, ahead), held.resource, ChargeKind::kCommitted, basis,
                  job.charges);
  }
  return job;
}

}  // namespace

Job Charged(const Ledger& ledger, const UsageRecord& record) {
  return ChargedWith(ledger, record, ledger.IsRefunded(record.key));
}

Job Refunded(const Ledger& ledger, const UsageRecord& record) {
  return ChargedWith(ledger, record, /*by_hand=*/true);
}

std::vector<Period> SpansOf(const Ledger& ledger, const Job& job, const Charge& charge) {
  const UsageRecord& record = job.record;
  if (charge.kind == ChargeKind::kCommitted) {
    const int64_t ahead = record.time_limit_seconds - record.ElapsedSeconds();
    return {{record.end_time, record.end_time + absl::Seconds(std::max<int64_t>(ahead, 0))}};
  }
  if (charge.kind == ChargeKind::kRefund && charge.basis == ChargeBasis::kIncident) {
    Refund refund = RefundOf(ledger, job.site, record);
    if (!refund.whole.has_value() && !refund.spans.empty()) return std::move(refund.spans);
  }
  return {{record.start_time, record.end_time}};
}

bool Postings::Replace(const Job* before, const Job& after) {
  if (before != nullptr && before->project == after.project &&
      before->record.account == after.record.account && before->charges == after.charges) {
    return true;
  }
  Amount moved = moved_;
  for (const Charge& charge : after.charges) moved += charge.amount;
  if (moved > kTotalMax) return false;
  for (const Charge& charge : after.charges) {
    if (EntryFor(after, charge).booked + moved > kTotalMax) return false;
  }
  moved_ = moved;
  for (const Charge& charge : after.charges) EntryFor(after, charge).difference += charge.amount;
  if (before == nullptr) return true;
  for (const Charge& charge : before->charges)
    EntryFor(*before, charge).difference -= charge.amount;
  return true;
}

Postings::Entry& Postings::EntryFor(const Job& job, const Charge& charge) {
  const auto [it, inserted] = entries_.try_emplace(
      {charge.grant, charge.grant == 0 ? job.project : std::string(), job.record.key.cluster,
       job.record.account, charge.resource, charge.kind});
  if (inserted) it->second.booked = ledger_.Booked(it->first);
  return it->second;
}

std::vector<Posting> Postings::Take() const {
  std::vector<Posting> postings;
  for (const auto& [key, entry] : entries_) {
    if (entry.difference != Amount()) postings.push_back({key, entry.difference});
  }
  return postings;
}

}  // namespace mesolys
