#include "scheduler/service/allocation_service.h"

#include <optional>
#include <utility>
#include <vector>

#include "mesolys/v1/allocation_service.grpc.pb.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/rules/import_rules.h"
#include "scheduler/service/access_reads.h"
#include "scheduler/service/commands.h"
#include "scheduler/service/event_listing.h"
#include "scheduler/service/grant_commands.h"
#include "scheduler/service/grant_reads.h"
#include "scheduler/service/handlers.h"
#include "scheduler/service/import_commands.h"
#include "scheduler/service/job_explanation.h"
#include "scheduler/service/job_listing.h"
#include "scheduler/service/office_commands.h"
#include "scheduler/service/page.h"
#include "scheduler/service/project_reads.h"
#include "scheduler/service/reply.h"
#include "scheduler/service/request_reads.h"
#include "scheduler/service/site_reads.h"
#include "scheduler/service/views.h"

namespace mesolys {
namespace {

class AllocationService final : public v1::AllocationService::CallbackService, Handlers {
 public:
  AllocationService(Engine& engine, const SiteSessions& sessions, Comparisons& comparisons,
                    JobQuestions& jobs, WorkQueue& queries)
      : Handlers(engine, sessions, queries), comparisons_(comparisons), jobs_(jobs) {}

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
                  [this, out](const Answer& answer) {
                    ProjectEntry entry;
                    entry.project = std::get<ProjectCreated>(answer.events.at(0)).project;
                    entry.create_time = answer.time;
                    entry.revision = answer.revision;
                    engine_.Read([&](const Ledger& ledger) {
                      *out = ProjectView(ledger.catalogue(), entry);
                    });
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

  Reactor* UnlinkAccount(Context* context, const v1::UnlinkAccountRequest* in,
                         v1::AccountLink* out) override {
    return Change(context, "AllocationService.UnlinkAccount", *in, in->project(),
                  [out](const Answer& answer) {
                    const auto& unlinked = std::get<AccountUnlinked>(answer.events.at(0));
                    out->set_cluster(unlinked.cluster);
                    out->set_account(unlinked.account);
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
    // Read first: when the answer is known, their jobs may have been charged anew already.
    std::vector<RunningUse> running;
    if (absl::StatusOr<std::string> project = ParseProjectName(in->project()); project.ok()) {
      running = engine_.Read([&](const Ledger& ledger) { return RunningUseOf(ledger, *project); });
    }
    return Change(context, "AllocationService.CreateRequest", *in, in->project(),
                  [this, running = std::move(running), out](const Answer& answer) {
                    Show(std::get<RequestSubmitted>(answer.events.front()).request, answer, *out);
                    for (const Event& event : answer.events) {
                      const auto* issued = std::get_if<GrantIssued>(&event);
                      if (issued == nullptr) continue;
                      AddRunningJobsMoves(running, issued->grant, answer.time, *out);
                    }
                  });
  }

  Reactor* WithdrawRequest(Context* context, const v1::WithdrawRequestRequest* in,
                           v1::Request* out) override {
    return ChangeRequest(context, "AllocationService.WithdrawRequest", *in, out);
  }
  Reactor* DecideRequest(Context* context, const v1::DecideRequestRequest* in,
                         v1::Request* out) override {
    return ChangeRequest(context, "AllocationService.DecideRequest", *in, out);
  }
  Reactor* Quote(Context* context, const v1::QuoteRequest* in, v1::QuoteResponse* out) override {
    return Look(context, "AllocationService.Quote", OfProject(in->project()), *in, *out, ReadQuote);
  }
  Reactor* CheckAccess(Context* context, const v1::CheckAccessRequest* in,
                       v1::CheckAccessResponse* out) override {
    return Look(context, "AllocationService.CheckAccess", Everything(), *in, *out, ReadAccess);
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

  Reactor* ImportUsage(Context* context, const v1::ImportUsageRequest* in,
                       v1::UsageImport* out) override {
    return Operate(context, "AllocationService.ImportUsage", *in, [out](const Answer& answer) {
      *out = ImportView({std::get<ImportOrdered>(answer.events.at(0)).import, answer.time});
    });
  }

  Reactor* CompareUsage(Context* context, const v1::CompareUsageRequest* in,
                        v1::UsageComparison* out) override {
    absl::StatusOr<std::string> site =
        SiteFor(*context, "AllocationService.CompareUsage", in->site());
    if (!site.ok()) return Reply(context, site.status());
    absl::StatusOr<Period> period = FromProto(in->period());
    if (!period.ok()) return Reply(context, period.status());
    absl::Status checked = engine_.Read([&](const Ledger& ledger) {
      return CheckAccountedPeriod(ledger, *site, *period, engine_.Now());
    });
    if (checked.ok()) *out = comparisons_.Start(*site, *period);
    return Reply(context, checked);
  }

  Reactor* GetUsageComparison(Context* context, const v1::GetUsageComparisonRequest* in,
                              v1::UsageComparison* out) override {
    absl::StatusOr<std::string> site =
        SiteFor(*context, "AllocationService.GetUsageComparison", in->site());
    if (!site.ok()) return Reply(context, site.status());
    absl::StatusOr<v1::UsageComparison> comparison = comparisons_.Show(*site, in->number());
    if (comparison.ok()) *out = *std::move(comparison);
    return Reply(context, comparison.status());
  }

  Reactor* ListUsageDifferences(Context* context, const v1::ListUsageDifferencesRequest* in,
                                v1::ListUsageDifferencesResponse* out) override {
    absl::StatusOr<std::string> site =
        SiteFor(*context, "AllocationService.ListUsageDifferences", in->site());
    if (!site.ok()) return Reply(context, site.status());
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    return Reply(context, comparisons_.List(*site, in->number(), in->unexplained(), *page, *out));
  }

  Reactor* RemoveMember(Context* context, const v1::RemoveMemberRequest* in,
                        v1::RemoveMemberResponse*) override {
    return Change(context, "AllocationService.RemoveMember", *in, in->project(),
                  [](const Answer&) {});
  }

  Reactor* SetMemberCeiling(Context* context, const v1::SetMemberCeilingRequest* in,
                            v1::MemberCeiling* out) override {
    return Change(context, "AllocationService.SetMemberCeiling", *in, in->project(),
                  [out](const Answer& answer) {
                    *out =
                        CeilingView(std::get<MemberCeilingSet>(answer.events.at(0)), answer.time);
                  });
  }

  Reactor* ArchiveProject(Context* context, const v1::ArchiveProjectRequest* in,
                          v1::Project* out) override {
    return Change(context, "AllocationService.ArchiveProject", *in, in->name(),
                  [this, out](const Answer& answer) {
                    const auto& archived = std::get<ProjectArchived>(answer.events.at(0));
                    engine_.Read([&](const Ledger& ledger) {
                      *out = ProjectView(ledger.catalogue(), *ledger.FindProject(archived.project));
                    });
                  });
  }

  Reactor* GiveRole(Context* context, const v1::GiveRoleRequest* in,
                    v1::GiveRoleResponse* out) override {
    return Operate(context, "AllocationService.GiveRole", *in,
                   [out](const Answer& answer) { out->set_changed(!answer.events.empty()); });
  }

  Reactor* SetMode(Context* context, const v1::SetModeRequest* in, v1::Mode* out) override {
    return Operate(context, "AllocationService.SetMode", *in,
                   [mode = in->mode(), out](const Answer&) { *out = mode; });
  }

  Reactor* Explain(Context* context, const v1::ExplainRequest* in, v1::Explanation* out) override {
    absl::StatusOr<AccessTarget> target = OfNumbered(ParseGrantName(in->name()));
    if (!target.ok()) target = OfNumbered(ParseRequestName(in->name()));
    if (!target.ok()) target = OfProject(in->name());
    return Look(context, "AllocationService.Explain", target, *in, *out, ReadExplanation);
  }

  Reactor* ListEvents(Context* context, const v1::ListEventsRequest* in,
                      v1::ListEventsResponse* out) override {
    absl::StatusOr<std::string> identity =
        Allowed(*context, engine_, "AllocationService.ListEvents", {});
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    return ReplyLater(context, queries_, [this, out, page = *page] {
      return mesolys::ListEvents(engine_, page, *out);
    });
  }

  Reactor* GetEvent(Context* context, const v1::GetEventRequest* in, v1::AuditEvent* out) override {
    absl::StatusOr<std::string> identity =
        Allowed(*context, engine_, "AllocationService.GetEvent", {});
    if (!identity.ok()) return Reply(context, identity.status());
    return ReplyLater(context, queries_, [this, out, revision = in->revision()] {
      return FindEvent(engine_, revision, *out);
    });
  }

  Reactor* GetJob(Context* context, const v1::GetJobRequest* in, v1::Job* out) override {
    absl::StatusOr<std::string> identity = PeerIdentity(*context);
    if (!identity.ok()) return Reply(context, identity.status());
    return ReplyLater(context, queries_, [this, in, out, identity = *identity] {
      return FindJob(engine_, identity, in->job(), *out);
    });
  }

  Reactor* ExplainJob(Context* context, const v1::ExplainJobRequest* in,
                      v1::JobExplanation* out) override {
    absl::StatusOr<std::string> identity = PeerIdentity(*context);
    if (!identity.ok()) return Reply(context, identity.status());
    const absl::Time now = engine_.Now();
    const std::string site =
        engine_.Read([&](const Ledger& ledger) { return ledger.SiteOf(in->cluster()); });
    if (site.empty()) return Reply(context, NoCluster(in->cluster()));
    if (UserOf(*identity).empty() || in->job_id() <= 0 || in->array_task_id() < 0) {
      return Reply(context, NoSuchJob(in->cluster(), in->job_id(), std::nullopt));
    }
    int64_t number = in->number();
    if (number == 0) number = jobs_.Ask(site, *identity, *in, now);
    if (number == 0) {
      return Reply(context,
                   absl::ResourceExhaustedError(
                       Say("too many ask about jobs of $0; try again in a minute", site).Render()));
    }
    const std::optional<JobQuestions::Question> question = jobs_.Find(number, *identity);
    if (!question.has_value()) {
      return Reply(context,
                   Refuse(Reason::kUnknownJob,
                          Say("question $0 is not known, or not any more; ask again", number)));
    }
    return Reply(context, engine_.Read([&](const Ledger& ledger) {
      return mesolys::ExplainJob(ledger, sessions_, *question, now, *out);
    }));
  }

  // Its jobs are read from the store, which no gRPC thread may wait for.
  Reactor* ListJobs(Context* context, const v1::ListJobsRequest* in,
                    v1::ListJobsResponse* out) override {
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    if (in->has_account()) return ListJobsOfNobody(context, *in, *page, out);
    absl::StatusOr<AccessTarget> target = OfProject(in->project());
    if (!target.ok()) return Reply(context, target.status());
    absl::StatusOr<std::string> identity =
        Allowed(*context, engine_, "AllocationService.ListJobs", *target);
    if (!identity.ok()) return Reply(context, identity.status());
    const std::string& project = target->project;
    const bool known =
        engine_.Read([&](const Ledger& ledger) { return ledger.FindProject(project) != nullptr; });
    if (!known) return Reply(context, NoProject(project));
    return ReplyLater(
        context, queries_,
        [this, out, identity = *identity, project, uncovered = in->uncovered(), page = *page] {
          return mesolys::ListJobs(engine_, identity, project, uncovered, page, *out);
        });
  }

 private:
  // The id of the site of that name, if the caller may use `method`.
  absl::StatusOr<std::string> SiteFor(const Context& context, absl::string_view method,
                                      const std::string& name) {
    absl::StatusOr<std::string> identity = Allowed(context, engine_, method, {});
    if (!identity.ok()) return identity.status();
    return ParseSiteName(name);
  }

  // Of an account that no project claims; whoever may see all jobs may see them.
  Reactor* ListJobsOfNobody(Context* context, const v1::ListJobsRequest& in, const Page& page,
                            v1::ListJobsResponse* out) {
    absl::StatusOr<std::string> identity =
        Allowed(*context, engine_, "AllocationService.ListJobs", {});
    if (!identity.ok()) return Reply(context, identity.status());
    absl::Status form = CheckId("cluster", in.account().cluster());
    form.Update(CheckLogin("account", in.account().account()));
    if (!in.project().empty()) {
      form.Update(Refuse(Reason::kInvalidArgument, Say("name a project or an account, not both")));
    }
    if (!form.ok()) return Reply(context, form);
    return ReplyLater(context, queries_, [this, out, account = in.account(), page] {
      return ListUnassignedJobs(engine_, account, page, *out);
    });
  }

  Comparisons& comparisons_;
  JobQuestions& jobs_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewAllocationService(Engine& engine, const SiteSessions& sessions,
                                                    Comparisons& comparisons, JobQuestions& jobs,
                                                    WorkQueue& queries) {
  return std::make_unique<AllocationService>(engine, sessions, comparisons, jobs, queries);
}

}  // namespace mesolys
