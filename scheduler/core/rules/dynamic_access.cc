#include "scheduler/core/rules/dynamic_access.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "proto/values/amount_text.h"
#include "proto/values/names.h"
#include "proto/values/quantity.h"
#include "proto/values/sentence.h"
#include "scheduler/core/figures/placement.h"
#include "scheduler/core/figures/reserve.h"
#include "scheduler/core/figures/site_choice.h"
#include "scheduler/core/rules/request_check.h"
#include "scheduler/core/rules/request_grants.h"

namespace mesolys {
namespace {

absl::Time TwelveMonthsBefore(absl::Time now) {
  const absl::CivilSecond civil = absl::ToCivilSecond(now, absl::UTCTimeZone());
  return absl::FromCivil(absl::CivilSecond(civil.year() - 1, civil.month(), civil.day(),
                                           civil.hour(), civil.minute(), civil.second()),
                         absl::UTCTimeZone());
}

std::string Count(Amount amount) { return absl::StrCat(amount.count()); }

class Decision {
 public:
  Decision(const Ledger& ledger, Request request, absl::Time now)
      : ledger_(ledger),
        catalogue_(ledger.catalogue()),
        now_(now),
        entry_(*ledger.FindProject(request.project)),
        programme_(catalogue_.programmes.at(entry_.project.programme)) {
    decision_.request = std::move(request);
    decision_.request.number = ledger.next_request();
    decision_.outcome.request = decision_.request.number;
  }

  RequestDecision Take() {
    std::optional<Refusal> refusal =
        BrokenProgrammeRule(programme_, entry_, decision_.request.period, Track::kDynamic);
    if (refusal.has_value()) return Refused(std::move(refusal));
    const std::vector<RequestLine> lines = InOrderOfChoice(decision_.request.lines);
    const bool asks_cpu = std::any_of(lines.begin(), lines.end(), [](const RequestLine& line) {
      return KindOf(line.resource) == ResourceKind::kCpu;
    });
    NormalisedSeconds threshold_left = ThresholdLeft(ledger_, entry_, now_);
    std::vector<LineChoice> choices;
    for (const RequestLine& line : lines) {
      absl::StatusOr<LineChoice> choice = ChoiceFor(line, threshold_left);
      if (!choice.ok()) return Refused(*RefusalOf(choice.status()));
      choice->brings_cores = KindOf(line.resource) == ResourceKind::kGpu && !asks_cpu;
      choices.push_back(*std::move(choice));
    }
    const bool brings_cores =
        std::any_of(choices.begin(), choices.end(),
                    [](const LineChoice& choice) { return choice.brings_cores; });
    const std::map<std::string, Amount> cores = ChooseSites(
        catalogue_, brings_cores ? CoresLeft() : std::map<std::string, Amount>(), choices);
    return Issue(lines, choices, cores);
  }

 private:
  // What the programme still gives of this resource.
  Amount ProgrammeBound(const RequestLine& line, NormalisedSeconds threshold_left) const {
    switch (KindOf(line.resource)) {
      case ResourceKind::kCpu:
      case ResourceKind::kGpu: {
        const PartsPerMillion rate = catalogue_.RateOf(line.resource, now_);
        if (rate.count() == 0) return kAmountMax;
        const int64_t left = std::max<int64_t>(0, threshold_left.count());
        // Threshold and rate are bounded, so only a tiny rate could leave int64: cap it first.
        return std::min(kAmountMax,
                        Amount(MulDiv(std::min(left, kAmountMax.count() / kMillion * rate.count()),
                                      kMillion, rate.count())));
      }
      case ResourceKind::kStorage: {
        Amount held;
        for (int64_t number : entry_.grants) {
          const Grant& grant = ledger_.FindGrant(number)->grant;
          const Period both = Intersection(grant.period, decision_.request.period);
          if (grant.resource == line.resource && both.Seconds() > 0) held += grant.amount;
        }
        return std::max(Amount(), programme_.storage_max - held);
      }
      case ResourceKind::kSupport:
        break;
    }
    return std::max(Amount(), programme_.support_max -
                                  ledger_.DynamicAmount(entry_.project.pi, entry_.project.programme,
                                                        line.resource, TwelveMonthsBefore(now_)));
  }

  Amount ReserveLeft(const std::string& site, const std::string& resource) const {
    return ReserveAt(ledger_, site, resource, now_).Left();
  }

  absl::StatusOr<LineChoice> ChoiceFor(const RequestLine& line, NormalisedSeconds& threshold_left) {
    absl::StatusOr<std::vector<std::string>> sites = AllowedSites(ledger_, entry_, line);
    if (!sites.ok()) return sites.status();
    LineChoice choice;
    choice.resource = line.resource;
    choice.is_split = !line.by_site.empty();
    choice.any_of = line.any_of;
    Amount room;
    Amount reserve;
    Amount available;
    // The sites that may cut it: those that cannot give all that a split asks there, else all.
    std::vector<std::string> scarce;
    Amount scarce_available;
    for (const std::string& site : *sites) {
      const Amount free = std::min(
          kAmountMax, Room(ledger_, site, line.resource, decision_.request.period, now_).free());
      const Amount left = ReserveLeft(site, line.resource);
      const Amount most = choice.is_split ? line.by_site.at(site) : kAmountMax;
      const Amount here = std::min({free, left, most});
      choice.available[site] = here;
      available += here;
      if (choice.is_split && here == most) continue;
      scarce.push_back(site);
      scarce_available += here;
      room += free;
      reserve += left;
    }
    const Amount bound = ProgrammeBound(line, threshold_left);
    choice.wanted = std::min({line.amount, bound, available});
    if (bound < line.amount && bound <= available) {
      Cut(Reason::kThresholdReached, line, choice.wanted,
          Say("programme $0 gives $1 at most $2 more by dynamic access in 12 months; a call may "
              "give more",
              entry_.project.programme, entry_.project.pi, FormatAmount(line.resource, bound)));
    } else if (available < line.amount && room <= reserve) {
      Cut(Reason::kSiteExhausted, line, choice.wanted,
          Say("$0 can still grant $1 within the period; ask for less, for longer or for other "
              "sites",
              absl::StrJoin(scarce, ", "), FormatAmount(line.resource, scarce_available)));
    } else if (available < line.amount) {
      Cut(Reason::kReserveExhausted, line, choice.wanted,
          Say("the reserve of dynamic access at $0 has $1 left; more is released next month",
              absl::StrJoin(scarce, ", "), FormatAmount(line.resource, scarce_available)));
    }
    threshold_left =
        threshold_left - Normalise(choice.wanted, catalogue_.RateOf(line.resource, now_));
    return choice;
  }

  void Cut(Reason reason, const RequestLine& line, Amount accepted, const Sentence& why) {
    decision_.outcome.refusals.push_back(
        {reason,
         Say("$0: $1 asked, $2 would be accepted: $3", line.resource,
             FormatAmount(line.resource, line.amount), FormatAmount(line.resource, accepted), why)
             .Render(),
         {{"resource", line.resource},
          {"asked", Count(line.amount)},
          {"accepted", Count(accepted)}}});
  }

  std::map<std::string, Amount> CoresLeft() const {
    std::map<std::string, Amount> cores;
    for (const auto& [id, site] : catalogue_.sites) {
      const Room room(ledger_, id, "cpu", decision_.request.period, now_);
      cores[id] = std::min(room.free(), ReserveLeft(id, "cpu"));
    }
    return cores;
  }

  RequestDecision Issue(const std::vector<RequestLine>& lines,
                        const std::vector<LineChoice>& choices,
                        const std::map<std::string, Amount>& cores) {
    bool whole = true;
    for (size_t i = 0; i < lines.size(); ++i) {
      const Amount granted = choices[i].Granted();
      if (granted < choices[i].wanted) {
        Cut(Reason::kSiteExhausted, lines[i], granted,
            IsStock(lines[i].resource)
                ? Say("storage follows compute, and the sites of the hours have no more")
                : Say("the cores that come with the GPUs are used up; ask for cpu of another "
                      "site"));
      }
      if (granted < lines[i].minimum) {
        return Refused(Refusal{Reason::kBelowMinimum,
                               Say("$0: $1 could be granted, less than the minimum of $2; lower "
                                   "the minimum or the period",
                                   lines[i].resource, FormatAmount(lines[i].resource, granted),
                                   FormatAmount(lines[i].resource, lines[i].minimum))
                                   .Render(),
                               {{"resource", lines[i].resource},
                                {"minimum", Count(lines[i].minimum)},
                                {"accepted", Count(granted)}}});
      }
      whole &= granted == lines[i].amount;
    }
    RequestGrants grants(ledger_, decision_.request, now_);
    for (size_t i = 0; i < lines.size(); ++i) {
      grants.Add(lines[i].resource, choices[i].granted, FollowedBy(choices[i]),
                 /*derived=*/false);
    }
    if (grants.empty()) return Refused(std::nullopt);
    if (!cores.empty()) {
      const Amount brought =
          grants.Add("cpu", cores, FollowedByCores(catalogue_, choices), /*derived=*/true);
      decision_.request.lines.push_back({"cpu", brought, {}, {}, /*derived=*/true});
    }
    decision_.grants = grants.Take();
    decision_.outcome.state = whole ? RequestState::kGranted : RequestState::kPartlyGranted;
    return std::move(decision_);
  }

  RequestDecision Refused(std::optional<Refusal> refusal) {
    if (refusal.has_value()) {
      auto& refusals = decision_.outcome.refusals;
      refusals.insert(refusals.begin(), *std::move(refusal));
    }
    decision_.grants.clear();
    decision_.outcome.state = RequestState::kRefused;
    return std::move(decision_);
  }

  const Ledger& ledger_;
  const Catalogue& catalogue_;
  const absl::Time now_;
  const ProjectEntry& entry_;
  const Programme& programme_;
  RequestDecision decision_;
};

}  // namespace

NormalisedSeconds ThresholdLeft(const Ledger& ledger, const ProjectEntry& project, absl::Time now) {
  const std::string& programme = project.project.programme;
  return ledger.catalogue().programmes.at(programme).threshold -
         ledger.DynamicNormalised(project.project.pi, programme, TwelveMonthsBefore(now));
}

absl::StatusOr<RequestDecision> DecideDynamically(const Ledger& ledger, Request request,
                                                  absl::Time now) {
  if (absl::Status status = CheckRequest(ledger, request, now); !status.ok()) return status;
  return Decision(ledger, std::move(request), now).Take();
}

}  // namespace mesolys
