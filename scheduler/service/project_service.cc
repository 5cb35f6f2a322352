// ProjectService: projects, their members and the accounts that bill to them.

#include "mesolys/v1/project.grpc.pb.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/known_accounts.h"
#include "scheduler/core/figures/shares.h"
#include "scheduler/core/rules/explanation.h"
#include "scheduler/core/rules/policy.h"
#include "scheduler/service/handlers.h"
#include "scheduler/service/page.h"
#include "scheduler/service/services.h"

namespace mesolys {
namespace {

absl::StatusOr<Command> ToCommand(const v1::CreateProjectRequest& in) {
  CreateProject command;
  absl::StatusOr<std::string> id = ParseProjectName(in.project().name());
  if (!id.ok()) return id.status();
  absl::StatusOr<Period> period = FromProto(in.project().period());
  if (!period.ok()) return period.status();
  Project& project = command.project;
  project.id = *std::move(id);
  project.title = in.project().title();
  project.institution = in.project().institution();
  project.programme = in.project().programme();
  project.data_class = in.project().data_class();
  if (!in.project().parent().empty()) {
    absl::StatusOr<std::string> parent = ParseProjectName(in.project().parent());
    if (!parent.ok()) return parent.status();
    project.parent = *std::move(parent);
  }
  project.pi = in.project().pi();
  project.period = *period;
  return command;
}

absl::StatusOr<Command> ToCommand(const v1::LinkAccountRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.project());
  if (!project.ok()) return project.status();
  return LinkAccount{*std::move(project), in.link().cluster(), in.link().account(), in.etag()};
}

absl::StatusOr<Command> ToCommand(const v1::UnlinkAccountRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.project());
  if (!project.ok()) return project.status();
  return UnlinkAccount{*std::move(project), in.link().cluster(), in.link().account(), in.etag(),
                       in.reason()};
}

absl::StatusOr<Command> ToCommand(const v1::AddMemberRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.project());
  if (!project.ok()) return project.status();
  AddMember command{*std::move(project), {}};
  command.member.user = in.member().user();
  if (!v1::Member::Role_IsValid(in.member().role())) {
    return Refuse(Reason::kInvalidArgument,
                  Say("give a role: researcher, pi, supervisor or deputy"));
  }
  command.member.role = static_cast<ProjectRole>(in.member().role());
  if (in.member().has_term()) {
    absl::StatusOr<Period> term = FromProto(in.member().term());
    if (!term.ok()) return term.status();
    command.member.term = *term;
  }
  for (const v1::Login& login : in.member().logins()) {
    if (!command.member.logins.emplace(login.site(), login.login()).second) {
      return Refuse(Reason::kInvalidArgument,
                    Say("two logins at site $0; a person has one", login.site()),
                    {{"site", login.site()}});
    }
  }
  return command;
}

absl::StatusOr<Command> ToCommand(const v1::RemoveMemberRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.project());
  if (!project.ok()) return project.status();
  return RemoveMember{*std::move(project), in.user()};
}

absl::StatusOr<Command> ToCommand(const v1::SetMemberCeilingRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.project());
  if (!project.ok()) return project.status();
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  SetMemberCeiling command{*std::move(project), in.user(), *std::move(site), in.resource(), {}};
  if (in.has_amount_base_units()) command.amount = Amount(in.amount_base_units());
  return command;
}

absl::StatusOr<Command> ToCommand(const v1::ArchiveProjectRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.name());
  if (!project.ok()) return project.status();
  return ArchiveProject{*std::move(project), in.reason()};
}

v1::Project ProjectView(const Catalogue& catalogue, const ProjectEntry& entry) {
  const Project& project = entry.project;
  v1::Project out;
  out.set_name(ProjectName(project.id));
  out.set_title(project.title);
  out.set_institution(project.institution);
  out.set_programme(project.programme);
  out.set_data_class(project.data_class);
  if (!project.parent.empty()) out.set_parent(ProjectName(project.parent));
  out.set_pi(project.pi);
  *out.mutable_period() = ToProto(project.period);
  *out.mutable_create_time() = ToProto(entry.create_time);
  out.set_archived(entry.archived);
  out.set_shares(SharesOf(catalogue, project));
  out.set_eco(MayRunEco(catalogue, project));
  out.set_etag(EtagOf(entry));
  for (const auto& [cluster, account] : entry.links) {
    v1::AccountLink& link = *out.add_links();
    link.set_cluster(cluster);
    link.set_account(account);
  }
  return out;
}

v1::Member MemberView(const Member& member) {
  v1::Member out;
  out.set_user(member.user);
  out.set_role(static_cast<v1::Member::Role>(member.role));
  if (member.role == ProjectRole::kDeputy) *out.mutable_term() = ToProto(member.term);
  for (const auto& [site, name] : member.logins) {
    v1::Login& login = *out.add_logins();
    login.set_site(site);
    login.set_login(name);
  }
  return out;
}

v1::MemberCeiling CeilingView(const MemberCeilingSet& ceiling, absl::Time set_time) {
  v1::MemberCeiling out;
  out.set_user(ceiling.user);
  out.set_site(SiteName(ceiling.site));
  out.set_resource(ceiling.resource);
  if (ceiling.amount.has_value()) out.set_amount_base_units(ceiling.amount->count());
  *out.mutable_set_time() = ToProto(set_time);
  return out;
}

absl::Status ReadProject(const Reading& reading, const v1::GetProjectRequest&, v1::Project& out) {
  out = ProjectView(reading.ledger.catalogue(), *reading.project);
  return absl::OkStatus();
}

absl::Status ReadProjects(const Reading& reading, const v1::ListProjectsRequest& in,
                          v1::ListProjectsResponse& out) {
  absl::StatusOr<Page> page = ParsePage(in.page_size(), in.page_token());
  if (!page.ok()) return page.status();
  const auto& projects = reading.ledger.projects();
  out.set_next_page_token(FillPage(
      projects.upper_bound(page->after), projects.end(), *page,
      [](const auto& each) { return each.first; },
      [&](const auto& each) {
        const bool visible =
            Authorize(reading.ledger, reading.identity, MethodOf<v1::GetProjectRequest>().name,
                      {each.first, ""}, reading.now)
                .ok();
        if (visible) *out.add_projects() = ProjectView(reading.ledger.catalogue(), each.second);
        return visible;
      }));
  return absl::OkStatus();
}

absl::Status ReadMembers(const Reading& reading, const v1::ListMembersRequest& in,
                         v1::ListMembersResponse& out) {
  absl::StatusOr<Page> page = ParsePage(in.page_size(), in.page_token());
  if (!page.ok()) return page.status();
  const auto& members = reading.project->members;
  out.set_next_page_token(FillPage(
      members.upper_bound(page->after), members.end(), *page,
      [](const auto& each) { return each.first; },
      [&](const auto& each) {
        v1::Member& member = *out.add_members();
        member = MemberView(each.second.member);
        *member.mutable_add_time() = ToProto(each.second.add_time);
        for (const auto& [place, ceiling] : each.second.ceilings) {
          *member.add_ceilings() = CeilingView(
              {"", each.first, place.first, place.second, ceiling.amount}, ceiling.set_time);
        }
        return true;
      }));
  return absl::OkStatus();
}

// What keeps a site from giving what is left of the grant, or from holding it.
void AddSiteWords(const Reading& reading, const GrantEntry& entry, std::vector<std::string>& why) {
  const std::string name = GrantName(entry.grant.project, entry.grant.number);
  for (const auto& [site, ceiling] : entry.grant.ceilings) {
    const v1::Ceiling told = reading.sessions.EnforcementOf(site, name, ceiling);
    const bool is_news = told.state() == v1::Ceiling::TIGHTER ||
                         told.state() == v1::Ceiling::DRIFTED ||
                         told.state() == v1::Ceiling::FAILED;
    if (!is_news || told.text().empty() || reading.now >= entry.PeriodAt(site).end) continue;
    why.push_back(Say("grant $0/g$1 is $2 at $3: $4", entry.grant.project, entry.grant.number,
                      v1::Ceiling::State_Name(told.state()), site, told.text())
                      .Render());
  }
}

absl::Status ReadExplanation(const Reading& reading, const v1::ExplainRequest& in,
                             v1::Explanation& out) {
  std::vector<std::string> why;
  if (absl::StatusOr<NumberedName> grant = ParseGrantName(in.name()); grant.ok()) {
    const GrantEntry* entry = reading.ledger.FindGrant(grant->number);
    if (entry == nullptr || entry->grant.project != grant->project) {
      return NoGrant(*grant);
    }
    why = ExplainGrant(reading.ledger, *entry, reading.sessions.BonusSites(), reading.now);
    AddSiteWords(reading, *entry, why);
  } else if (absl::StatusOr<NumberedName> request = ParseRequestName(in.name()); request.ok()) {
    const RequestEntry* entry = reading.ledger.FindRequest(request->number);
    if (entry == nullptr || entry->request.project != request->project) {
      return NoRequest(*request);
    }
    why = ExplainRequest(reading.ledger, *entry);
  } else {
    why = ExplainProject(reading.ledger, *reading.project, reading.sessions.BonusSites(),
                         reading.now);
    for (const int64_t number : reading.project->grants) {
      AddSiteWords(reading, *reading.ledger.FindGrant(number), why);
    }
  }
  for (std::string& sentence : why) out.add_sentences(std::move(sentence));
  return absl::OkStatus();
}

class ProjectService final : public v1::ProjectService::CallbackService, Handlers {
 public:
  using Handlers::Handlers;

  Reactor* Get(Context* context, const v1::GetProjectRequest* in, v1::Project* out) override {
    return Look(context, OfProject(in->name()), *in, *out, ReadProject);
  }
  Reactor* List(Context* context, const v1::ListProjectsRequest* in,
                v1::ListProjectsResponse* out) override {
    return Look(context, Everything(), *in, *out, ReadProjects);
  }
  Reactor* ListMembers(Context* context, const v1::ListMembersRequest* in,
                       v1::ListMembersResponse* out) override {
    return Look(context, OfProject(in->project()), *in, *out, ReadMembers);
  }
  Reactor* Explain(Context* context, const v1::ExplainRequest* in, v1::Explanation* out) override {
    absl::StatusOr<AccessTarget> target = OfNumbered(ParseGrantName(in->name()));
    if (!target.ok()) target = OfNumbered(ParseRequestName(in->name()));
    if (!target.ok()) target = OfProject(in->name());
    return Look(context, target, *in, *out, ReadExplanation);
  }

  Reactor* Create(Context* context, const v1::CreateProjectRequest* in, v1::Project* out) override {
    return Change(context, *in, in->project().name(), [this, out](const Answer& answer) {
      ProjectEntry entry;
      entry.project = std::get<ProjectCreated>(answer.events.at(0)).project;
      entry.create_time = answer.time;
      entry.revision = answer.revision;
      engine_.Read([&](const Ledger& ledger) { *out = ProjectView(ledger.catalogue(), entry); });
    });
  }
  Reactor* Archive(Context* context, const v1::ArchiveProjectRequest* in,
                   v1::Project* out) override {
    return Change(context, *in, in->name(), [this, out](const Answer& answer) {
      const auto& archived = std::get<ProjectArchived>(answer.events.at(0));
      engine_.Read([&](const Ledger& ledger) {
        *out = ProjectView(ledger.catalogue(), *ledger.FindProject(archived.project));
      });
    });
  }
  Reactor* LinkAccount(Context* context, const v1::LinkAccountRequest* in,
                       v1::AccountLink* out) override {
    absl::StatusOr<std::string> identity = Allowed(*context, *in, OfProject(in->project()));
    if (!identity.ok()) return Reply(context, identity.status());
    absl::Status form = CheckId("cluster", in->link().cluster());
    form.Update(CheckLogin("account", in->link().account()));
    if (!form.ok()) return Reply(context, form);
    // Before its jobs are charged to the project.
    v1::AccountLink link;
    link.set_cluster(in->link().cluster());
    link.set_account(in->link().account());
    engine_.Read([&link](const Ledger& ledger) {
      link.set_has_jobs(HasKeptJobs(ledger, link.cluster(), link.account()));
      if (link.has_jobs()) return;
      for (std::string& name : WrittenAlike(ledger, link.cluster(), link.account())) {
        link.add_alike(std::move(name));
      }
    });
    return Decide(context, *std::move(identity), *in, ToCommand(*in),
                  [out, link = std::move(link)](const Answer&) { *out = link; });
  }
  Reactor* UnlinkAccount(Context* context, const v1::UnlinkAccountRequest* in,
                         v1::AccountLink* out) override {
    return Change(context, *in, in->project(),
                  [out, link = in->link()](const Answer&) { *out = link; });
  }
  Reactor* AddMember(Context* context, const v1::AddMemberRequest* in, v1::Member* out) override {
    return Change(context, *in, in->project(), [this, out](const Answer& answer) {
      const auto& added = std::get<MemberAdded>(answer.events.at(0));
      *out = MemberView(added.member);
      *out->mutable_add_time() = ToProto(JoinTime(added, answer.time));
    });
  }
  Reactor* RemoveMember(Context* context, const v1::RemoveMemberRequest* in,
                        v1::RemoveMemberResponse*) override {
    return Change(context, *in, in->project(), [](const Answer&) {});
  }
  Reactor* SetMemberCeiling(Context* context, const v1::SetMemberCeilingRequest* in,
                            v1::MemberCeiling* out) override {
    return Change(context, *in, in->project(), [out](const Answer& answer) {
      *out = CeilingView(std::get<MemberCeilingSet>(answer.events.at(0)), answer.time);
    });
  }

 private:
  // A change of the project of that name.
  template <typename In, typename Fill>
  Reactor* Change(Context* context, const In& in, const std::string& project, Fill fill) {
    absl::StatusOr<std::string> identity = Allowed(*context, in, OfProject(project));
    if (!identity.ok()) return Reply(context, identity.status());
    return Decide(context, *std::move(identity), in, ToCommand(in), std::move(fill));
  }

  // Whoever was a member already has been one since then.
  absl::Time JoinTime(const MemberAdded& added, absl::Time now) const {
    return engine_.Read([&](const Ledger& ledger) {
      const auto& members = ledger.FindProject(added.project)->members;
      const auto it = members.find(added.member.user);
      return it == members.end() ? now : it->second.add_time;
    });
  }
};

}  // namespace

std::unique_ptr<grpc::Service> NewProjectService(const ServiceNeeds& needs) {
  return std::make_unique<ProjectService>(needs);
}

}  // namespace mesolys
