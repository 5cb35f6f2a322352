#include "scheduler/core/rules/request_check.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/values/amount_text.h"
#include "proto/values/day.h"
#include "proto/values/names.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/facts/unknown.h"

namespace mesolys {
namespace {

constexpr size_t kLinesMax = 16;
constexpr size_t kTextMax = 10'000;
constexpr size_t kCurveMax = 60;
constexpr int64_t kEnergyMax = int64_t{1} << 50;

// Each of its sites once, each with something, in all what the line asks.
absl::Status CheckSplit(const RequestLine& line) {
  if (line.by_site.empty()) return absl::OkStatus();
  const auto text = [&line](Amount amount) { return FormatAmount(line.resource, amount); };
  std::set<std::string> named;
  for (const std::string& site : line.sites) {
    if (!named.insert(site).second) {
      return Refuse(Reason::kInvalidArgument,
                    Say("$0: $1 is named twice; add the two amounts", line.resource, site),
                    {{"resource", line.resource}, {"site", site}});
    }
  }
  if (line.any_of ||
      !std::equal(named.begin(), named.end(), line.by_site.begin(), line.by_site.end(),
                  [](const auto& site, const auto& part) { return site == part.first; })) {
    return Refuse(Reason::kInvalidArgument,
                  Say("$0: either say how much for each site, or leave all of it to any of them",
                      line.resource),
                  {{"resource", line.resource}});
  }
  Amount sum;
  for (const auto& [site, amount] : line.by_site) {
    if (amount <= Amount() || amount > line.amount) {
      return Refuse(Reason::kInvalidAmount,
                    Say("$0: $1 are asked at $2; right is more than 0 and at most the $3 in all",
                        line.resource, text(amount), site, text(line.amount)),
                    {{"resource", line.resource}, {"site", site}});
    }
    sum += amount;
    if (sum > line.amount) break;
  }
  if (sum == line.amount) return absl::OkStatus();
  return Refuse(Reason::kInvalidAmount,
                Say("$0: $1 are asked in all, and $2 at the sites; the two must be the same",
                    line.resource, text(line.amount), text(sum)),
                {{"resource", line.resource},
                 {"asked", absl::StrCat(line.amount.count())},
                 {"sum", absl::StrCat(sum.count())}});
}

absl::Status CheckLine(const Ledger& ledger, const RequestLine& line) {
  const Catalogue& catalogue = ledger.catalogue();
  if (absl::Status status = CheckResource(line.resource); !status.ok()) return status;
  std::set<std::string> offered;
  for (const auto& [id, site] : catalogue.sites) {
    for (const Capacity& capacity : site.capacities) offered.insert(capacity.resource);
  }
  if (!offered.contains(line.resource)) {
    return Refuse(Reason::kUnknownResource,
                  Say("no site has $0; there are $1", line.resource, absl::StrJoin(offered, ", ")),
                  {{"resource", line.resource}});
  }
  if (line.amount <= Amount() || line.amount > kAmountMax) {
    return Refuse(
        Reason::kInvalidAmount,
        Say("$0: $1 were asked; right is more than 0 and at most $2", line.resource,
            FormatAmount(line.resource, line.amount), FormatAmount(line.resource, kAmountMax)),
        {{"resource", line.resource}, {"asked", absl::StrCat(line.amount.count())}});
  }
  if (line.minimum < Amount() || line.minimum > line.amount) {
    return Refuse(
        Reason::kInvalidAmount,
        Say("$0: the minimum of $1 is not within 0 and the $2 that are asked", line.resource,
            FormatAmount(line.resource, line.minimum), FormatAmount(line.resource, line.amount)),
        {{"resource", line.resource}, {"minimum", absl::StrCat(line.minimum.count())}});
  }
  for (const std::string& site : line.sites) {
    if (absl::Status s = CheckId("site", site); !s.ok()) return s;
    if (!catalogue.sites.contains(site)) {
      return NoSite(site);
    }
  }
  return CheckSplit(line);
}

absl::Status CheckOpen(const ProjectEntry& project) {
  if (!project.archived) return absl::OkStatus();
  return Refuse(Reason::kProjectArchived,
                Say("project $0 is archived; open a new one", project.project.id),
                {{"project", project.project.id}});
}

absl::Status CheckPeriod(const Ledger& ledger, const Request& request, absl::Time now) {
  const Period horizon = ledger.catalogue().Horizon();
  const Period& period = request.period;
  const auto text = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
  };
  std::optional<Sentence> wrong;
  if (period.end <= period.start) {
    wrong = Say("the end must lie after the start");
  } else if (period.end <= now) {
    wrong = Say("it is over already; give an end in the future");
  } else if (period.start < horizon.start || period.end > horizon.end) {
    wrong = Say("the catalogue knows $0 to $1", text(horizon.start), text(horizon.end));
  } else if (period.start < now - absl::Hours(24) &&
             !ledger.HasRole(UserOf(request.requester), "operator")) {
    wrong = Say("only an operator may start a period over a day in the past");
  }
  if (!wrong.has_value()) return absl::OkStatus();
  return Refuse(Reason::kInvalidPeriod,
                Say("period $0 to $1: $2", text(period.start), text(period.end), *wrong),
                {{"start", text(period.start)}, {"end", text(period.end)}});
}

absl::Status CheckCurve(const Request& request) {
  if (request.curve.size() > kCurveMax) {
    return Refuse(Reason::kInvalidArgument, Say("a usage curve has at most $0 points, this one $1",
                                                kCurveMax, request.curve.size()));
  }
  CurvePoint before{request.period.start, PartsPerMillion(0)};
  for (const CurvePoint& point : request.curve) {
    const bool rises = point.time > before.time && point.time < request.period.end &&
                       point.share >= before.share && point.share <= PartsPerMillion(1'000'000);
    if (!rises) {
      return Refuse(Reason::kInvalidArgument,
                    Say("the points of a usage curve lie within the period, each later than the "
                        "one before, with shares from 0 to 100 % that never fall"));
    }
    before = point;
  }
  return absl::OkStatus();
}

std::optional<Refusal> BrokenTeamRule(const Programme& programme, const ProjectEntry& entry) {
  int researchers = 0;
  bool supervised = false;
  for (const auto& [user, member] : entry.members) {
    researchers += member.member.role == ProjectRole::kResearcher ? 1 : 0;
    supervised |= member.member.role == ProjectRole::kSupervisor;
  }
  const std::string& id = entry.project.programme;
  if (programme.supervisor_required && !supervised) {
    return Refusal{Reason::kSupervisorMissing,
                   Say("a project of programme $0 needs a supervisor: `mesolys member add $1 USER "
                       "--role supervisor`",
                       id, entry.project.id)
                       .Render(),
                   {{"programme", id}}};
  }
  if (researchers < programme.team_min ||
      (programme.team_max > 0 && researchers > programme.team_max)) {
    return Refusal{Reason::kTeamSize,
                   Say("a team of programme $0 has $1 to $2 researchers; $3 has $4", id,
                       programme.team_min, programme.team_max, entry.project.id, researchers)
                       .Render(),
                   {{"researchers", absl::StrCat(researchers)},
                    {"team_min", absl::StrCat(programme.team_min)},
                    {"team_max", absl::StrCat(programme.team_max)}}};
  }
  return std::nullopt;
}

}  // namespace

absl::Status CheckRequest(const Ledger& ledger, const Request& request, absl::Time now) {
  if (ledger.FindProject(request.project) == nullptr) {
    return NoProject(request.project);
  }
  absl::Status open = CheckOpen(*ledger.FindProject(request.project));
  if (!open.ok()) return open;
  if (absl::Status status = CheckPeriod(ledger, request, now); !status.ok()) return status;
  if (request.lines.empty() || request.lines.size() > kLinesMax) {
    return Refuse(Reason::kInvalidArgument,
                  Say("a request has 1 to $0 lines, this one $1; ask for example 1000h of cpu",
                      kLinesMax, request.lines.size()));
  }
  if (request.justification.size() > kTextMax || request.necessity.size() > kTextMax) {
    return Refuse(Reason::kInvalidArgument,
                  Say("justification and necessity have at most $0 bytes", kTextMax));
  }
  for (int64_t energy : {request.energy_median_watt_hours, request.energy_p90_watt_hours}) {
    if (energy < 0 || energy > kEnergyMax) {
      return Refuse(Reason::kInvalidAmount, Say("a declared energy is 0 to 2^50 watt-hours"));
    }
  }
  if (absl::Status status = CheckCurve(request); !status.ok()) return status;
  std::set<std::string> resources;
  for (const RequestLine& line : request.lines) {
    if (absl::Status status = CheckLine(ledger, line); !status.ok()) return status;
    if (!resources.insert(line.resource).second) {
      return Refuse(Reason::kInvalidArgument,
                    Say("$0 is asked twice; add the two amounts", line.resource),
                    {{"resource", line.resource}});
    }
  }
  return absl::OkStatus();
}

std::optional<Refusal> BrokenProgrammeRule(const Programme& programme, const ProjectEntry& entry,
                                           const Period& period, Track track) {
  const Project& project = entry.project;
  if (period.start < project.period.start || period.end > project.period.end) {
    return Refusal{
        Reason::kProjectEnded,
        Say("project $0 may hold grants from $1 to $2; ask within these dates", project.id,
            DayText(project.period.start), DayText(project.period.end))
            .Render(),
        {{"start", DayText(project.period.start)}, {"end", DayText(project.period.end)}}};
  }
  if (track == Track::kDynamic && !programme.dynamic) {
    return Refusal{
        Reason::kProgrammeNeedsCall,
        Say("programme $0 takes requests within a call only; submit it for one with --call",
            project.programme)
            .Render(),
        {{"programme", project.programme}}};
  }
  if (track == Track::kCall && !programme.calls) {
    return Refusal{
        Reason::kProgrammeHasNoCalls,
        Say("programme $0 takes no part in calls; ask without --call, it is decided at once",
            project.programme)
            .Render(),
        {{"programme", project.programme}}};
  }
  const int64_t days = (period.Seconds() + kSecondsPerDay - 1) / kSecondsPerDay;
  if (programme.period_days_max > 0 && days > programme.period_days_max) {
    return Refusal{
        Reason::kPeriodTooLong,
        Say("programme $0 grants at most $1 days at a time; $2 were asked", project.programme,
            programme.period_days_max, days)
            .Render(),
        {{"days", absl::StrCat(days)}, {"days_max", absl::StrCat(programme.period_days_max)}}};
  }
  return BrokenTeamRule(programme, entry);
}

}  // namespace mesolys
