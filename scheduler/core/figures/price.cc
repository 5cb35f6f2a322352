#include "scheduler/core/figures/price.h"

#include <algorithm>
#include <utility>

#include "scheduler/core/figures/settlement.h"

namespace mesolys {
namespace {

// A span in which one rate holds.
struct Span {
  Period period;
  PartsPerMillion rate;
  std::optional<absl::Time> since;
};

// The rates of a resource within `whole`, in the order of time; at least one.
std::vector<Span> SpansOfRates(const Catalogue& catalogue, const std::string& resource,
                               const Period& whole) {
  std::vector<Span> spans = {{whole, PartsPerMillion(), std::nullopt}};
  for (const NormalisationRate& rate : catalogue.rates) {
    if (rate.resource != resource || rate.from >= whole.end) continue;
    if (rate.from > whole.start) {
      spans.back().period.end = rate.from;
      spans.push_back({{rate.from, whole.end}, PartsPerMillion(), std::nullopt});
    }
    spans.back().rate = rate.rate;
    spans.back().since = rate.from;
  }
  return spans;
}

// The seconds within `span` that the payer of the charge pays.
int64_t SecondsWithin(const std::vector<Payer>& payers, const std::vector<Period>& used,
                      const Charge& charge, const Period& span) {
  int64_t seconds = 0;
  for (const Period& period : used) {
    const Period both = Intersection(period, span);
    for (const ChargedSeconds& piece : Attribute(payers, both, both.Seconds())) {
      if (piece.grant == charge.grant) seconds += piece.seconds;
    }
  }
  return seconds;
}

}  // namespace

std::vector<PricedCharge> Priced(const Ledger& ledger, const Job& job) {
  std::vector<PricedCharge> priced;
  for (const Charge& charge : job.charges) {
    const std::vector<Period> used = SpansOf(ledger, job, charge);
    const Period whole{used.front().start, used.back().end};
    const std::vector<Span> spans = SpansOfRates(ledger.catalogue(), charge.resource, whole);
    std::vector<int64_t> seconds(spans.size(), 0);
    int64_t total = 0;
    const auto& payers = ledger.Payers(job.project, charge.resource, job.site);
    for (size_t i = 0; i < spans.size() && spans.size() > 1; ++i) {
      seconds[i] = SecondsWithin(payers, used, charge, spans[i].period);
      total += seconds[i];
    }
    // Booked before the grants were what they are now, and charged anew next: one piece until then.
    if (total == 0) {
      priced.push_back({charge, spans.front().rate, spans.front().since});
      continue;
    }
    // Of a suspended job nobody knows which seconds were charged: each rate gets its share, and
    // the last one what rounding leaves.
    int64_t passed = 0;
    Amount given;
    for (size_t i = 0; i < spans.size(); ++i) {
      passed += seconds[i];
      PricedCharge piece{charge, spans[i].rate, spans[i].since};
      piece.charge.amount = Amount(MulDiv(charge.amount.count(), passed, total)) - given;
      given += piece.charge.amount;
      if (piece.charge.amount != Amount()) priced.push_back(std::move(piece));
    }
  }
  return priced;
}

}  // namespace mesolys
