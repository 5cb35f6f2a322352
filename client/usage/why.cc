// `mesolys why NAME`: why a request, a grant, a project or a job stands as it does.

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/language/language.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "client/usage/why_job.h"
#include "mesolys/v1/project.pb.h"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

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
