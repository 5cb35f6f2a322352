// `mesolys project create|list|show|link|unlink|archive`: what hours are given to.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/grant/grant.h"
#include "client/language/language.h"
#include "client/session/pages.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/project.pb.h"
#include "mesolys/v1/values.pb.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"

namespace mesolys::client {
namespace {

struct ProjectOptions {
  std::string project;
  std::string title;
  std::string institution;
  std::string programme;
  std::string pi;
  std::string from;
  std::string to;
  std::string span;
  std::string data_class;
  std::string parent;
  std::string link;
  std::string reason;
};

Table ProjectTable(const std::string& key, bool single) {
  return {key,
          {{"name", Tr("PROJECT")},
           {"title", Tr("TITLE")},
           {"programme", Tr("PROGRAMME")},
           {"institution", Tr("INSTITUTION"), false, false, 4},
           {"pi", Tr("PI")},
           {"data_class", Tr("DATA CLASS"), false, false, 6},
           {"parent", Tr("PARENT"), false, false, 3},
           {"start_time", Tr("FROM"), false, false, 5},
           {"end_time", Tr("TO"), false, false, 2},
           {"create_time", single ? Tr("RECORDED") : ""},
           {"links", Tr("LINKS")},
           {"archived", Tr("ARCHIVED")},
           {"shares", single ? Tr("SHARES OF 10,000") : ""},
           {"eco", single ? Tr("ECO QOS") : ""},
           {"etag", ""},
           {"sbatch", single ? Tr("IN JOB SCRIPTS") : ""}},
          {},
          single};
}

std::vector<Cell> ProjectRow(const v1::Project& project, const absl::TimeZone& zone) {
  std::vector<std::string> links;
  for (const v1::AccountLink& link : project.links()) {
    links.push_back(absl::StrCat(link.cluster(), ":", link.account()));
  }
  const v1::Period& period = project.period();
  return {NameCell(project.name()),
          TextCell(project.title()),
          TextCell(project.programme()),
          TextCell(project.institution()),
          TextCell(project.pi()),
          TextCell(project.data_class()),
          NameCell(project.parent()),
          DayCell(period.has_start_time(), period.start_time(), zone),
          DayCell(period.has_end_time(), period.end_time(), zone),
          MinuteCell(project.has_create_time(), project.create_time(), zone),
          TextsCell(links),
          Cell{project.archived() ? Tr("yes") : "", project.archived()},
          Cell{project.shares() == 0 ? "" : absl::StrCat(project.shares()), project.shares()},
          Cell{project.eco() ? Tr("yes") : "", project.eco()},
          TextCell(project.etag()),
          TextCell(SbatchLine(ShortName(project.name())))};
}

void PrintOne(Session& session, const v1::Project& project) {
  Table table = ProjectTable("project", /*single=*/true);
  table.rows.push_back(ProjectRow(project, session.zone()));
  session.Print({{table}, {}});
}

absl::Status ListProjects(Session& session) {
  const auto projects =
      ReadPages(session, v1::ListProjectsRequest(), &v1::ListProjectsResponse::projects);
  if (!projects.ok()) return projects.status();
  Table table = ProjectTable("projects", /*single=*/false);
  for (const v1::Project& project : *projects) {
    table.rows.push_back(ProjectRow(project, session.zone()));
  }
  session.Print({{table}, {}});
  return absl::OkStatus();
}

absl::Status ShowProject(Session& session, const ProjectOptions& options) {
  const absl::StatusOr<std::string> name = ParseProject(options.project);
  if (!name.ok()) return name.status();
  v1::GetProjectRequest request;
  request.set_name(*name);
  v1::Project project;
  if (absl::Status status = session.Read(request, project); !status.ok()) return status;
  v1::ListGrantsRequest listing;
  listing.set_project(*name);
  const auto grants = ReadPages(session, listing, &v1::ListGrantsResponse::grants);
  if (!grants.ok()) return grants.status();
  Table table = ProjectTable("project", /*single=*/true);
  table.rows.push_back(ProjectRow(project, session.zone()));
  session.Print({{table, EnforcementTable({grants->begin(), grants->end()})}, {}});
  return absl::OkStatus();
}

absl::Status CreateProject(Session& session, const ProjectOptions& options) {
  const absl::StatusOr<std::string> name = ParseProject(options.project);
  if (!name.ok()) return name.status();
  const absl::StatusOr<Period> period =
      ParsePeriod(options.from, options.to, options.span, session.now());
  if (!period.ok()) return period.status();
  v1::CreateProjectRequest request;
  v1::Project& wanted = *request.mutable_project();
  wanted.set_name(*name);
  wanted.set_title(options.title);
  wanted.set_institution(options.institution);
  wanted.set_programme(options.programme);
  wanted.set_pi(options.pi);
  wanted.set_data_class(options.data_class);
  *wanted.mutable_period() = ToProto(*period);
  if (!options.parent.empty()) {
    const absl::StatusOr<std::string> parent = ParseProject(options.parent);
    if (!parent.ok()) return parent.status();
    wanted.set_parent(*parent);
  }
  v1::Project project;
  if (absl::Status status = session.Change(request, project); !status.ok()) return status;
  const std::string id = ShortName(project.name());
  session.Say(session.dry_run() ? Tr("project $0 would be recorded", id)
                                : Tr("project $0 is recorded", id));
  PrintOne(session, project);
  return absl::OkStatus();
}

// Of a link that was made: what becomes of the account's jobs.
std::string JobsText(const v1::AccountLink& link) {
  if (link.has_jobs()) return Tr("its kept jobs are settled next");
  if (link.alike().empty()) return Tr("no job of such an account was kept up to now");
  return Tr("no job of such an account was kept up to now; there are jobs of $0",
            absl::StrJoin(link.alike(), ", "));
}

absl::Status Link(Session& session, const ProjectOptions& options) {
  const absl::StatusOr<std::string> name = ParseProject(options.project);
  if (!name.ok()) return name.status();
  const auto link = ParsePair(Tr("the link"), "CLUSTER:ACCOUNT", ':', options.link);
  if (!link.ok()) return link.status();
  v1::LinkAccountRequest request;
  request.set_project(*name);
  request.mutable_link()->set_cluster(link->first);
  request.mutable_link()->set_account(link->second);
  v1::AccountLink linked;
  if (absl::Status status = session.Change(request, linked); !status.ok()) return status;
  const std::string id = ShortName(*name);
  session.Say(session.dry_run() ? Tr("account $0 of $1 would bill to $2; $3", linked.account(),
                                     linked.cluster(), id, JobsText(linked))
                                : Tr("account $0 of $1 bills to $2; $3", linked.account(),
                                     linked.cluster(), id, JobsText(linked)));
  Table table{"link",
              {{"cluster", Tr("CLUSTER")}, {"account", Tr("ACCOUNT")}, {"project", Tr("PROJECT")}},
              {{TextCell(linked.cluster()), TextCell(linked.account()), NameCell(*name)}},
              /*single=*/true};
  session.Print({{table}, {}});
  return absl::OkStatus();
}

absl::Status Unlink(Session& session, const ProjectOptions& options) {
  const absl::StatusOr<std::string> name = ParseProject(options.project);
  if (!name.ok()) return name.status();
  const auto link = ParsePair(Tr("the link"), "CLUSTER:ACCOUNT", ':', options.link);
  if (!link.ok()) return link.status();
  v1::UnlinkAccountRequest request;
  request.set_project(*name);
  request.mutable_link()->set_cluster(link->first);
  request.mutable_link()->set_account(link->second);
  request.set_reason(options.reason);
  const std::string id = ShortName(*name);
  absl::Status confirmed = session.Confirm(
      Tr("all that the jobs of $0 cost $1 will be charged anew", options.link, id), id);
  if (!confirmed.ok()) return confirmed;
  v1::AccountLink unlinked;
  if (absl::Status status = session.Change(request, unlinked); !status.ok()) return status;
  session.Say(
      session.dry_run()
          ? Tr("account $0 of $1 would not bill to $2 any more; its jobs are charged anew next",
               unlinked.account(), unlinked.cluster(), id)
          : Tr("account $0 of $1 does not bill to $2 any more; its jobs are charged anew next",
               unlinked.account(), unlinked.cluster(), id));
  Table table{"link",
              {{"cluster", Tr("CLUSTER")}, {"account", Tr("ACCOUNT")}, {"project", Tr("PROJECT")}},
              {{TextCell(unlinked.cluster()), TextCell(unlinked.account()), NameCell(*name)}},
              /*single=*/true};
  session.Print({{table}, {}});
  return absl::OkStatus();
}

void AddCreateProject(CommandTree& tree, CLI::App& noun) {
  auto options = std::make_shared<ProjectOptions>();
  Verb create =
      tree.Change(noun, "create", Tr("Record a project"),
                  {"mesolys project create proj_a --title \"Green learning\" --institution cnrs "
                   "--programme chair --pi alice --from 2026-12-01 --to 2028-12-01"},
                  [options](Session& session) { return CreateProject(session, *options); });
  create.Argument("PROJECT", &options->project, Tr("Its id, which is also its Slurm account"))
      .RequiredOption("--title", "TEXT", &options->title, Tr("What people call it"))
      .RequiredOption("--institution", "ID", &options->institution, Tr("The institution behind it"))
      .RequiredOption("--programme", "ID", &options->programme, Tr("Whose rules it follows"))
      .RequiredOption("--pi", "USER", &options->pi, Tr("Its principal investigator"))
      .Option("--from", "DATE", &options->from, Tr("Its first day; today if not given"))
      .Option("--to", "DATE", &options->to, Tr("The day after its last"))
      .Option("--for", "SPAN", &options->span, Tr("Instead of --to: 90d, 6m or 2y"))
      .Option("--data-class", "ID", &options->data_class, Tr("Decides which sites may hold it"))
      .Option("--parent", "PROJECT", &options->parent, Tr("The chair above it"));
}

absl::Status Archive(Session& session, const ProjectOptions& options) {
  const absl::StatusOr<std::string> name = ParseProject(options.project);
  if (!name.ok()) return name.status();
  v1::ArchiveProjectRequest request;
  request.set_name(*name);
  request.set_reason(options.reason);
  const std::string id = ShortName(*name);
  absl::Status confirmed = session.Confirm(Tr("$0 will be closed for good", id), id);
  if (!confirmed.ok()) return confirmed;
  v1::Project project;
  if (absl::Status status = session.Change(request, project); !status.ok()) return status;
  session.Say(session.dry_run() ? Tr("$0 would be archived", id) : Tr("$0 is archived", id));
  PrintOne(session, project);
  return absl::OkStatus();
}

}  // namespace

void AddProject(CommandTree& tree) {
  CLI::App& noun = tree.Noun("project", Tr("What hours are given to"));
  AddCreateProject(tree, noun);
  tree.Read(noun, "list", Tr("The projects that you may see"), {"mesolys project list"},
            ListProjects);
  auto shown = std::make_shared<ProjectOptions>();
  tree.Read(noun, "show", Tr("One project"), {"mesolys project show proj_a"},
            [shown](Session& session) { return ShowProject(session, *shown); })
      .Argument("PROJECT", &shown->project, Tr("Its id"));
  auto linked = std::make_shared<ProjectOptions>();
  tree.Change(noun, "link", Tr("Let an account of a cluster bill to a project"),
              {"mesolys project link proj_a psmn:old_account"},
              [linked](Session& session) { return Link(session, *linked); })
      .Argument("PROJECT", &linked->project, Tr("Its id"))
      .Argument("ACCOUNT", &linked->link, Tr("CLUSTER:ACCOUNT, as Slurm knows it"));
  auto unlinked = std::make_shared<ProjectOptions>();
  tree.Destroy(noun, "unlink",
               Tr("Take back such a link: its jobs are charged as if it had never been there"),
               {"mesolys project unlink proj_a psmn:old_account --reason \"It is another team's\""},
               [unlinked](Session& session) { return Unlink(session, *unlinked); })
      .Argument("PROJECT", &unlinked->project, Tr("Its id"))
      .Argument("ACCOUNT", &unlinked->link, Tr("CLUSTER:ACCOUNT, as Slurm knows it"))
      .RequiredOption("--reason", "TEXT", &unlinked->reason, Tr("Why; kept with the entry"));
  auto archived = std::make_shared<ProjectOptions>();
  tree.Destroy(noun, "archive",
               Tr("Close a project whose grants are over; what it had stays readable"),
               {"mesolys project archive proj_a --reason \"The thesis is defended\""},
               [archived](Session& session) { return Archive(session, *archived); })
      .Argument("PROJECT", &archived->project, Tr("Its id"))
      .RequiredOption("--reason", "TEXT", &archived->reason, Tr("Why; kept with the entry"));
}

}  // namespace mesolys::client
