#include "scheduler/core/rules/renewal.h"

#include <algorithm>

#include "proto/values/sentence.h"
#include "scheduler/core/rules/grant_rules.h"

namespace mesolys {
namespace {

bool AsksFor(const Request& request, const std::string& resource) {
  return std::any_of(request.lines.begin(), request.lines.end(),
                     [&](const RequestLine& line) { return line.resource == resource; });
}

// Whether the request waits, and would go on with a grant that ends at `end` and whose grace lasts
// until `grace_end`.
bool GoesOnFrom(const RequestEntry& request, const Grant& grant, absl::Time end,
                absl::Time grace_end) {
  return request.outcome.state == RequestState::kUndecided &&
         AsksFor(request.request, grant.resource) && request.request.period.start <= grace_end &&
         request.request.period.end > end;
}

// Seconds of use are whole.
absl::Time WholeSecond(absl::Time time) { return absl::FromUnixSeconds(absl::ToUnixSeconds(time)); }

}  // namespace

int GraceDaysOf(const Ledger& ledger, const Grant& grant) {
  const auto& programmes = ledger.catalogue().programmes;
  const auto programme = programmes.find(grant.programme);
  return programme == programmes.end() ? 0 : programme->second.grace_days;
}

absl::Time GraceEndOf(const Ledger& ledger, const GrantEntry& grant) {
  return std::max(grant.grant.period.end,
                  grant.EndProper() + absl::Hours(24) * GraceDaysOf(ledger, grant.grant));
}

bool Renews(const Ledger& ledger, const RequestEntry& request, const GrantEntry& grant) {
  return GoesOnFrom(request, grant.grant, grant.EndProper(), GraceEndOf(ledger, grant));
}

const RequestEntry* WaitingRenewal(const Ledger& ledger, const GrantEntry& grant, absl::Time end) {
  const absl::Time grace_end = end + absl::Hours(24) * GraceDaysOf(ledger, grant.grant);
  for (int64_t number : ledger.FindProject(grant.grant.project)->requests) {
    const RequestEntry* request = ledger.FindRequest(number);
    if (GoesOnFrom(*request, grant.grant, end, grace_end)) return request;
  }
  return nullptr;
}

GrantChange GraceOf(const Ledger& ledger, const GrantEntry& grant, int64_t renewal) {
  GrantChange change = ChangeOf(grant, ChangeKind::kGrace,
                                Say("its renewal r$0 is not decided yet", renewal).Render());
  change.end = grant.EndProper() + absl::Hours(24) * GraceDaysOf(ledger, grant.grant);
  change.renewal = renewal;
  return change;
}

std::vector<Event> GraceGivenBy(const Ledger& ledger, const RequestEntry& submitted,
                                absl::Time now) {
  std::vector<Event> events;
  for (int64_t number : ledger.FindProject(submitted.request.project)->grants) {
    const GrantEntry& grant = *ledger.FindGrant(number);
    if (grant.revoked || !Renews(ledger, submitted, grant)) continue;
    GrantChange change = GraceOf(ledger, grant, submitted.request.number);
    // Another renewal may keep it open already; one that comes too late keeps nothing.
    if (change.end <= grant.grant.period.end || change.end <= now) continue;
    events.push_back(GrantChanged{std::move(change)});
  }
  return events;
}

std::vector<Event> GraceEndedWith(const Ledger& ledger, const RequestEntry& decided,
                                  const std::set<std::string>& awarded, absl::Time now) {
  std::vector<Event> events;
  const std::vector<int64_t>& requests = ledger.FindProject(decided.request.project)->requests;
  for (int64_t number : ledger.FindProject(decided.request.project)->grants) {
    const GrantEntry& grant = *ledger.FindGrant(number);
    if (grant.revoked || !grant.end_proper.has_value() || !Renews(ledger, decided, grant)) continue;
    const bool kept = std::any_of(requests.begin(), requests.end(), [&](int64_t other) {
      return other != decided.request.number && Renews(ledger, *ledger.FindRequest(other), grant);
    });
    if (kept) continue;
    absl::Time until = std::max(grant.EndProper(), WholeSecond(now));
    if (awarded.contains(grant.grant.resource)) {
      until = std::max(until, decided.request.period.start);
    }
    if (until >= grant.grant.period.end) continue;
    GrantChange change =
        ChangeOf(grant, ChangeKind::kGraceEnded,
                 Say("its renewal r$0 is decided", decided.request.number).Render());
    change.end = until;
    change.renewal = decided.request.number;
    events.push_back(GrantChanged{std::move(change)});
  }
  return events;
}

}  // namespace mesolys
