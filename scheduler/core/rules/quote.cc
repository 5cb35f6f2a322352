#include "scheduler/core/rules/quote.h"

#include <algorithm>

namespace mesolys {
namespace {

constexpr int kMonthsAhead = 12;

std::optional<absl::Time> WholeFrom(const Ledger& ledger, Request request, absl::Time now) {
  const Catalogue& catalogue = ledger.catalogue();
  const absl::Duration length = request.period.end - request.period.start;
  const absl::Time first = std::max(now, request.period.start);
  // Its points would lie elsewhere, and what is granted does not depend on them.
  request.curve.clear();
  for (int ahead = 1; ahead <= kMonthsAhead; ++ahead) {
    const Period month = catalogue.PeriodOf(catalogue.MonthAt(first).Plus(ahead));
    if (month.Seconds() == 0) break;
    request.period = {month.start, month.start + length};
    const absl::StatusOr<RequestDecision> then =
        DecideDynamically(ledger, request, std::max(ledger.time(), month.start));
    if (!then.ok()) break;
    if (then->outcome.state == RequestState::kGranted) return month.start;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<Quote> QuoteFor(const Ledger& ledger, const Request& request, absl::Time now) {
  absl::StatusOr<RequestDecision> decision = DecideDynamically(ledger, request, now);
  if (!decision.ok()) return decision.status();
  const ProjectEntry& project = *ledger.FindProject(request.project);
  Quote quote;
  for (const Grant& grant : decision->grants) quote.price = quote.price + grant.normalised;
  quote.threshold = ledger.catalogue().programmes.at(project.project.programme).threshold;
  quote.threshold_left = ThresholdLeft(ledger, project, now);
  if (decision->outcome.state != RequestState::kGranted) {
    quote.whole_from = WholeFrom(ledger, request, now);
  }
  quote.decision = *std::move(decision);
  return quote;
}

}  // namespace mesolys
