// `mesolys usage list`: the jobs of a project and their price, or what no project claims. The verbs
// on one job are in job.cc, the import of history in usage_import.cc.

#include <cstdint>
#include <memory>
#include <string>

#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/language/language.h"
#include "client/session/pages.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "client/usage/dismissal.h"
#include "client/usage/job.h"
#include "client/usage/usage_import.h"
#include "client/usage/usage_summary.h"
#include "mesolys/v1/usage.pb.h"
#include "nlohmann/json.hpp"

namespace mesolys::client {
namespace {

struct UsageOptions {
  std::string project;
  bool uncovered = false;
  bool unassigned = false;
  std::string account;
  std::string limit;
  std::string by;
};

// Each entry of the price, for programs.
Cell ChargesCell(const v1::Job& job) {
  nlohmann::ordered_json charges = nlohmann::ordered_json::array();
  for (const v1::Charge& charge : job.charges()) {
    nlohmann::ordered_json one;
    one["grant"] = charge.grant();
    one["resource"] = charge.resource();
    one["kind"] = v1::Charge::Kind_Name(charge.kind());
    one["amount_base_units"] = charge.amount_base_units();
    one["normalised_seconds"] = charge.normalised_seconds();
    if (charge.is_of_no_resource()) one["is_of_no_resource"] = true;
    charges.push_back(one);
  }
  return {"", charges};
}

// Whose jobs are asked for: of a project, or of an account without one.
absl::StatusOr<v1::ListJobsRequest> JobsWanted(const UsageOptions& options) {
  v1::ListJobsRequest request;
  request.set_uncovered(options.uncovered);
  if (!options.project.empty()) {
    const absl::StatusOr<std::string> project = ParseProject(options.project);
    if (!project.ok()) return project.status();
    request.set_project(*project);
    return request;
  }
  const auto account = ParsePair("--jobs", "CLUSTER:ACCOUNT", ':', options.account);
  if (!account.ok()) return account.status();
  request.mutable_account()->set_cluster(account->first);
  request.mutable_account()->set_account(account->second);
  return request;
}

absl::Status ListJobs(Session& session, const v1::ListJobsRequest& request, int64_t limit) {
  const auto jobs = ReadPages(session, request, &v1::ListJobsResponse::jobs, limit,
                              /*sparse=*/request.uncovered());
  if (!jobs.ok()) return jobs.status();
  Table table{"jobs",
              {{"cluster", Tr("CLUSTER")},
               {"job_id", Tr("JOB"), true},
               {"account", Tr("ACCOUNT"), false, false, 5},
               {"user", Tr("USER")},
               {"state", Tr("STATE")},
               {"submit_time", ""},
               {"start_time", Tr("START"), false, false, 2},
               {"end_time", ""},
               {"elapsed_seconds", Tr("ELAPSED"), true, false, 1},
               {"core_count", Tr("CORES"), true, false, 4},
               {"gpu_counts", Tr("GPUS"), false, false, 3},
               {"charged_base_units", Tr("CHARGED")},
               {"uncovered_base_units", request.uncovered() ? Tr("UNCOVERED") : ""},
               {"charges", "", false, /*nested=*/true}},
              {}};
  for (const v1::Job& job : *jobs) {
    const v1::UsageRecord& record = job.record();
    table.rows.push_back(
        {TextCell(record.cluster()), NumberCell(record.job_id()), TextCell(record.account()),
         TextCell(record.user()), JobStateCell(record),
         MinuteCell(record.has_submit_time(), record.submit_time(), session.zone()),
         MinuteCell(record.has_start_time(), record.start_time(), session.zone()),
         MinuteCell(record.has_end_time(), record.end_time(), session.zone()),
         JobElapsedCell(record), NumberCell(record.core_count()), JobGpusCell(record),
         JobChargedCell(job), JobUncoveredCell(job), ChargesCell(job)});
  }
  session.Print({{table}, {}});
  return absl::OkStatus();
}

// The same jobs, added up as they come.
absl::Status SumJobs(Session& session, const v1::ListJobsRequest& request, GroupBy by) {
  UsageSummary summary(by, session.zone());
  absl::Status status = VisitPages(
      session, request, &v1::ListJobsResponse::jobs, /*limit=*/0, /*sparse=*/request.uncovered(),
      [&](const v1::Job& job) {
        summary.Add(job, request.uncovered() ? JobUncoveredAmounts(job) : JobChargedAmounts(job));
      });
  if (!status.ok()) return status;
  Report report{{summary.ToTable(session.look())}, {}};
  // A picture; programs have the rows.
  if (by == GroupBy::kMonth && session.look().format == Format::kTable && !summary.IsEmpty()) {
    report.tables.push_back(summary.CourseTable(session.look()));
  }
  session.Print(report);
  return absl::OkStatus();
}

std::string CauseText(const v1::UnassignedUse& use) {
  if (use.cause() == v1::UnassignedUse::NO_RESOURCE) {
    return Tr("gpu_names of the catalogue does not say what such GPUs are");
  }
  return Tr("no project claims the account");
}

absl::Status ListUnassigned(Session& session, int64_t limit) {
  const auto uses =
      ReadPages(session, v1::ListUnassignedRequest(), &v1::ListUnassignedResponse::uses, limit);
  if (!uses.ok()) return uses.status();
  Table table{"unassigned",
              {{"site", Tr("SITE")},
               {"cluster", Tr("CLUSTER")},
               {"account", Tr("ACCOUNT")},
               {"resource", Tr("RESOURCE")},
               {"settled_base_units", Tr("SETTLED"), true},
               {"in_flight_base_units", Tr("IN FLIGHT"), true},
               {"project", Tr("PROJECT"), false, false, 1},
               {"cause", Tr("WHY")}},
              {}};
  for (const v1::UnassignedUse& use : *uses) {
    table.rows.push_back({TextCell(use.site()),
                          TextCell(use.account().cluster()),
                          TextCell(use.account().account()),
                          TextCell(use.resource()),
                          AmountCell(use.resource(), use.settled_base_units()),
                          AmountCell(use.resource(), use.in_flight_base_units()),
                          NameCell(use.project()),
                          {CauseText(use), v1::UnassignedUse::Cause_Name(use.cause())}});
  }
  session.Print({{table}, {}});
  return absl::OkStatus();
}

absl::Status ListJobs(Session& session, const UsageOptions& options) {
  if (options.project.empty() != options.unassigned) {
    return absl::InvalidArgumentError(
        Tr("say whose: either a project, as in \"mesolys usage list proj_a\", or --unassigned"));
  }
  if (options.unassigned ? options.uncovered : !options.account.empty()) {
    return absl::InvalidArgumentError(
        Tr("--uncovered is for a project, as in \"mesolys usage list proj_a --uncovered\"; --jobs "
           "CLUSTER:ACCOUNT goes with --unassigned"));
  }
  const bool is_by_account = options.unassigned && options.account.empty();
  if (!options.by.empty() && (is_by_account || !options.limit.empty())) {
    return absl::InvalidArgumentError(
        Tr("--by adds up all jobs of a project, or of one account with --unassigned --jobs "
           "CLUSTER:ACCOUNT, and goes without --limit"));
  }
  const absl::StatusOr<int64_t> limit = ParseLimit(options.limit);
  if (!limit.ok()) return limit.status();
  if (is_by_account) return ListUnassigned(session, *limit);
  const absl::StatusOr<v1::ListJobsRequest> wanted = JobsWanted(options);
  if (!wanted.ok()) return wanted.status();
  if (options.by.empty()) return ListJobs(session, *wanted, *limit);
  const absl::StatusOr<GroupBy> by = ParseGroupBy(options.by);
  return by.ok() ? SumJobs(session, *wanted, *by) : by.status();
}

}  // namespace

void AddUsage(CommandTree& tree) {
  CLI::App& noun = tree.Noun("usage", Tr("What was used, job by job"));
  auto options = std::make_shared<UsageOptions>();
  tree.Read(noun, "list", Tr("The jobs of a project and what they were charged"),
            {"mesolys usage list proj_a --limit 20", "mesolys usage list proj_a --by user",
             "mesolys usage list proj_a --by month --format csv",
             "mesolys usage list proj_a --uncovered", "mesolys usage list --unassigned",
             "mesolys usage list --unassigned --jobs psmn:old_account"},
            [options](Session& session) { return ListJobs(session, *options); })
      .Argument("PROJECT", &options->project, Tr("Its id"), /*required=*/false)
      .Flag("--uncovered", &options->uncovered,
            Tr("Only jobs with hours that no valid grant covers"))
      .Flag("--unassigned", &options->unassigned,
            Tr("What ran under accounts of no project, or on GPUs of no resource"))
      .Option("--jobs", "CLUSTER:ACCOUNT", &options->account,
              Tr("With --unassigned: the single jobs of one account"))
      .Option("--by", "user|site|month|resource|state", &options->by,
              Tr("Adds the jobs up instead of listing them"))
      .Option("--limit", "ROWS", &options->limit, Tr("At most so many; all if not given"));
  AddJob(tree, noun);
  AddUsageImport(tree, noun);
  AddDismissal(tree, noun);
}

}  // namespace mesolys::client
