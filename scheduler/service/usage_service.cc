// UsageService: what jobs used, and how it compares with the accounting of sites.

#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "mesolys/v1/comparison.pb.h"
#include "mesolys/v1/usage.grpc.pb.h"
#include "mesolys/v1/waiting_job.pb.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/rules/import_rules.h"
#include "scheduler/service/comparisons.h"
#include "scheduler/service/handlers.h"
#include "scheduler/service/job_explanation.h"
#include "scheduler/service/job_listing.h"
#include "scheduler/service/job_questions.h"
#include "scheduler/service/page.h"
#include "scheduler/service/services.h"
#include "scheduler/service/views.h"

namespace mesolys {
namespace {

absl::StatusOr<Command> ToCommand(const v1::RefundJobRequest& in) {
  absl::StatusOr<absl::Time> submit = FromProto(in.job().submit_time());
  if (!submit.ok()) return submit.status();
  return RefundJob{{in.job().cluster(), in.job().job_id(), *submit}, in.reason()};
}

absl::StatusOr<Command> ToCommand(const v1::ImportUsageRequest& in) {
  OrderImport command;
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  absl::StatusOr<Period> period = FromProto(in.period());
  if (!period.ok()) return period.status();
  command.import.site = *std::move(site);
  command.import.period = *period;
  return command;
}

absl::StatusOr<Command> ToCommand(const v1::DismissRowsRequest& in) {
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  return DismissRows{{*std::move(site), in.first(), in.last(), in.reason()}};
}

v1::RefundJobResponse RefundView(const Ledger& ledger, const JobRefunded& refunded) {
  v1::RefundJobResponse out;
  for (const Posting& posting : refunded.postings) {
    if (posting.key.kind != ChargeKind::kRefund) continue;
    v1::Charge& charge = *out.add_charges();
    charge.set_grant(GrantNameOf(ledger, posting.key.grant));
    charge.set_resource(posting.key.resource);
    charge.set_kind(v1::Charge::REFUND);
    charge.set_amount_base_units(posting.amount.count());
    charge.set_basis(v1::Charge::OPERATOR);
  }
  return out;
}

// What no project claims, and of each project what was held of no resource.
std::map<UseKey, Totals> UnassignedOf(const Ledger& ledger) {
  std::map<UseKey, Totals> uses = ledger.unassigned();
  for (const auto& [key, totals] : ledger.uncovered()) {
    const std::string& site = ledger.SiteOf(key.cluster);
    if (!ledger.catalogue().Knows(site, key.resource)) uses[key] = totals;
  }
  return uses;
}

absl::Status ReadUnassigned(const Reading& reading, const v1::ListUnassignedRequest& in,
                            v1::ListUnassignedResponse& out) {
  absl::StatusOr<Page> page = ParsePage(in.page_size(), in.page_token());
  if (!page.ok()) return page.status();
  const auto key_of = [](const auto& each) {
    return absl::StrCat(each.first.project, "\t", each.first.cluster, "\t", each.first.account,
                        "\t", each.first.resource);
  };
  const std::map<UseKey, Totals> uses = UnassignedOf(reading.ledger);
  auto from = uses.begin();
  while (from != uses.end() && !page->after.empty() && key_of(*from) <= page->after) ++from;
  out.set_next_page_token(FillPage(from, uses.end(), *page, key_of, [&](const auto& each) {
    if (each.second == Totals()) return false;
    v1::UnassignedUse& use = *out.add_uses();
    use.mutable_account()->set_cluster(each.first.cluster);
    use.mutable_account()->set_account(each.first.account);
    use.set_site(reading.ledger.SiteOf(each.first.cluster));
    use.set_resource(each.first.resource);
    use.set_settled_base_units((each.second.settled - each.second.refund).count());
    use.set_in_flight_base_units(each.second.in_flight.count());
    use.set_cause(v1::UnassignedUse::NO_PROJECT);
    if (!each.first.project.empty()) {
      use.set_cause(v1::UnassignedUse::NO_RESOURCE);
      use.set_project(ProjectName(each.first.project));
    }
    return true;
  }));
  return absl::OkStatus();
}

class UsageService final : public v1::UsageService::CallbackService, Handlers {
 public:
  explicit UsageService(const ServiceNeeds& needs)
      : Handlers(needs), comparisons_(needs.comparisons), jobs_(needs.jobs) {}

  Reactor* ListUnassigned(Context* context, const v1::ListUnassignedRequest* in,
                          v1::ListUnassignedResponse* out) override {
    return Look(context, Everything(), *in, *out, ReadUnassigned);
  }
  Reactor* RefundJob(Context* context, const v1::RefundJobRequest* in,
                     v1::RefundJobResponse* out) override {
    return Operate(context, *in, ToCommand(*in), [this, out](const Answer& answer) {
      const auto& refunded = std::get<mesolys::JobRefunded>(answer.events.at(0));
      engine_.Read([&](const Ledger& ledger) { *out = RefundView(ledger, refunded); });
    });
  }
  Reactor* Import(Context* context, const v1::ImportUsageRequest* in,
                  v1::UsageImport* out) override {
    return Operate(context, *in, ToCommand(*in), [out](const Answer& answer) {
      *out = ImportView({std::get<ImportOrdered>(answer.events.at(0)).import, answer.time});
    });
  }
  Reactor* DismissRows(Context* context, const v1::DismissRowsRequest* in,
                       v1::DismissRowsResponse* out) override {
    absl::StatusOr<Command> command = ToCommand(*in);
    if (absl::Status s = CheckSetAside(*in); !s.ok()) command = s;
    return Operate(context, *in, std::move(command), [out](const Answer& answer) {
      const Dismissal& dismissal = std::get<RowsDismissed>(answer.events.at(0)).dismissal;
      out->set_site(SiteName(dismissal.site));
      out->set_first(dismissal.first);
      out->set_last(dismissal.last);
    });
  }

  Reactor* Compare(Context* context, const v1::CompareUsageRequest* in,
                   v1::UsageComparison* out) override {
    absl::StatusOr<std::string> site = SiteFor(*context, *in);
    if (!site.ok()) return Reply(context, site.status());
    absl::StatusOr<Period> period = FromProto(in->period());
    if (!period.ok()) return Reply(context, period.status());
    absl::Status checked = engine_.Read([&](const Ledger& ledger) {
      return CheckAccountedPeriod(ledger, *site, *period, engine_.Now());
    });
    if (checked.ok()) *out = comparisons_.Start(*site, *period);
    return Reply(context, checked);
  }

  Reactor* GetComparison(Context* context, const v1::GetUsageComparisonRequest* in,
                         v1::UsageComparison* out) override {
    absl::StatusOr<std::string> site = SiteFor(*context, *in);
    if (!site.ok()) return Reply(context, site.status());
    absl::StatusOr<v1::UsageComparison> comparison = comparisons_.Show(*site, in->number());
    if (comparison.ok()) *out = *std::move(comparison);
    return Reply(context, comparison.status());
  }

  Reactor* ListDifferences(Context* context, const v1::ListUsageDifferencesRequest* in,
                           v1::ListUsageDifferencesResponse* out) override {
    absl::StatusOr<std::string> site = SiteFor(*context, *in);
    if (!site.ok()) return Reply(context, site.status());
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    return Reply(context, comparisons_.List(*site, in->number(), in->unexplained(), *page, *out));
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
    absl::StatusOr<std::string> identity = Allowed(*context, *in, *target);
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
  // The id of the site of that name, if the caller may call so.
  template <typename In>
  absl::StatusOr<std::string> SiteFor(const Context& context, const In& in) {
    const absl::StatusOr<std::string> identity = Allowed(context, in, Everything());
    if (!identity.ok()) return identity.status();
    return ParseSiteName(in.site());
  }

  // A row that is yet to be set aside cannot be dismissed. Where the agent has not called yet
  // nobody knows how many there are.
  absl::Status CheckSetAside(const v1::DismissRowsRequest& in) const {
    const absl::StatusOr<std::string> site = ParseSiteName(in.site());
    if (!site.ok()) return site.status();
    const std::optional<v1::AgentStatus> agent = sessions_.StatusOf(*site);
    if (!agent.has_value() || in.last() <= agent->quarantined_count()) return absl::OkStatus();
    return Refuse(Reason::kInvalidArgument,
                  Say("there is no row $0 at $1: $2 were set aside there so far; see `mesolys site "
                      "show $1`",
                      in.last(), *site, agent->quarantined_count()));
  }

  // Of an account that no project claims; whoever may see all jobs may see them.
  Reactor* ListJobsOfNobody(Context* context, const v1::ListJobsRequest& in, const Page& page,
                            v1::ListJobsResponse* out) {
    absl::StatusOr<std::string> identity = Allowed(*context, in, Everything());
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

std::unique_ptr<grpc::Service> NewUsageService(const ServiceNeeds& needs) {
  return std::make_unique<UsageService>(needs);
}

}  // namespace mesolys
