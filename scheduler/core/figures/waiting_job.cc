#include "scheduler/core/figures/waiting_job.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "absl/strings/match.h"
#include "proto/values/gpu_part.h"
#include "scheduler/core/figures/balance.h"

namespace mesolys {
namespace {

bool IsOneOf(const std::string& word, std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What Slurm's own words say, once nothing of ours holds the job.
WaitingCause CauseOf(const std::string& reason) {
  if (IsOneOf(reason, {"Priority", "Resources", "None", "Cleaning", "Prolog"})) {
    return WaitingCause::kPriority;
  }
  if (IsOneOf(reason, {"JobHeldUser", "JobHeldAdmin", "JobHoldMaxRequeue"})) {
    return WaitingCause::kHeld;
  }
  if (IsOneOf(reason, {"Dependency", "DependencyNeverSatisfied", "BeginTime"})) {
    return WaitingCause::kDependency;
  }
  if (absl::StrContains(reason, "eserv")) return WaitingCause::kReservation;
  if (absl::StartsWith(reason, "QOS") || reason == "InvalidQOS") return WaitingCause::kQosLimit;
  if (IsOneOf(reason, {"BadConstraints", "PartitionTimeLimit", "PartitionNodeLimit",
                       "PartitionDown", "PartitionInactive", "AssocMaxJobsLimit"})) {
    return WaitingCause::kImpossible;
  }
  return WaitingCause::kOther;
}

bool IsMember(const ProjectEntry& project, const std::string& site, const std::string& login) {
  return std::any_of(project.members.begin(), project.members.end(), [&](const auto& member) {
    const auto found = member.second.member.logins.find(site);
    return found != member.second.member.logins.end() && found->second == login;
  });
}

bool CanBeSpent(const Ledger& ledger, const ProjectEntry& project, const std::string& resource,
                const std::string& site, absl::Time now) {
  return std::any_of(project.grants.begin(), project.grants.end(), [&](int64_t number) {
    const GrantEntry& grant = *ledger.FindGrant(number);
    const Period period = grant.PeriodAt(site);
    return grant.grant.resource == resource && grant.grant.ceilings.contains(site) &&
           period.start <= now && now < period.end;
  });
}

// The limit that the job exceeds; of several the one that would need the shortest time.
const JobLimit* Exceeded(const JobSituation& job, int64_t& fitting_seconds) {
  const JobLimit* exceeded = nullptr;
  for (const JobLimit& limit : job.limits) {
    if (limit.asked_count <= 0) continue;
    const int64_t seconds = limit.LeftMinutes() * 60 / limit.asked_count;
    const bool is_exceeded = job.time_limit_seconds == 0 || seconds < job.time_limit_seconds;
    if (!is_exceeded || (exceeded != nullptr && seconds >= fitting_seconds)) continue;
    exceeded = &limit;
    fitting_seconds = seconds;
  }
  // Slurm takes time limits in minutes.
  if (exceeded != nullptr) fitting_seconds -= fitting_seconds % 60;
  return exceeded;
}

}  // namespace

int64_t JobLimit::LeftMinutes() const {
  // Of sites: no sum of them may overflow.
  const auto sane = [](int64_t minutes) {
    return std::clamp<int64_t>(minutes, 0, int64_t{1} << 50);
  };
  return std::max<int64_t>(0, sane(limit_minutes) - sane(used_minutes) - sane(kept_minutes));
}

std::string ResourceOf(const std::string& tres, const ChargeRule& rule) {
  if (tres == "cpu") return tres;
  const std::optional<std::string> name = GpuNameOfTres(tres);
  if (!name.has_value()) return "";
  // How many of them are one GPU only their nodes know, and says nothing of the model.
  return PartOf(*name, rule.gpu_names, rule.gpu_model, {{*name, 1}}).resource;
}

ChargeRule ChargesAt(const Ledger& ledger, const std::string& site) {
  const auto rules = ledger.catalogue().sites.find(site);
  return rules == ledger.catalogue().sites.end() ? ChargeRule() : rules->second.Charges();
}

WaitingExplanation WhyWaiting(const Ledger& ledger, const JobSituation& job, bool gives_bonus,
                              absl::Time now) {
  WaitingExplanation why;
  const ProjectEntry* project = ledger.ProjectOf(job.cluster, job.account);
  if (project != nullptr) why.project = project->project.id;
  if (job.state != "PENDING") {
    why.cause = WaitingCause::kNotWaiting;
    return why;
  }
  if (project == nullptr) {
    why.cause = WaitingCause::kNoProject;
    return why;
  }
  const std::string& site = ledger.SiteOf(job.cluster);
  // Whoever uses an older account that bills to the project is the site's matter.
  if (job.account == project->project.id && !IsMember(*project, site, job.user)) {
    why.cause = WaitingCause::kNotAMember;
    return why;
  }
  for (const std::string& resource : job.asked) {
    why.resource = resource;
    if (!CanBeSpent(ledger, *project, resource, site, now)) {
      why.cause = WaitingCause::kNoGrant;
      return why;
    }
    const Access access = AccessOf(RemainingAt(ledger, *project, resource, site, now));
    if (access == Access::kFrozen || (access == Access::kLowPriority && !gives_bonus)) {
      why.cause = WaitingCause::kUsedUp;
      return why;
    }
  }
  why.resource.clear();
  if (job.account_is_closed || job.user_is_closed) {
    why.cause = WaitingCause::kNotInForce;
    return why;
  }
  if (absl::StartsWith(job.reason, "Assoc")) {
    const JobLimit* exceeded = Exceeded(job, why.fitting_time_limit_seconds);
    // What whole nodes count is not told: no time limit can be said to fit.
    if (job.takes_whole_nodes) why.fitting_time_limit_seconds = 0;
    const bool is_of_member = exceeded != nullptr && !exceeded->login.empty();
    if (job.takes_whole_nodes && !is_of_member && absl::StrContains(job.reason, "Minutes") &&
        !job.limits.empty()) {
      why.cause = WaitingCause::kWholeNodes;
      return why;
    }
    if (exceeded != nullptr) {
      why.cause = exceeded->login.empty() ? WaitingCause::kTooLong : WaitingCause::kMemberCeiling;
      why.resource = ResourceOf(exceeded->tres, ChargesAt(ledger, site));
      return why;
    }
  }
  why.cause = CauseOf(job.reason);
  return why;
}

}  // namespace mesolys
