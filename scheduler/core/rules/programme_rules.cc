#include "scheduler/core/rules/programme_rules.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "proto/values/day.h"

namespace mesolys {
namespace {

std::optional<Refusal> BrokenTeamRule(const Programme& programme, const ProjectEntry& entry) {
  int researchers = 0;
  bool supervised = false;
  for (const auto& [user, member] : entry.members) {
    researchers += member.member.role == ProjectRole::kResearcher ? 1 : 0;
    supervised |= member.member.role == ProjectRole::kSupervisor;
  }
  const std::string& id = entry.project.programme;
  if (programme.supervisor_required && !supervised) {
    return Refusal{
        Reason::kSupervisorMissing,
        absl::StrCat("a project of programme ", id, " needs a supervisor: `mesolys member add ",
                     entry.project.id, " USER --role supervisor`"),
        {{"programme", id}}};
  }
  if (researchers < programme.team_min ||
      (programme.team_max > 0 && researchers > programme.team_max)) {
    return Refusal{
        Reason::kTeamSize,
        absl::StrCat("a team of programme ", id, " has ", programme.team_min, " to ",
                     programme.team_max, " researchers; ", entry.project.id, " has ", researchers),
        {{"researchers", absl::StrCat(researchers)},
         {"team_min", absl::StrCat(programme.team_min)},
         {"team_max", absl::StrCat(programme.team_max)}}};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> BrokenProgrammeRule(const Programme& programme, const ProjectEntry& entry,
                                           const Period& period, Track track) {
  const Project& project = entry.project;
  if (period.start < project.period.start || period.end > project.period.end) {
    return Refusal{
        Reason::kProjectEnded,
        absl::StrCat("project ", project.id, " may hold grants from ",
                     DayText(project.period.start), " to ", DayText(project.period.end),
                     "; ask within these dates"),
        {{"start", DayText(project.period.start)}, {"end", DayText(project.period.end)}}};
  }
  if (track == Track::kDynamic && !programme.dynamic) {
    return Refusal{Reason::kProgrammeNeedsCall,
                   absl::StrCat("programme ", project.programme,
                                " takes requests within a call only; submit it for one with "
                                "--call"),
                   {{"programme", project.programme}}};
  }
  if (track == Track::kCall && !programme.calls) {
    return Refusal{Reason::kProgrammeHasNoCalls,
                   absl::StrCat("programme ", project.programme,
                                " takes no part in calls; ask without --call, it is decided at "
                                "once"),
                   {{"programme", project.programme}}};
  }
  const int64_t days = (period.Seconds() + kSecondsPerDay - 1) / kSecondsPerDay;
  if (programme.period_days_max > 0 && days > programme.period_days_max) {
    return Refusal{
        Reason::kPeriodTooLong,
        absl::StrCat("programme ", project.programme, " grants at most ", programme.period_days_max,
                     " days at a time; ", days, " were asked"),
        {{"days", absl::StrCat(days)}, {"days_max", absl::StrCat(programme.period_days_max)}}};
  }
  return BrokenTeamRule(programme, entry);
}

}  // namespace mesolys
