#include "scheduler/service/job_explanation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mesolys/v1/grant.pb.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/figures/waiting_job.h"
#include "scheduler/service/access_table.h"
#include "scheduler/service/job_listing.h"

namespace mesolys {
namespace {

JobSituation SituationOf(const v1::JobSituation& in, const std::string& cluster,
                         const ChargeRule& charges) {
  JobSituation job;
  job.cluster = cluster;
  job.state = in.state();
  job.reason = in.reason();
  job.account = in.account();
  job.user = in.user();
  job.time_limit_seconds = std::max<int64_t>(0, in.time_limit_seconds());
  job.account_is_closed = in.account_is_closed();
  job.user_is_closed = in.user_is_closed();
  job.takes_whole_nodes = in.takes_whole_nodes();
  const bool has_model =
      std::any_of(in.limits().begin(), in.limits().end(), [](const v1::JobLimit& limit) {
        return absl::StartsWith(limit.tres(), "gres/gpu:") && limit.asked_count() > 0;
      });
  for (const v1::JobLimit& limit : in.limits()) {
    job.limits.push_back({limit.login(), limit.tres(), limit.asked_count(), limit.limit_minutes(),
                          limit.used_minutes(), limit.kept_minutes()});
    // Who names a model asks for no other.
    if (has_model && limit.tres() == "gres/gpu") continue;
    const std::string resource = ResourceOf(limit.tres(), charges);
    const bool is_known = resource.empty() || std::find(job.asked.begin(), job.asked.end(),
                                                        resource) != job.asked.end();
    if (!is_known) job.asked.push_back(resource);
  }
  return job;
}

// Whoever sees a project sees of its jobs what `mesolys usage list` shows them.
bool MaySee(const Ledger& ledger, const std::string& project,
            const JobQuestions::Question& question, const JobSituation& job, absl::Time now) {
  const ProjectEntry* entry = ledger.FindProject(project);
  if (entry == nullptr) return true;
  const auto logins = VisibleLogins(ledger, *entry, question.asker, now);
  if (!logins.has_value()) return true;
  const auto own = logins->find(question.site);
  return own != logins->end() && own->second == job.user;
}

void AddGrants(const Ledger& ledger, const SiteSessions& sessions, const ProjectEntry& project,
               const std::string& site, const JobSituation& job, absl::Time now,
               v1::JobExplanation& out) {
  for (const int64_t number : project.grants) {
    const GrantEntry& grant = *ledger.FindGrant(number);
    const Period period = grant.PeriodAt(site);
    const auto ceiling = grant.grant.ceilings.find(site);
    const bool is_asked =
        std::find(job.asked.begin(), job.asked.end(), grant.grant.resource) != job.asked.end();
    if (!is_asked || ceiling == grant.grant.ceilings.end() || now < period.start ||
        now >= period.end) {
      continue;
    }
    v1::JobGrant& shown = *out.add_grants();
    shown.set_grant(GrantName(project.project.id, number));
    shown.set_resource(grant.grant.resource);
    *shown.mutable_period() = ToProto(period);
    shown.set_ceiling_base_units(ceiling->second.count());
    shown.set_used_base_units(grant.UsedAt(site).count());
    const v1::Ceiling in_force = sessions.EnforcementOf(site, shown.grant(), ceiling->second);
    shown.set_state(in_force.state());
    shown.set_text(in_force.text());
  }
}

}  // namespace

absl::Status NoSuchJob(const std::string& cluster, int64_t job_id,
                       std::optional<int64_t> array_task_id) {
  if (array_task_id.has_value()) {
    const std::string task = absl::StrCat(job_id, "_", *array_task_id);
    return Refuse(Reason::kUnknownJob,
                  Say("there is no job $0 in the queue of cluster \"$1\" that you may see; the id "
                      "of one that has ended is told by `sacct -M $1 -j $0 --format=JobIDRaw`",
                      task, cluster));
  }
  return Refuse(
      Reason::kUnknownJob,
      Say("there is no job $0 in the queue of cluster \"$1\" that you may see; one that has ended "
          "is shown by `mesolys usage show $1:$0` once its site has reported it",
          job_id, cluster));
}

absl::Status ExplainJob(const Ledger& ledger, const SiteSessions& sessions,
                        const JobQuestions::Question& question, absl::Time now,
                        v1::JobExplanation& out) {
  out.set_number(question.number);
  out.set_site(SiteName(question.site));
  out.set_state(v1::JobExplanation::RUNNING);
  if (!question.told.has_value()) return absl::OkStatus();
  if (question.told->is_unknown())
    return NoSuchJob(question.cluster, question.job_id, question.array_task_id);
  if (!question.told->problem().empty()) {
    const std::string user(UserOf(question.asker));
    // The site's words are for those who may see every job.
    if (!ledger.HasRole(user, "operator") && !ledger.HasRole(user, "auditor")) {
      return NoSuchJob(question.cluster, question.job_id, question.array_task_id);
    }
    out.set_state(v1::JobExplanation::FAILED);
    out.set_problem(question.told->problem());
    return absl::OkStatus();
  }
  const JobSituation job =
      SituationOf(question.told->situation(), question.cluster, ChargesAt(ledger, question.site));
  const WaitingExplanation why =
      WhyWaiting(ledger, job, sessions.BonusSites().contains(question.site), now);
  const absl::Status allowed =
      Authorize(ledger, question.asker, "UsageService.ExplainJob", {why.project, ""}, now);
  if (!allowed.ok() || !MaySee(ledger, why.project, question, job, now)) {
    return NoSuchJob(question.cluster, question.job_id, question.array_task_id);
  }
  out.set_state(v1::JobExplanation::DONE);
  *out.mutable_situation() = question.told->situation();
  out.set_cause(static_cast<v1::JobExplanation::Cause>(why.cause));
  out.set_resource(why.resource);
  out.set_fitting_time_limit_seconds(why.fitting_time_limit_seconds);
  const ProjectEntry* project = ledger.FindProject(why.project);
  if (project == nullptr) return absl::OkStatus();
  out.set_project(ProjectName(why.project));
  AddGrants(ledger, sessions, *project, question.site, job, now, out);
  return absl::OkStatus();
}

}  // namespace mesolys
