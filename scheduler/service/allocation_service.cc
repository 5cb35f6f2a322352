#include "scheduler/service/allocation_service.h"

#include "absl/strings/str_cat.h"
#include "mesolys/v1/allocation_service.grpc.pb.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "scheduler/service/commands.h"
#include "scheduler/service/grant_commands.h"
#include "scheduler/service/grant_reads.h"
#include "scheduler/service/job_listing.h"
#include "scheduler/service/page.h"
#include "scheduler/service/project_reads.h"
#include "scheduler/service/reply.h"
#include "scheduler/service/site_reads.h"
#include "scheduler/service/views.h"

namespace mesolys {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

absl::Status NoProject(const std::string& id) {
  return Refuse(Reason::kUnknownProject, absl::StrCat("there is no project \"", id, "\""),
                {{"project", id}});
}

absl::StatusOr<AccessTarget> Everything() { return AccessTarget{}; }

absl::StatusOr<AccessTarget> OfProject(const std::string& name) {
  absl::StatusOr<std::string> id = ParseProjectName(name);
  if (!id.ok()) return id.status();
  return AccessTarget{*std::move(id), ""};
}

absl::StatusOr<AccessTarget> OfNumbered(absl::StatusOr<NumberedName> name) {
  if (!name.ok()) return name.status();
  return AccessTarget{std::move(name->project), ""};
}

class AllocationService final : public v1::AllocationService::CallbackService {
 public:
  AllocationService(Engine& engine, const SiteSessions& sessions, WorkQueue& queries)
      : engine_(engine), sessions_(sessions), queries_(queries) {}

  Reactor* GetWhoAmI(Context* context, const v1::GetWhoAmIRequest* in, v1::WhoAmI* out) override {
    return Look(context, "AllocationService.GetWhoAmI", Everything(), *in, *out, ReadWhoAmI);
  }
  Reactor* GetSite(Context* context, const v1::GetSiteRequest* in, v1::Site* out) override {
    return Look(context, "AllocationService.GetSite", Everything(), *in, *out, ReadSite);
  }
  Reactor* ListSites(Context* context, const v1::ListSitesRequest* in,
                     v1::ListSitesResponse* out) override {
    return Look(context, "AllocationService.ListSites", Everything(), *in, *out, ReadSites);
  }
  Reactor* GetProject(Context* context, const v1::GetProjectRequest* in,
                      v1::Project* out) override {
    return Look(context, "AllocationService.GetProject", OfProject(in->name()), *in, *out,
                ReadProject);
  }
  Reactor* ListProjects(Context* context, const v1::ListProjectsRequest* in,
                        v1::ListProjectsResponse* out) override {
    return Look(context, "AllocationService.ListProjects", Everything(), *in, *out, ReadProjects);
  }
  Reactor* ListMembers(Context* context, const v1::ListMembersRequest* in,
                       v1::ListMembersResponse* out) override {
    return Look(context, "AllocationService.ListMembers", OfProject(in->project()), *in, *out,
                ReadMembers);
  }
  Reactor* GetRequest(Context* context, const v1::GetRequestRequest* in,
                      v1::Request* out) override {
    return Look(context, "AllocationService.GetRequest", OfNumbered(ParseRequestName(in->name())),
                *in, *out, ReadRequest);
  }
  Reactor* ListRequests(Context* context, const v1::ListRequestsRequest* in,
                        v1::ListRequestsResponse* out) override {
    return Look(context, "AllocationService.ListRequests", OfProject(in->project()), *in, *out,
                ReadRequests);
  }
  Reactor* GetGrant(Context* context, const v1::GetGrantRequest* in, v1::Grant* out) override {
    return Look(context, "AllocationService.GetGrant", OfNumbered(ParseGrantName(in->name())), *in,
                *out, ReadGrant);
  }
  Reactor* ListGrants(Context* context, const v1::ListGrantsRequest* in,
                      v1::ListGrantsResponse* out) override {
    return Look(context, "AllocationService.ListGrants", OfProject(in->project()), *in, *out,
                ReadGrants);
  }
  Reactor* GetBalance(Context* context, const v1::GetBalanceRequest* in,
                      v1::Balance* out) override {
    return Look(context, "AllocationService.GetBalance", OfProject(in->project()), *in, *out,
                ReadBalance);
  }
  Reactor* ListUnassigned(Context* context, const v1::ListUnassignedRequest* in,
                          v1::ListUnassignedResponse* out) override {
    return Look(context, "AllocationService.ListUnassigned", Everything(), *in, *out,
                ReadUnassigned);
  }

  Reactor* CreateProject(Context* context, const v1::CreateProjectRequest* in,
                         v1::Project* out) override {
    return Change(context, "AllocationService.CreateProject", *in, in->project().name(),
                  [out](const Answer& answer) {
                    ProjectEntry entry;
                    entry.project = std::get<ProjectCreated>(answer.events.at(0)).project;
                    entry.create_time = answer.time;
                    entry.revision = answer.revision;
                    *out = ProjectView(entry);
                  });
  }

  Reactor* LinkAccount(Context* context, const v1::LinkAccountRequest* in,
                       v1::AccountLink* out) override {
    return Change(context, "AllocationService.LinkAccount", *in, in->project(),
                  [out](const Answer& answer) {
                    const auto& linked = std::get<AccountLinked>(answer.events.at(0));
                    out->set_cluster(linked.cluster);
                    out->set_account(linked.account);
                  });
  }

  Reactor* AddMember(Context* context, const v1::AddMemberRequest* in, v1::Member* out) override {
    return Change(context, "AllocationService.AddMember", *in, in->project(),
                  [this, out](const Answer& answer) {
                    const auto& added = std::get<MemberAdded>(answer.events.at(0));
                    *out = MemberView(added.member);
                    *out->mutable_add_time() = ToProto(JoinTime(added, answer.time));
                  });
  }

  Reactor* CreateRequest(Context* context, const v1::CreateRequestRequest* in,
                         v1::Request* out) override {
    return Change(context, "AllocationService.CreateRequest", *in, in->project(),
                  [this, out](const Answer& answer) {
                    *out = RequestView(std::get<RequestSubmitted>(answer.events.front()).request,
                                       std::get<RequestDecided>(answer.events.back()).outcome,
                                       answer.time);
                    for (const Event& event : answer.events) {
                      const auto* issued = std::get_if<GrantIssued>(&event);
                      if (issued != nullptr) *out->add_grants() = NewGrant(*issued, answer.time);
                    }
                  });
  }

  Reactor* SupplementGrant(Context* context, const v1::SupplementGrantRequest* in,
                           v1::ChangeGrantResponse* out) override {
    return ChangeGrant(context, "AllocationService.SupplementGrant", *in, out);
  }
  Reactor* ExtendGrant(Context* context, const v1::ExtendGrantRequest* in,
                       v1::ChangeGrantResponse* out) override {
    return ChangeGrant(context, "AllocationService.ExtendGrant", *in, out);
  }
  Reactor* TransferHours(Context* context, const v1::TransferHoursRequest* in,
                         v1::ChangeGrantResponse* out) override {
    return ChangeGrant(context, "AllocationService.TransferHours", *in, out);
  }
  Reactor* AdjustOverdraft(Context* context, const v1::AdjustOverdraftRequest* in,
                           v1::ChangeGrantResponse* out) override {
    return ChangeGrant(context, "AllocationService.AdjustOverdraft", *in, out);
  }
  Reactor* ReleaseHours(Context* context, const v1::ReleaseHoursRequest* in,
                        v1::ChangeGrantResponse* out) override {
    return ChangeGrant(context, "AllocationService.ReleaseHours", *in, out);
  }
  Reactor* RevokeGrant(Context* context, const v1::RevokeGrantRequest* in,
                       v1::ChangeGrantResponse* out) override {
    return ChangeGrant(context, "AllocationService.RevokeGrant", *in, out);
  }
  Reactor* WriteOffOverdraft(Context* context, const v1::WriteOffOverdraftRequest* in,
                             v1::ChangeGrantResponse* out) override {
    return ChangeGrant(context, "AllocationService.WriteOffOverdraft", *in, out);
  }
  Reactor* PostOpeningBalance(Context* context, const v1::PostOpeningBalanceRequest* in,
                              v1::ChangeGrantResponse* out) override {
    return ChangeGrant(context, "AllocationService.PostOpeningBalance", *in, out);
  }

  Reactor* RefundJob(Context* context, const v1::RefundJobRequest* in,
                     v1::RefundJobResponse* out) override {
    return Operate(context, "AllocationService.RefundJob", *in, [this, out](const Answer& answer) {
      const auto& refunded = std::get<JobRefunded>(answer.events.at(0));
      engine_.Read([&](const Ledger& ledger) { *out = RefundView(ledger, refunded); });
    });
  }

  Reactor* DeclareWindow(Context* context, const v1::DeclareWindowRequest* in,
                         v1::SiteWindow* out) override {
    return Operate(context, "AllocationService.DeclareWindow", *in, [out](const Answer& answer) {
      *out = WindowView(std::get<WindowDeclared>(answer.events.at(0)).window);
    });
  }

  Reactor* WriteOffSite(Context* context, const v1::WriteOffSiteRequest* in,
                        v1::WriteOffSiteResponse* out) override {
    return Operate(context, "AllocationService.WriteOffSite", *in,
                   [this, out](const Answer& answer) {
                     engine_.Read([&](const Ledger& ledger) {
                       *out = WriteOffView(ledger, answer.events, answer.time);
                     });
                   });
  }

  Reactor* GetJob(Context* context, const v1::GetJobRequest* in, v1::Job* out) override {
    absl::StatusOr<std::string> identity = PeerIdentity(*context);
    if (!identity.ok()) return Reply(context, identity.status());
    Reactor* reactor = context->DefaultReactor();
    queries_.Add([this, reactor, in, out, identity = *identity] {
      reactor->Finish(ToGrpcStatus(FindJob(engine_, identity, in->job(), *out)));
    });
    return reactor;
  }

  // Its jobs are read from the store, which no gRPC thread may wait for.
  Reactor* ListJobs(Context* context, const v1::ListJobsRequest* in,
                    v1::ListJobsResponse* out) override {
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    absl::StatusOr<AccessTarget> target = OfProject(in->project());
    if (!target.ok()) return Reply(context, target.status());
    absl::StatusOr<std::string> identity =
        Allowed(*context, engine_, "AllocationService.ListJobs", *target);
    if (!identity.ok()) return Reply(context, identity.status());
    const std::string& project = target->project;
    const bool known =
        engine_.Read([&](const Ledger& ledger) { return ledger.FindProject(project) != nullptr; });
    if (!known) return Reply(context, NoProject(project));
    Reactor* reactor = context->DefaultReactor();
    queries_.Add([this, reactor, out, identity = *identity, project, page = *page] {
      reactor->Finish(ToGrpcStatus(mesolys::ListJobs(engine_, identity, project, page, *out)));
    });
    return reactor;
  }

 private:
  inline static const SiteSessions& kNoSessions = *new SiteSessions();

  // A read of what the caller may see.
  template <typename In, typename Out>
  Reactor* Look(Context* context, absl::string_view method,
                const absl::StatusOr<AccessTarget>& target, const In& in, Out& out,
                absl::Status (*read)(const Reading&, const In&, Out&)) {
    absl::StatusOr<std::string> identity = PeerIdentity(*context);
    if (!identity.ok()) return Reply(context, identity.status());
    if (!target.ok()) return Reply(context, target.status());
    const absl::Time now = engine_.Now();
    return Reply(context, engine_.Read([&](const Ledger& ledger) -> absl::Status {
      absl::Status allowed = Authorize(ledger, *identity, method, *target);
      if (!allowed.ok()) return allowed;
      const ProjectEntry* project = nullptr;
      if (!target->project.empty()) {
        project = ledger.FindProject(target->project);
        if (project == nullptr) return NoProject(target->project);
      }
      return read({ledger, *identity, project, sessions_, now}, in, out);
    }));
  }

  // A change of the project of that name.
  template <typename Request, typename Fill>
  Reactor* Change(Context* context, absl::string_view method, const Request& in,
                  const std::string& project, Fill fill) {
    absl::StatusOr<std::string> id = ParseProjectName(project);
    if (!id.ok()) return Reply(context, id.status());
    absl::StatusOr<std::string> identity = Allowed(*context, engine_, method, {*id, ""});
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<Command> command = ToCommand(in);
    if (!command.ok()) return Reply(context, command.status());
    return Hand(context, engine_, *std::move(identity), in, *std::move(command), in.validate_only(),
                std::move(fill));
  }

  // A verb on a grant of the project that its name says.
  template <typename In>
  Reactor* ChangeGrant(Context* context, absl::string_view method, const In& in,
                       v1::ChangeGrantResponse* out) {
    absl::StatusOr<NumberedName> name = ParseGrantName(in.grant());
    if (!name.ok()) return Reply(context, name.status());
    absl::StatusOr<std::string> identity = Allowed(*context, engine_, method, {name->project, ""});
    if (!identity.ok()) return Reply(context, identity.status());
    const bool known = engine_.Read([&](const Ledger& ledger) {
      const GrantEntry* entry = ledger.FindGrant(name->number);
      return entry != nullptr && entry->grant.project == name->project;
    });
    if (!known) {
      return Reply(context,
                   Refuse(Reason::kUnknownGrant, absl::StrCat("there is no ", in.grant())));
    }
    absl::StatusOr<Command> command = ToCommand(in);
    if (!command.ok()) return Reply(context, command.status());
    return Hand(context, engine_, *std::move(identity), in, *std::move(command), in.validate_only(),
                [this, out](const Answer& answer) {
                  for (const Event& event : answer.events) Show(event, answer.time, *out);
                });
  }

  // A change that speaks of no project.
  template <typename In, typename Fill>
  Reactor* Operate(Context* context, absl::string_view method, const In& in, Fill fill) {
    absl::StatusOr<std::string> identity = Allowed(*context, engine_, method, {});
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<Command> command = ToCommand(in);
    if (!command.ok()) return Reply(context, command.status());
    return Hand(context, engine_, *std::move(identity), in, *std::move(command), in.validate_only(),
                std::move(fill));
  }

  void Show(const Event& event, absl::Time time, v1::ChangeGrantResponse& out) const {
    engine_.Read([&](const Ledger& ledger) {
      if (const auto* changed = std::get_if<GrantChanged>(&event)) {
        *out.add_changes() = ChangeView(ledger, changed->change, time);
      } else if (const auto* ordered = std::get_if<ReductionOrdered>(&event)) {
        *out.add_orders() = OrderView(ledger, ordered->order);
      } else if (const auto* issued = std::get_if<GrantIssued>(&event)) {
        *out.add_grants() = GrantView(ledger, EntryOf(issued->grant), kNoSessions, time);
      }
    });
  }

  // As it was issued: the answer to a repeated request must not tell what happened since.
  v1::Grant NewGrant(const GrantIssued& issued, absl::Time time) const {
    return engine_.Read([&](const Ledger& ledger) {
      return GrantView(ledger, EntryOf(issued.grant), kNoSessions, time);
    });
  }

  // Whoever was a member already has been one since then.
  absl::Time JoinTime(const MemberAdded& added, absl::Time now) const {
    return engine_.Read([&](const Ledger& ledger) {
      const auto& members = ledger.FindProject(added.project)->members;
      const auto it = members.find(added.member.user);
      return it == members.end() ? now : it->second.add_time;
    });
  }

  Engine& engine_;
  const SiteSessions& sessions_;
  WorkQueue& queries_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewAllocationService(Engine& engine, const SiteSessions& sessions,
                                                    WorkQueue& queries) {
  return std::make_unique<AllocationService>(engine, sessions, queries);
}

}  // namespace mesolys
