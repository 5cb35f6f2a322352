// `mesolys usage list`: the jobs of a project and their price, or what no project claims. The verbs
// on one job are in job.cc, the import of history in usage_import.cc.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/arguments.h"
#include "client/cells.h"
#include "client/command_tree.h"
#include "client/job.h"
#include "client/pages.h"
#include "client/session.h"
#include "client/usage_import.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "proto/values/quoted.h"

namespace mesolys {
namespace {

struct Options {
  std::string project;
  bool uncovered = false;
  bool unassigned = false;
  std::string account;
  std::string limit;
};

// 0, for no limit, when the text is empty.
absl::StatusOr<int64_t> ParseLimit(const std::string& text) {
  int64_t limit = 0;
  if (text.empty()) return limit;
  if (absl::SimpleAtoi(text, &limit) && limit > 0) return limit;
  return absl::InvalidArgumentError(
      absl::StrCat("--limit: ", Quoted(text), " is not a number of rows; write 100"));
}

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
    charges.push_back(one);
  }
  return {"", charges};
}

// Whose jobs are asked for: of a project, or of an account without one.
absl::StatusOr<v1::ListJobsRequest> JobsWanted(const Options& options) {
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
              {{"cluster", "CLUSTER"},
               {"job_id", "JOB", true},
               {"account", "ACCOUNT"},
               {"user", "USER"},
               {"state", "STATE"},
               {"submit_time", ""},
               {"start_time", "START"},
               {"end_time", ""},
               {"elapsed_seconds", "ELAPSED", true},
               {"core_count", "CORES", true},
               {"gpu_counts", "GPUS"},
               {"charged_base_units", "CHARGED"},
               {"uncovered_base_units", request.uncovered() ? "UNCOVERED" : ""},
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

absl::Status ListUnassigned(Session& session, int64_t limit) {
  const auto uses =
      ReadPages(session, v1::ListUnassignedRequest(), &v1::ListUnassignedResponse::uses, limit);
  if (!uses.ok()) return uses.status();
  Table table{"unassigned",
              {{"site", "SITE"},
               {"cluster", "CLUSTER"},
               {"account", "ACCOUNT"},
               {"resource", "RESOURCE"},
               {"settled_base_units", "SETTLED", true},
               {"in_flight_base_units", "IN FLIGHT", true}},
              {}};
  for (const v1::UnassignedUse& use : *uses) {
    table.rows.push_back({TextCell(use.site()), TextCell(use.account().cluster()),
                          TextCell(use.account().account()), TextCell(use.resource()),
                          AmountCell(use.resource(), use.settled_base_units()),
                          AmountCell(use.resource(), use.in_flight_base_units())});
  }
  session.Print({{table}, {}});
  return absl::OkStatus();
}

absl::Status List(Session& session, const Options& options) {
  if (options.project.empty() != options.unassigned) {
    return absl::InvalidArgumentError(
        "say whose: either a project, as in \"mesolys usage list proj_a\", or --unassigned");
  }
  if (options.unassigned ? options.uncovered : !options.account.empty()) {
    return absl::InvalidArgumentError(
        "--uncovered is for a project, as in \"mesolys usage list proj_a --uncovered\"; --jobs "
        "CLUSTER:ACCOUNT goes with --unassigned");
  }
  const absl::StatusOr<int64_t> limit = ParseLimit(options.limit);
  if (!limit.ok()) return limit.status();
  if (options.unassigned && options.account.empty()) return ListUnassigned(session, *limit);
  const absl::StatusOr<v1::ListJobsRequest> wanted = JobsWanted(options);
  return wanted.ok() ? ListJobs(session, *wanted, *limit) : wanted.status();
}

}  // namespace

void AddUsage(CommandTree& tree) {
  CLI::App& noun = tree.Noun("usage", "What was used, job by job");
  auto options = std::make_shared<Options>();
  tree.Read(noun, "list", "The jobs of a project and what they were charged",
            {"mesolys usage list proj_a --limit 20", "mesolys usage list proj_a --uncovered",
             "mesolys usage list --unassigned",
             "mesolys usage list --unassigned --jobs psmn:old_account"},
            [options](Session& session) { return List(session, *options); })
      .Argument("PROJECT", &options->project, "Its id", /*required=*/false)
      .Flag("--uncovered", &options->uncovered, "Only jobs with hours that no valid grant covers")
      .Flag("--unassigned", &options->unassigned, "What ran under accounts of no project")
      .Option("--jobs", "CLUSTER:ACCOUNT", &options->account,
              "With --unassigned: the single jobs of one account")
      .Option("--limit", "ROWS", &options->limit, "At most so many; all if not given");
  AddJob(tree, noun);
  AddUsageImport(tree, noun);
}

}  // namespace mesolys
