#include "scheduler/core/rules/request_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/values/amount_text.h"
#include "proto/values/day.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/placement.h"
#include "scheduler/core/figures/site_choice.h"
#include "scheduler/core/rules/dynamic_access.h"
#include "scheduler/core/rules/grant_rules.h"
#include "scheduler/core/rules/renewal.h"
#include "scheduler/core/rules/request_check.h"
#include "scheduler/core/rules/request_grants.h"

namespace mesolys {
namespace {

absl::StatusOr<const RequestEntry*> WaitingRequest(const Ledger& ledger, int64_t number) {
  const RequestEntry* entry = ledger.FindRequest(number);
  if (entry == nullptr) {
    return NoRequest(number);
  }
  if (entry->outcome.state == RequestState::kUndecided) return entry;
  const std::string day = DayText(entry->decide_time);
  return Refuse(Reason::kRequestDecided,
                entry->outcome.state == RequestState::kWithdrawn
                    ? Say("request r$0 was withdrawn on $1; only one that waits can be decided or "
                          "withdrawn: ask with a new one",
                          number, day)
                    : Say("request r$0 was decided on $1; only one that waits can be decided or "
                          "withdrawn: ask with a new one",
                          number, day),
                {{"request", absl::StrCat("r", number)}});
}

absl::Status CheckAwards(const Request& request, const std::map<std::string, Amount>& awards) {
  for (const auto& [resource, amount] : awards) {
    const auto line = std::find_if(
        request.lines.begin(), request.lines.end(),
        [&, &name = resource](const RequestLine& each) { return each.resource == name; });
    if (line == request.lines.end()) {
      std::vector<std::string> asked;
      for (const RequestLine& each : request.lines) asked.push_back(each.resource);
      return Refuse(Reason::kUnknownResource,
                    Say("request r$0 asks for no $1; it asks for $2", request.number, resource,
                        absl::StrJoin(asked, ", ")),
                    {{"resource", resource}});
    }
    if (amount <= Amount() || amount > line->amount) {
      return Refuse(
          Reason::kInvalidAmount,
          Say("$0: $1 cannot be awarded; right is more than 0 and at most the $2 that are asked",
              resource, FormatAmount(resource, amount), FormatAmount(resource, line->amount)),
          {{"resource", resource},
           {"awarded", absl::StrCat(amount.count())},
           {"asked", absl::StrCat(line->amount.count())}});
    }
    if (amount < line->minimum) {
      return Refuse(
          Reason::kBelowMinimum,
          Say("$0: $1 are less than the minimum of $2; award that much, or none of it", resource,
              FormatAmount(resource, amount), FormatAmount(resource, line->minimum)),
          {{"resource", resource}, {"minimum", absl::StrCat(line->minimum.count())}});
    }
  }
  return absl::OkStatus();
}

// The most of a line that is split for which each site has room.
Amount MostOf(const RequestLine& line, const std::map<std::string, Amount>& free) {
  const auto fits = [&](Amount award) {
    const std::map<std::string, Amount> shares = ShareOut(award, line.by_site);
    return std::all_of(shares.begin(), shares.end(),
                       [&free](const auto& share) { return share.second <= free.at(share.first); });
  };
  Amount most = line.amount;
  for (const auto& [site, amount] : line.by_site) {
    most = std::min(most, Amount(MulDiv(std::min(free.at(site), amount).count(),
                                        line.amount.count(), amount.count())));
  }
  // What rounding leaves goes to the first sites, one unit each.
  for (size_t i = 0; i < line.by_site.size() && !fits(most); ++i) most -= Amount(1);
  return fits(most) ? most : Amount();
}

// What the line may get at each site; an error where that is less than the award.
absl::StatusOr<LineChoice> ChoiceFor(const Ledger& ledger, const Request& request,
                                     const RequestLine& line, Amount award, absl::Time now) {
  absl::StatusOr<std::vector<std::string>> sites =
      AllowedSites(ledger, *ledger.FindProject(request.project), line);
  if (!sites.ok()) return sites.status();
  LineChoice choice;
  choice.resource = line.resource;
  choice.wanted = award;
  choice.is_split = !line.by_site.empty();
  choice.any_of = line.any_of;
  Amount room;
  for (const std::string& site : *sites) {
    const Amount free =
        std::min(kAmountMax, Room(ledger, site, line.resource, request.period, now).free());
    choice.available[site] = free;
    room += free;
  }
  if (choice.is_split) {
    room = MostOf(line, choice.available);
    if (award <= room) choice.available = ShareOut(award, line.by_site);
  }
  if (award <= room) return choice;
  return Refuse(Reason::kSiteExhausted,
                Say("$0 can still grant $1 of $2 within the period; award at most that",
                    absl::StrJoin(*sites, ", "), FormatAmount(line.resource, room), line.resource),
                {{"resource", line.resource},
                 {"asked", absl::StrCat(award.count())},
                 {"accepted", absl::StrCat(room.count())}});
}

struct Award {
  std::vector<Grant> grants;
  std::map<std::string, Amount> cores;  // that the GPUs bring, by site
};

absl::StatusOr<Award> GrantsFor(const Ledger& ledger, const Request& request,
                                const std::map<std::string, Amount>& awards, absl::Time now) {
  const bool awards_cpu = awards.contains("cpu");
  std::vector<LineChoice> choices;
  bool brings_cores = false;
  for (const RequestLine& line : InOrderOfChoice(request.lines)) {
    const auto award = awards.find(line.resource);
    if (award == awards.end()) continue;
    absl::StatusOr<LineChoice> choice = ChoiceFor(ledger, request, line, award->second, now);
    if (!choice.ok()) return choice.status();
    choice->brings_cores = KindOf(line.resource) == ResourceKind::kGpu && !awards_cpu;
    brings_cores |= choice->brings_cores;
    choices.push_back(*std::move(choice));
  }
  std::map<std::string, Amount> cores_left;
  for (const auto& [id, site] : ledger.catalogue().sites) {
    if (brings_cores) cores_left[id] = Room(ledger, id, "cpu", request.period, now).free();
  }
  Award made;
  made.cores = ChooseSites(ledger.catalogue(), cores_left, choices);
  RequestGrants grants(ledger, request, now);
  for (const LineChoice& choice : choices) {
    if (choice.Granted() < choice.wanted) {
      return Refuse(
          Reason::kSiteExhausted,
          Say("$0: the sites can give $1 together with the rest; award at most that",
              choice.resource, FormatAmount(choice.resource, choice.Granted())),
          {{"resource", choice.resource}, {"accepted", absl::StrCat(choice.Granted().count())}});
    }
    grants.Add(choice.resource, choice.granted, FollowedBy(choice), /*derived=*/false);
  }
  grants.Add("cpu", made.cores, FollowedByCores(ledger.catalogue(), choices), /*derived=*/true);
  made.grants = grants.Take();
  return made;
}

absl::StatusOr<Verdict> DecideSubmission(const Ledger& ledger, Request request, absl::Time now) {
  if (absl::Status status = CheckRequest(ledger, request, now); !status.ok()) return status;
  const ProjectEntry& project = *ledger.FindProject(request.project);
  const Programme& programme = ledger.catalogue().programmes.at(project.project.programme);
  request.number = ledger.next_request();
  RequestEntry entry{request, now, {}, {}};
  Verdict verdict{{RequestSubmitted{request}}, {}};
  std::optional<Refusal> broken =
      BrokenProgrammeRule(programme, project, request.period, Track::kCall);
  for (const RequestLine& line : request.lines) {
    if (broken.has_value()) break;
    const auto sites = AllowedSites(ledger, project, line);
    if (!sites.ok()) broken = RefusalOf(sites.status());
  }
  if (broken.has_value()) {
    verdict.events.push_back(
        RequestDecided{{request.number, RequestState::kRefused, {*std::move(broken)}}});
    return verdict;
  }
  for (Event& event : GraceGivenBy(ledger, entry, now)) verdict.events.push_back(std::move(event));
  return verdict;
}

absl::StatusOr<Verdict> DecideAtOnce(const Ledger& ledger, Request request, absl::Time now) {
  absl::StatusOr<RequestDecision> decision = DecideDynamically(ledger, std::move(request), now);
  if (!decision.ok()) return decision.status();
  Verdict verdict;
  verdict.events.push_back(RequestSubmitted{std::move(decision->request)});
  for (Grant& grant : decision->grants) verdict.events.push_back(GrantIssued{std::move(grant)});
  verdict.events.push_back(RequestDecided{std::move(decision->outcome)});
  return verdict;
}

}  // namespace

absl::StatusOr<Verdict> Decide(const Deciding& at, const SubmitRequest& command) {
  Request request = command.request;
  request.requester = at.actor;
  return request.track == Track::kCall ? DecideSubmission(at.ledger, std::move(request), at.now)
                                       : DecideAtOnce(at.ledger, std::move(request), at.now);
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const DecideRequest& command) {
  absl::StatusOr<const RequestEntry*> found = WaitingRequest(at.ledger, command.request);
  if (!found.ok()) return found.status();
  const Request& request = (*found)->request;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  if (absl::Status s = CheckAwards(request, command.awards); !s.ok()) return s;
  if (!command.awards.empty() && request.period.end <= at.now) {
    return Refuse(
        Reason::kInvalidPeriod,
        Say("the period of request r$0 was over on $1; award nothing, so that it is refused",
            command.request, DayText(request.period.end)),
        {{"end", DayText(request.period.end)}});
  }
  RequestOutcome outcome{command.request, RequestState::kRefused, {}, command.reason};
  Verdict verdict;
  std::set<std::string> awarded;
  if (!command.awards.empty()) {
    absl::StatusOr<Award> award = GrantsFor(at.ledger, request, command.awards, at.now);
    if (!award.ok()) return award.status();
    for (Grant& grant : award->grants) {
      awarded.insert(grant.resource);
      verdict.events.push_back(GrantIssued{std::move(grant)});
    }
    const bool whole =
        std::all_of(request.lines.begin(), request.lines.end(), [&](const RequestLine& line) {
          const auto given = command.awards.find(line.resource);
          return given != command.awards.end() && given->second == line.amount;
        });
    outcome.state = whole ? RequestState::kGranted : RequestState::kPartlyGranted;
  }
  verdict.events.push_back(RequestDecided{std::move(outcome)});
  for (Event& event : GraceEndedWith(at.ledger, **found, awarded, at.now)) {
    verdict.events.push_back(std::move(event));
  }
  return verdict;
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const WithdrawRequest& command) {
  absl::StatusOr<const RequestEntry*> found = WaitingRequest(at.ledger, command.request);
  if (!found.ok()) return found.status();
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  Verdict verdict{{RequestWithdrawn{command.request, command.reason}}, {}};
  for (Event& event : GraceEndedWith(at.ledger, **found, {}, at.now)) {
    verdict.events.push_back(std::move(event));
  }
  return verdict;
}

}  // namespace mesolys
