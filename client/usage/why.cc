// `mesolys why NAME`: why a request, a grant, a project or a job stands as it does.
#include "client/usage/why.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "client/session/failure.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/project.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "proto/runtime/ceiling_state.h"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

// An agent answers within a second or two; one that is silent for half a minute is away.
constexpr std::chrono::seconds kAgentSilenceMax(30);

// What is left of the project's grants there, of one resource.
std::string LeftText(const v1::JobExplanation& explanation) {
  int64_t left = 0;
  for (const v1::JobGrant& grant : explanation.grants()) {
    if (grant.resource() != explanation.resource()) continue;
    int64_t more = 0;
    if (__builtin_sub_overflow(grant.ceiling_base_units(), grant.used_base_units(), &more) ||
        __builtin_add_overflow(left, more, &left)) {
      return "";
    }
  }
  return AmountTextOf(explanation.resource(), std::max<int64_t>(0, left));
}

// What keeps the site from giving all that is left of the grants; of one resource, or of any. Empty
// where nothing does.
std::string TighterText(const v1::JobExplanation& explanation, const std::string& resource) {
  for (const v1::JobGrant& grant : explanation.grants()) {
    const bool is_meant = resource.empty() || grant.resource() == resource;
    if (is_meant && grant.state() == v1::Ceiling::TIGHTER && !grant.text().empty()) {
      return Told(grant.text());
    }
  }
  return "";
}

// The first grant that the site has not put in force.
std::string SiteText(const v1::JobExplanation& explanation) {
  for (const v1::JobGrant& grant : explanation.grants()) {
    if (IsInForce(grant.state())) continue;
    const std::string state = StateCell(v1::Ceiling::State_Name(grant.state())).text;
    return grant.text().empty()
               ? Tr("$0 is $1", ShortName(grant.grant()), state)
               : Tr("$0 is $1: $2", ShortName(grant.grant()), state, Told(grant.text()));
  }
  const std::string tighter = TighterText(explanation, "");
  return tighter.empty() ? Tr("its account is closed there") : tighter;
}

// More is asked than the site gives.
std::string TooLongText(const v1::JobExplanation& explanation) {
  const std::string& resource = explanation.resource();
  std::string text =
      Tr("it asks more $0 than is left of the grants of $1 at $2: $3", resource,
         ShortName(explanation.project()), ShortName(explanation.site()), LeftText(explanation));
  const std::string tighter = TighterText(explanation, resource);
  return tighter.empty() ? text : Tr("$0; and the site lets less of it begin: $1", text, tighter);
}

// Where a shorter time limit would do: that, and otherwise what else would.
std::string ShorterOr(const v1::JobExplanation& explanation, const std::string& job_id,
                      const std::string& otherwise) {
  const int64_t seconds = explanation.fitting_time_limit_seconds();
  if (seconds <= 0) return otherwise;
  return Tr("ask -t $0 or less: `scontrol update jobid=$1 timelimit=$0`, or $2",
            TimeLimitText(seconds), job_id, otherwise);
}

// What the partition lets no job have, and what would be right.
WhyJobText ImpossibleText(const v1::JobSituation& situation, const std::string& job_id) {
  const std::string& partition = situation.partition();
  const std::string& reason = situation.reason();
  const int64_t seconds = situation.partition_time_limit_seconds();
  if (reason == "PartitionTimeLimit" && seconds > 0) {
    const std::string limit = TimeLimitText(seconds);
    return {Tr("partition $0 lets a job run for $1 at most", partition, limit),
            Tr("ask -t $0 or less: `scontrol update jobid=$1 timelimit=$0`, or submit it to "
               "another partition",
               limit, job_id)};
  }
  if (reason == "PartitionNodeLimit" && situation.partition_nodes_max() > 0) {
    return {TrCount("partition $1 gives a job $0 node at most",
                    "partition $1 gives a job $0 nodes at most", situation.partition_nodes_max(),
                    partition),
            Tr("ask for fewer nodes, or submit it to another partition")};
  }
  return {Tr("what it asks cannot be had in partition $0: Slurm says $1", partition, reason),
          Tr("submit it with other options")};
}

}  // namespace

std::string TimeLimitText(int64_t seconds) {
  const int64_t days = seconds / 86400;
  const std::string rest =
      absl::StrFormat("%d:%02d:%02d", seconds % 86400 / 3600, seconds % 3600 / 60, seconds % 60);
  return days > 0 ? absl::StrCat(days, "-", rest) : rest;
}

WhyJobText TextOf(const v1::JobExplanation& explanation, const std::string& job) {
  using Cause = v1::JobExplanation;
  const v1::JobSituation& situation = explanation.situation();
  const std::string project = ShortName(explanation.project());
  const std::string site = ShortName(explanation.site());
  const std::string& resource = explanation.resource();
  const std::string& reason = situation.reason();
  const std::string job_id = job.substr(job.find(':') + 1);
  const std::string more = Tr("ask for more hours with `mesolys request create $0`", project);
  switch (explanation.cause()) {
    case Cause::NOT_WAITING:
      return {Tr("it does not wait: it is $0", situation.state()), ""};
    case Cause::NO_PROJECT:
      return {Tr("its account $0 belongs to no project", situation.account()),
              Tr("submit it with `--account=` and the id of a project of yours: see `mesolys "
                 "whoami`")};
    case Cause::NOT_A_MEMBER:
      return {Tr("$0 is no member of $1 at $2", situation.user(), project, site),
              Tr("its PI adds you: `mesolys member add $0 USER --login $1=$2`", project, site,
                 situation.user())};
    case Cause::NO_GRANT:
      return {Tr("$0 has no grant of $1 that can be spent at $2 now", project, resource, site),
              more};
    case Cause::USED_UP:
      return {Tr("nothing is left of the grants of $0 of $1 at $2", project, resource, site), more};
    case Cause::NOT_IN_FORCE:
      return {
          Tr("$0 has not put the grants of $1 in force: $2", site, project, SiteText(explanation)),
          Tr("wait for the next look of its agent; if it stays, tell the operators: `mesolys "
             "site show $0`",
             site)};
    case Cause::TOO_LONG:
      return {TooLongText(explanation), ShorterOr(explanation, job_id, more)};
    case Cause::WHOLE_NODES:
      return {Tr("it takes whole nodes (--exclusive), so that all their cores and GPUs count: more "
                 "than is left of the grants of $0 at $1",
                 project, site),
              Tr("submit it without --exclusive or for a shorter time, or $0", more)};
    case Cause::MEMBER_CEILING:
      return {Tr("it asks more $0 than $1 may still use of $2 at $3", resource, situation.user(),
                 project, site),
              ShorterOr(explanation, job_id,
                        Tr("its PI raises the ceiling: `mesolys member limit $0`", project))};
    case Cause::QOS_LIMIT:
      return {Tr("its QOS $0 allows no more now: Slurm says $1", situation.qos(), reason),
              Tr("wait, or submit it with another --qos")};
    case Cause::RESERVATION:
      return {Tr("it waits for a reservation or a maintenance: Slurm says $0", reason),
              Tr("see `mesolys site show $0`", site)};
    case Cause::DEPENDENCY:
      return {Tr("it waits for other jobs, or for its begin time: Slurm says $0", reason), ""};
    case Cause::PRIORITY:
      return {Tr("its hours are there; it waits for its turn: Slurm says $0", reason), ""};
    case Cause::HELD:
      return {Tr("it is held: Slurm says $0", reason), Tr("`scontrol release $0`", job_id)};
    case Cause::IMPOSSIBLE:
      return ImpossibleText(situation, job_id);
    default:
      return {Tr("Slurm says $0", reason), ""};
  }
}

namespace {

// Waits until the agent of the job's site has looked, or for as long as people do.
absl::Status AskSite(Session& session, const JobWords& job, v1::JobExplanation& explanation) {
  v1::ExplainJobRequest request;
  request.set_cluster(job.cluster);
  request.set_job_id(job.job_id);
  if (job.array_task_id.has_value()) request.set_array_task_id(*job.array_task_id);
  const auto end = std::chrono::steady_clock::now() + kAgentSilenceMax;
  do {
    if (absl::Status status = session.Read(request, explanation); !status.ok()) return status;
    request.set_number(explanation.number());
    if (explanation.state() != v1::JobExplanation::RUNNING) break;
    if (std::chrono::steady_clock::now() > end) {
      const std::string site = ShortName(explanation.site());
      return WithExit(
          absl::UnavailableError(Tr("the agent of $0 does not answer; `mesolys site show $0` says "
                                    "when it was seen and what hinders it",
                                    site)),
          ExitCode::kFailed);
    }
    session.Pause();
  } while (true);
  if (explanation.state() == v1::JobExplanation::FAILED) {
    return WithExit(absl::AbortedError(Told(explanation.problem())), ExitCode::kFailed);
  }
  return absl::OkStatus();
}

Table TableOfJob(const std::string& name, const v1::JobExplanation& explanation) {
  const WhyJobText why = TextOf(explanation, name);
  const v1::JobSituation& situation = explanation.situation();
  return Table{
      "job",
      {{"job", Tr("JOB")},
       {"state", Tr("STATE")},
       {"reason", Tr("SLURM SAYS")},
       {"project", Tr("PROJECT")},
       {"user", Tr("USER")},
       {"time_limit_seconds", Tr("TIME LIMIT")},
       {"cause", ""},
       {"because", Tr("BECAUSE")},
       {"advice", Tr("WHAT TO DO")},
       {"fitting_time_limit_seconds", ""}},
      {{TextCell(name), TextCell(situation.state()), TextCell(situation.reason()),
        NameCell(explanation.project()), TextCell(situation.user()),
        ElapsedCell(situation.time_limit_seconds()),
        TextCell(v1::JobExplanation::Cause_Name(explanation.cause())), TextCell(why.because),
        TextCell(why.advice), NumberCell(explanation.fitting_time_limit_seconds())}},
      /*single=*/true};
}

Table TableOfGrants(const v1::JobExplanation& explanation) {
  Table grants{"grants",
               {{"grant", Tr("GRANT")},
                {"resource", Tr("RESOURCE")},
                {"ceiling_base_units", Tr("CEILING"), true},
                {"used_base_units", Tr("USED"), true},
                {"state", Tr("STATE")},
                {"text", Tr("THE SITE SAYS")}},
               {}};
  for (const v1::JobGrant& grant : explanation.grants()) {
    grants.rows.push_back({NameCell(grant.grant()), TextCell(grant.resource()),
                           AmountCell(grant.resource(), grant.ceiling_base_units()),
                           AmountCell(grant.resource(), grant.used_base_units()),
                           StateCell(v1::Ceiling::State_Name(grant.state())),
                           ToldCell(grant.text())});
  }
  return grants;
}

absl::Status ExplainJob(Session& session, const std::string& text) {
  const absl::StatusOr<JobWords> job = ParseQueuedJob(text);
  if (!job.ok()) {
    return absl::InvalidArgumentError(
        Tr("$0 is not a job; write CLUSTER:JOBID, for example psmn:4002, or psmn:4002_7 for a task "
           "of an array",
           Quoted(text)));
  }
  if (job->submit_time.has_value()) {
    return absl::InvalidArgumentError(
        Tr("$0 has the time of its submission, which the queue does not need; leave it out",
           Quoted(text)));
  }
  v1::JobExplanation explanation;
  if (absl::Status s = AskSite(session, *job, explanation); !s.ok()) return s;
  const std::string task =
      job->array_task_id.has_value() ? absl::StrCat("_", *job->array_task_id) : "";
  const std::string name = absl::StrCat(job->cluster, ":", job->job_id, task);
  session.Print({{TableOfJob(name, explanation), TableOfGrants(explanation)}, {}});
  return absl::OkStatus();
}

// PROJECT, PROJECT/gNUMBER or PROJECT/rNUMBER.
absl::StatusOr<std::string> ParseSubject(const std::string& text) {
  if (!absl::StrContains(text, '/')) return ParseProject(text);
  absl::StatusOr<std::string> request = ParseRequest(text);
  absl::StatusOr<std::string> name = request.ok() ? request : ParseGrant(text);
  if (name.ok()) return name;
  return absl::InvalidArgumentError(
      Tr("$0 is neither a grant nor a request; write PROJECT/g17 or PROJECT/r5", Quoted(text)));
}

absl::Status Explain(Session& session, const std::string& text) {
  if (text == "job") {
    return absl::InvalidArgumentError(
        Tr("which job? write `mesolys why job CLUSTER:JOBID`, for example psmn:4002"));
  }
  if (ParseQueuedJob(text).ok()) {
    return absl::InvalidArgumentError(
        Tr("$0 is a job; write `mesolys why job $1`", Quoted(text), text));
  }
  absl::StatusOr<std::string> name = ParseSubject(text);
  if (!name.ok()) return name.status();
  v1::ExplainRequest request;
  request.set_name(*name);
  v1::Explanation explanation;
  if (absl::Status status = session.Read(request, explanation); !status.ok()) return status;
  Table table{"because", {{"sentence", Tr("BECAUSE")}}, {}};
  for (const std::string& sentence : explanation.sentences()) {
    table.rows.push_back({ToldCell(sentence)});
  }
  session.Print({{table}, {}});
  return absl::OkStatus();
}

absl::Status ExplainJob(Session& session, const std::string& word, const std::string& job) {
  if (word == "job") return ExplainJob(session, job);
  return absl::InvalidArgumentError(
      Tr("$0 is too much; write `mesolys why $1` or `mesolys why job $2`", Quoted(job), word, job));
}

}  // namespace

void AddWhy(CommandTree& tree) {
  auto name = std::make_shared<std::string>();
  auto job = std::make_shared<std::string>();
  tree.Read(tree.root(), "why", Tr("Why a request, a grant, a project or a job stands as it does"),
            {"mesolys why proj_a/r5", "mesolys why proj_a/g17", "mesolys why proj_a",
             "mesolys why job psmn:4002", "mesolys why job psmn:4002_7"},
            [name, job](Session& session) {
              return job->empty() ? Explain(session, *name) : ExplainJob(session, *name, *job);
            })
      .Argument("NAME", name.get(), Tr("PROJECT, PROJECT/gNUMBER or PROJECT/rNUMBER; or `job`"))
      .Argument("JOB", job.get(),
                Tr("After `job`, one that waits: CLUSTER:JOBID, or CLUSTER:JOBID_TASK for a task "
                   "of an array"),
                /*required=*/false);
}

}  // namespace mesolys::client
