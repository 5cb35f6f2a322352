#include "scheduler/service/allocation_service.h"

#include "absl/strings/str_cat.h"
#include "mesolys/v1/allocation_service.grpc.pb.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "scheduler/core/balance.h"
#include "scheduler/core/identity.h"
#include "scheduler/service/commands.h"
#include "scheduler/service/job_listing.h"
#include "scheduler/service/page.h"
#include "scheduler/service/reply.h"
#include "scheduler/service/views.h"

namespace mesolys {
namespace {

absl::Status NoProject(const std::string& id) {
  return Refuse(Reason::kUnknownProject, absl::StrCat("there is no project \"", id, "\""),
                {{"project", id}});
}

// Walks [begin, end) from where the page begins; `key` gives the key of an element, `add` shows it
// and says whether it was shown at all.
template <typename Iterator, typename Key, typename Add>
std::string FillPage(Iterator begin, Iterator end, const Page& page, Key key, Add add) {
  size_t shown = 0;
  std::string last = page.after;
  for (Iterator it = begin; it != end; ++it) {
    if (shown == page.size) return PageToken(last);
    last = key(*it);
    if (add(*it)) ++shown;
  }
  return "";
}

// The part of a project's numbered entries (requests, grants) after the last one shown.
std::vector<int64_t>::const_iterator After(const std::vector<int64_t>& numbers, int64_t last) {
  return std::upper_bound(numbers.begin(), numbers.end(), last);
}

class AllocationService final : public v1::AllocationService::CallbackService {
 public:
  AllocationService(Engine& engine, const SiteSessions& sessions, WorkQueue& queries)
      : engine_(engine), sessions_(sessions), queries_(queries) {}

  grpc::ServerUnaryReactor* GetWhoAmI(grpc::CallbackServerContext* context,
                                      const v1::GetWhoAmIRequest*, v1::WhoAmI* out) override {
    absl::StatusOr<std::string> identity =
        Allowed(*context, engine_, "AllocationService.GetWhoAmI", {});
    if (!identity.ok()) return Reply(context, identity.status());
    out->set_identity(*identity);
    const std::string user(UserOf(*identity));
    engine_.Read([&](const Ledger& ledger) {
      const auto roles = ledger.catalogue().roles.find(user);
      if (roles != ledger.catalogue().roles.end()) {
        for (const std::string& role : roles->second) out->add_roles(role);
      }
      for (const auto& [id, entry] : ledger.projects()) {
        const auto member = entry.members.find(user);
        if (member == entry.members.end()) continue;
        v1::Membership& membership = *out->add_memberships();
        membership.set_project(ProjectName(id));
        membership.set_role(static_cast<v1::Member::Role>(member->second.member.role));
      }
    });
    return Reply(context, absl::OkStatus());
  }

  grpc::ServerUnaryReactor* GetSite(grpc::CallbackServerContext* context,
                                    const v1::GetSiteRequest* in, v1::Site* out) override {
    absl::StatusOr<std::string> identity =
        Allowed(*context, engine_, "AllocationService.GetSite", {});
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<std::string> id = ParseSiteName(in->name());
    if (!id.ok()) return Reply(context, id.status());
    return Reply(context, engine_.Read([&](const Ledger& ledger) -> absl::Status {
      if (!ledger.catalogue().sites.contains(*id)) {
        return absl::NotFoundError(
            absl::StrCat("there is no site \"", *id, "\"; see `mesolys site list`"));
      }
      *out = ShowSite(ledger, *id, /*with_capacities=*/true);
      return absl::OkStatus();
    }));
  }

  grpc::ServerUnaryReactor* ListSites(grpc::CallbackServerContext* context,
                                      const v1::ListSitesRequest* in,
                                      v1::ListSitesResponse* out) override {
    absl::StatusOr<std::string> identity =
        Allowed(*context, engine_, "AllocationService.ListSites", {});
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    engine_.Read([&](const Ledger& ledger) {
      const auto& sites = ledger.catalogue().sites;
      out->set_next_page_token(FillPage(
          sites.upper_bound(page->after), sites.end(), *page,
          [](const auto& each) { return each.first; },
          [&](const auto& each) {
            *out->add_sites() = ShowSite(ledger, each.first, /*with_capacities=*/false);
            return true;
          }));
    });
    return Reply(context, absl::OkStatus());
  }

  grpc::ServerUnaryReactor* CreateProject(grpc::CallbackServerContext* context,
                                          const v1::CreateProjectRequest* in,
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

  grpc::ServerUnaryReactor* GetProject(grpc::CallbackServerContext* context,
                                       const v1::GetProjectRequest* in, v1::Project* out) override {
    return Look(context, "AllocationService.GetProject", in->name(),
                [&](const Ledger&, const ProjectEntry& entry) {
                  *out = ProjectView(entry);
                  return absl::OkStatus();
                });
  }

  grpc::ServerUnaryReactor* ListProjects(grpc::CallbackServerContext* context,
                                         const v1::ListProjectsRequest* in,
                                         v1::ListProjectsResponse* out) override {
    absl::StatusOr<std::string> identity =
        Allowed(*context, engine_, "AllocationService.ListProjects", {});
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    engine_.Read([&](const Ledger& ledger) {
      const auto& projects = ledger.projects();
      out->set_next_page_token(FillPage(
          projects.upper_bound(page->after), projects.end(), *page,
          [](const auto& each) { return each.first; },
          [&](const auto& each) {
            const bool visible =
                Authorize(ledger, *identity, "AllocationService.GetProject", {each.first, ""}).ok();
            if (visible) *out->add_projects() = ProjectView(each.second);
            return visible;
          }));
    });
    return Reply(context, absl::OkStatus());
  }

  grpc::ServerUnaryReactor* LinkAccount(grpc::CallbackServerContext* context,
                                        const v1::LinkAccountRequest* in,
                                        v1::AccountLink* out) override {
    return Change(context, "AllocationService.LinkAccount", *in, in->project(),
                  [out](const Answer& answer) {
                    const auto& linked = std::get<AccountLinked>(answer.events.at(0));
                    out->set_cluster(linked.cluster);
                    out->set_account(linked.account);
                  });
  }

  grpc::ServerUnaryReactor* AddMember(grpc::CallbackServerContext* context,
                                      const v1::AddMemberRequest* in, v1::Member* out) override {
    return Change(context, "AllocationService.AddMember", *in, in->project(),
                  [this, out](const Answer& answer) {
                    const auto& added = std::get<MemberAdded>(answer.events.at(0));
                    *out = MemberView(added.member);
                    *out->mutable_add_time() = ToProto(JoinTime(added, answer.time));
                  });
  }

  grpc::ServerUnaryReactor* ListMembers(grpc::CallbackServerContext* context,
                                        const v1::ListMembersRequest* in,
                                        v1::ListMembersResponse* out) override {
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    return Look(context, "AllocationService.ListMembers", in->project(),
                [&](const Ledger&, const ProjectEntry& entry) {
                  out->set_next_page_token(FillPage(
                      entry.members.upper_bound(page->after), entry.members.end(), *page,
                      [](const auto& each) { return each.first; },
                      [&](const auto& each) {
                        v1::Member& member = *out->add_members();
                        member = MemberView(each.second.member);
                        *member.mutable_add_time() = ToProto(each.second.add_time);
                        return true;
                      }));
                  return absl::OkStatus();
                });
  }

  grpc::ServerUnaryReactor* CreateRequest(grpc::CallbackServerContext* context,
                                          const v1::CreateRequestRequest* in,
                                          v1::Request* out) override {
    return Change(context, "AllocationService.CreateRequest", *in, in->project(),
                  [this, out](const Answer& answer) {
                    *out = RequestView(std::get<RequestSubmitted>(answer.events.front()).request,
                                       std::get<RequestDecided>(answer.events.back()).outcome,
                                       answer.time);
                    for (const Event& event : answer.events) {
                      const auto* issued = std::get_if<GrantIssued>(&event);
                      if (issued == nullptr) continue;
                      *out->add_grants() = GrantView({issued->grant, {}}, kNoSessions, answer.time);
                    }
                  });
  }

  grpc::ServerUnaryReactor* GetRequest(grpc::CallbackServerContext* context,
                                       const v1::GetRequestRequest* in, v1::Request* out) override {
    absl::StatusOr<NumberedName> name = ParseRequestName(in->name());
    if (!name.ok()) return Reply(context, name.status());
    return Look(context, "AllocationService.GetRequest", ProjectName(name->project),
                [&](const Ledger& ledger, const ProjectEntry&) -> absl::Status {
                  const RequestEntry* entry = ledger.FindRequest(name->number);
                  if (entry == nullptr || entry->request.project != name->project) {
                    return Refuse(Reason::kUnknownRequest,
                                  absl::StrCat("there is no ", in->name()));
                  }
                  *out = ShowRequest(ledger, *entry);
                  return absl::OkStatus();
                });
  }

  grpc::ServerUnaryReactor* ListRequests(grpc::CallbackServerContext* context,
                                         const v1::ListRequestsRequest* in,
                                         v1::ListRequestsResponse* out) override {
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    absl::StatusOr<int64_t> last = LastNumber(*page);
    if (!last.ok()) return Reply(context, last.status());
    return Look(context, "AllocationService.ListRequests", in->project(),
                [&](const Ledger& ledger, const ProjectEntry& entry) {
                  out->set_next_page_token(FillPage(
                      After(entry.requests, *last), entry.requests.end(), *page,
                      [](int64_t number) { return absl::StrCat(number); },
                      [&](int64_t number) {
                        *out->add_requests() = ShowRequest(ledger, *ledger.FindRequest(number));
                        return true;
                      }));
                  return absl::OkStatus();
                });
  }

  grpc::ServerUnaryReactor* GetGrant(grpc::CallbackServerContext* context,
                                     const v1::GetGrantRequest* in, v1::Grant* out) override {
    absl::StatusOr<NumberedName> name = ParseGrantName(in->name());
    if (!name.ok()) return Reply(context, name.status());
    return Look(context, "AllocationService.GetGrant", ProjectName(name->project),
                [&](const Ledger& ledger, const ProjectEntry&) -> absl::Status {
                  const GrantEntry* entry = ledger.FindGrant(name->number);
                  if (entry == nullptr || entry->grant.project != name->project) {
                    return Refuse(Reason::kUnknownGrant, absl::StrCat("there is no ", in->name()));
                  }
                  *out = GrantView(*entry, sessions_, engine_.Now());
                  return absl::OkStatus();
                });
  }

  grpc::ServerUnaryReactor* ListGrants(grpc::CallbackServerContext* context,
                                       const v1::ListGrantsRequest* in,
                                       v1::ListGrantsResponse* out) override {
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    absl::StatusOr<int64_t> last = LastNumber(*page);
    if (!last.ok()) return Reply(context, last.status());
    return Look(context, "AllocationService.ListGrants", in->project(),
                [&](const Ledger& ledger, const ProjectEntry& entry) {
                  out->set_next_page_token(FillPage(
                      After(entry.grants, *last), entry.grants.end(), *page,
                      [](int64_t number) { return absl::StrCat(number); },
                      [&](int64_t number) {
                        *out->add_grants() =
                            GrantView(*ledger.FindGrant(number), sessions_, engine_.Now());
                        return true;
                      }));
                  return absl::OkStatus();
                });
  }

  grpc::ServerUnaryReactor* GetBalance(grpc::CallbackServerContext* context,
                                       const v1::GetBalanceRequest* in, v1::Balance* out) override {
    return Look(context, "AllocationService.GetBalance", in->project(),
                [&](const Ledger& ledger, const ProjectEntry& entry) {
                  out->set_project(ProjectName(entry.project.id));
                  for (const BalanceLine& line : BalanceOf(ledger, entry, engine_.Now())) {
                    *out->add_lines() = BalanceView(ledger, entry.project.id, line);
                  }
                  out->set_revision(ledger.revision());
                  return absl::OkStatus();
                });
  }

  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* context,
                                     const v1::ListJobsRequest* in,
                                     v1::ListJobsResponse* out) override {
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    absl::StatusOr<std::string> identity;
    absl::StatusOr<std::string> project = ParseProjectName(in->project());
    if (project.ok()) {
      identity = Allowed(*context, engine_, "AllocationService.ListJobs", {*project, ""});
    }
    if (!project.ok()) return Reply(context, project.status());
    if (!identity.ok()) return Reply(context, identity.status());
    const bool known =
        engine_.Read([&](const Ledger& ledger) { return ledger.FindProject(*project) != nullptr; });
    if (!known) return Reply(context, NoProject(*project));
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    queries_.Add([this, reactor, out, identity = *identity, project = *project, page = *page] {
      reactor->Finish(ToGrpcStatus(mesolys::ListJobs(engine_, identity, project, page, *out)));
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* ListUnassigned(grpc::CallbackServerContext* context,
                                           const v1::ListUnassignedRequest* in,
                                           v1::ListUnassignedResponse* out) override {
    absl::StatusOr<std::string> identity =
        Allowed(*context, engine_, "AllocationService.ListUnassigned", {});
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    const auto key_of = [](const auto& each) {
      return absl::StrCat(each.first.cluster, "\t", each.first.account, "\t", each.first.resource);
    };
    engine_.Read([&](const Ledger& ledger) {
      const auto& uses = ledger.unassigned();
      auto from = uses.begin();
      while (from != uses.end() && !page->after.empty() && key_of(*from) <= page->after) ++from;
      out->set_next_page_token(FillPage(from, uses.end(), *page, key_of, [&](const auto& each) {
        if (each.second == Totals()) return false;
        v1::UnassignedUse& use = *out->add_uses();
        use.mutable_account()->set_cluster(each.first.cluster);
        use.mutable_account()->set_account(each.first.account);
        use.set_site(ledger.SiteOf(each.first.cluster));
        use.set_resource(each.first.resource);
        use.set_settled_base_units(each.second.settled.count());
        use.set_in_flight_base_units(each.second.in_flight.count());
        return true;
      }));
    });
    return Reply(context, absl::OkStatus());
  }

 private:
  inline static const SiteSessions& kNoSessions = *new SiteSessions();

  // A read of one project that the caller may see.
  template <typename Show>
  grpc::ServerUnaryReactor* Look(grpc::CallbackServerContext* context, absl::string_view method,
                                 const std::string& name, Show show) {
    absl::StatusOr<std::string> identity = PeerIdentity(*context);
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<std::string> id = ParseProjectName(name);
    if (!id.ok()) return Reply(context, id.status());
    return Reply(context, engine_.Read([&](const Ledger& ledger) -> absl::Status {
      absl::Status allowed = Authorize(ledger, *identity, method, {*id, ""});
      if (!allowed.ok()) return allowed;
      const ProjectEntry* entry = ledger.FindProject(*id);
      if (entry == nullptr) return NoProject(*id);
      return show(ledger, *entry);
    }));
  }

  // A change of the project of that name.
  template <typename Request, typename Fill>
  grpc::ServerUnaryReactor* Change(grpc::CallbackServerContext* context, absl::string_view method,
                                   const Request& in, const std::string& project, Fill fill) {
    absl::StatusOr<std::string> id = ParseProjectName(project);
    if (!id.ok()) return Reply(context, id.status());
    absl::StatusOr<std::string> identity = Allowed(*context, engine_, method, {*id, ""});
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<Command> command = ToCommand(in);
    if (!command.ok()) return Reply(context, command.status());
    return Hand(context, engine_, *std::move(identity), in, *std::move(command), in.validate_only(),
                std::move(fill));
  }

  // Whoever was a member already has been one since then.
  absl::Time JoinTime(const MemberAdded& added, absl::Time now) const {
    return engine_.Read([&](const Ledger& ledger) {
      const auto& members = ledger.FindProject(added.project)->members;
      const auto it = members.find(added.member.user);
      return it == members.end() ? now : it->second.add_time;
    });
  }

  v1::Site ShowSite(const Ledger& ledger, const std::string& id, bool with_capacities) const {
    v1::Site site = SiteView(ledger, id, with_capacities, engine_.Now());
    if (std::optional<v1::AgentStatus> agent = sessions_.StatusOf(id); agent.has_value()) {
      *site.mutable_agent() = *std::move(agent);
      site.mutable_agent()->set_generation_wanted(ledger.Generation(id));
    }
    return site;
  }

  v1::Request ShowRequest(const Ledger& ledger, const RequestEntry& entry) const {
    v1::Request out = RequestView(entry.request, entry.outcome, entry.decide_time);
    for (int64_t number : entry.grants) {
      *out.add_grants() = GrantView(*ledger.FindGrant(number), sessions_, engine_.Now());
    }
    return out;
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
