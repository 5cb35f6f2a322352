#include "scheduler/store/event_codec.h"

#include <algorithm>

#include "mesolys/v1/event.pb.h"
#include "scheduler/store/catalogue_codec.h"
#include "scheduler/store/grant_codec.h"
#include "scheduler/store/request_codec.h"

namespace mesolys {
namespace {

void Encode(const Period& period, v1::StoredPeriod& out) {
  out.set_start(absl::ToUnixSeconds(period.start));
  out.set_end(absl::ToUnixSeconds(period.end));
}

Period Decode(const v1::StoredPeriod& in) {
  return {absl::FromUnixSeconds(in.start()), absl::FromUnixSeconds(in.end())};
}

void Encode(const JobKey& key, v1::StoredJobKey& out) {
  out.set_cluster(key.cluster);
  out.set_job_id(key.job_id);
  out.set_submit_time(absl::ToUnixSeconds(key.submit_time));
}

JobKey Decode(const v1::StoredJobKey& in) {
  return {in.cluster(), in.job_id(), absl::FromUnixSeconds(in.submit_time())};
}

template <typename Stored>
void EncodePostings(const std::vector<Posting>& postings, Stored& out) {
  for (const auto& [key, amount] : postings) {
    v1::StoredPosting& posting = *out.add_postings();
    posting.set_grant(key.grant);
    posting.set_project(key.project);
    posting.set_cluster(key.cluster);
    posting.set_account(key.account);
    posting.set_resource(key.resource);
    posting.set_kind(static_cast<int>(key.kind));
    posting.set_amount(amount.count());
  }
}

template <typename Stored>
std::vector<Posting> DecodePostings(const Stored& in) {
  std::vector<Posting> postings;
  for (const v1::StoredPosting& posting : in.postings()) {
    postings.push_back({{posting.grant(), posting.project(), posting.cluster(), posting.account(),
                         posting.resource(), static_cast<ChargeKind>(posting.kind())},
                        Amount(posting.amount())});
  }
  return postings;
}

void Encode(const CatalogueAdopted& event, v1::StoredEvent& out) {
  Encode(event, *out.mutable_catalogue_adopted());
}

void Encode(const GrantIssued& event, v1::StoredEvent& out) {
  Encode(event.grant, *out.mutable_grant_issued());
}

void Encode(const GrantChanged& event, v1::StoredEvent& out) {
  Encode(event.change, *out.mutable_grant_changed());
}

void Encode(const ReductionOrdered& event, v1::StoredEvent& out) {
  Encode(event.order, *out.mutable_reduction_ordered());
}

void Encode(const CeilingsConfirmed& event, v1::StoredEvent& out) {
  Encode(event, *out.mutable_ceilings_confirmed());
}

void Encode(const JobRefunded& event, v1::StoredEvent& out) {
  v1::StoredJobRefunded& stored = *out.mutable_job_refunded();
  Encode(event.job, *stored.mutable_job());
  stored.set_reason(event.reason);
  EncodePostings(event.postings, stored);
  stored.set_rows_digest(event.rows_digest);
}

JobRefunded Decode(const v1::StoredJobRefunded& in) {
  return {Decode(in.job()), in.reason(), DecodePostings(in), in.rows_digest()};
}

void Encode(const WindowDeclared& event, v1::StoredEvent& out) {
  v1::StoredWindow& stored = *out.mutable_window_declared();
  stored.set_number(event.window.number);
  stored.set_kind(static_cast<int>(event.window.kind));
  stored.set_site(event.window.site);
  Encode(event.window.period, *stored.mutable_period());
  stored.set_title(event.window.title);
}

WindowDeclared Decode(const v1::StoredWindow& in) {
  return {{in.number(), static_cast<SiteWindow::Kind>(in.kind()), in.site(), Decode(in.period()),
           in.title()}};
}

void Encode(const UnderUseNoticed& event, v1::StoredEvent& out) {
  v1::StoredUnderUseNotice& stored = *out.mutable_under_use_noticed();
  stored.set_grant(event.notice.grant);
  stored.set_late_days(event.notice.late_days);
  stored.set_excess(event.notice.excess.count());
  stored.set_give_back_time_us(absl::ToUnixMicros(event.notice.give_back_time));
}

UnderUseNoticed Decode(const v1::StoredUnderUseNotice& in) {
  return {{in.grant(), in.late_days(), Amount(in.excess()),
           absl::FromUnixMicros(in.give_back_time_us())}};
}

void Encode(const MemberRemoved& event, v1::StoredEvent& out) {
  out.mutable_member_removed()->set_project(event.project);
  out.mutable_member_removed()->set_user(event.user);
}

void Encode(const MemberCeilingSet& event, v1::StoredEvent& out) {
  v1::StoredMemberCeilingSet& stored = *out.mutable_member_ceiling_set();
  stored.set_project(event.project);
  stored.set_user(event.user);
  stored.set_site(event.site);
  stored.set_resource(event.resource);
  if (event.amount.has_value()) stored.set_amount(event.amount->count());
}

MemberCeilingSet Decode(const v1::StoredMemberCeilingSet& in) {
  MemberCeilingSet event{in.project(), in.user(), in.site(), in.resource(), std::nullopt};
  if (in.has_amount()) event.amount = Amount(in.amount());
  return event;
}

void Encode(const ProjectArchived& event, v1::StoredEvent& out) {
  out.mutable_project_archived()->set_project(event.project);
  out.mutable_project_archived()->set_reason(event.reason);
}

void Encode(const ModeSet& event, v1::StoredEvent& out) {
  out.mutable_mode_set()->set_read_only(event.read_only);
  out.mutable_mode_set()->set_reason(event.reason);
}

void Encode(const RoleGiven& event, v1::StoredEvent& out) {
  v1::StoredRoleGiven& stored = *out.mutable_role_given();
  stored.set_user(event.user);
  stored.set_role(event.role);
  stored.set_taken(event.taken);
  stored.set_reason(event.reason);
}

void Encode(const RequestSubmitted& event, v1::StoredEvent& out) {
  Encode(event.request, *out.mutable_request_submitted());
}

void Encode(const RequestDecided& event, v1::StoredEvent& out) {
  Encode(event.outcome, *out.mutable_request_decided());
}

void Encode(const RequestWithdrawn& event, v1::StoredEvent& out) {
  out.mutable_request_withdrawn()->set_request(event.request);
  out.mutable_request_withdrawn()->set_reason(event.reason);
}

void Encode(const ProjectCreated& event, v1::StoredEvent& out) {
  const Project& project = event.project;
  v1::StoredProject& stored = *out.mutable_project_created();
  stored.set_id(project.id);
  stored.set_title(project.title);
  stored.set_institution(project.institution);
  stored.set_programme(project.programme);
  stored.set_data_class(project.data_class);
  stored.set_parent(project.parent);
  stored.set_pi(project.pi);
  Encode(project.period, *stored.mutable_period());
}

ProjectCreated Decode(const v1::StoredProject& in) {
  return {{in.id(), in.title(), in.institution(), in.programme(), in.data_class(), in.parent(),
           in.pi(), Decode(in.period())}};
}

void Encode(const AccountLinked& event, v1::StoredEvent& out) {
  v1::StoredAccountLinked& stored = *out.mutable_account_linked();
  stored.set_project(event.project);
  stored.set_cluster(event.cluster);
  stored.set_account(event.account);
}

AccountLinked Decode(const v1::StoredAccountLinked& in) {
  return {in.project(), in.cluster(), in.account()};
}

void Encode(const AccountUnlinked& event, v1::StoredEvent& out) {
  v1::StoredAccountUnlinked& stored = *out.mutable_account_unlinked();
  stored.set_project(event.project);
  stored.set_cluster(event.cluster);
  stored.set_account(event.account);
  stored.set_reason(event.reason);
}

AccountUnlinked Decode(const v1::StoredAccountUnlinked& in) {
  return {in.project(), in.cluster(), in.account(), in.reason()};
}

void Encode(const MemberAdded& event, v1::StoredEvent& out) {
  v1::StoredMemberAdded& stored = *out.mutable_member_added();
  stored.set_project(event.project);
  stored.set_user(event.member.user);
  stored.set_role(static_cast<int>(event.member.role));
  for (const auto& [site, login] : event.member.logins) (*stored.mutable_logins())[site] = login;
  if (event.member.role == ProjectRole::kDeputy) Encode(event.member.term, *stored.mutable_term());
}

MemberAdded Decode(const v1::StoredMemberAdded& in) {
  Member member{
      in.user(), static_cast<ProjectRole>(in.role()), {in.logins().begin(), in.logins().end()}};
  if (in.has_term()) member.term = Decode(in.term());
  return {in.project(), std::move(member)};
}

void Encode(const UsageReported& event, v1::StoredEvent& out) {
  v1::StoredUsageReported& stored = *out.mutable_usage_reported();
  stored.set_site(event.site);
  EncodePostings(event.postings, stored);
  stored.set_record_count(event.record_count);
  stored.set_changed_count(event.changed_count);
  for (const RejectedRecord& rejected : event.rejected) {
    v1::StoredRejectedRecord& stored_record = *stored.add_rejected();
    stored_record.set_index(rejected.index);
    Encode(rejected.refusal, *stored_record.mutable_refusal());
  }
  stored.set_rows_digest(event.rows_digest);
}

UsageReported Decode(const v1::StoredUsageReported& in) {
  UsageReported event{in.site(), DecodePostings(in), in.record_count(), in.changed_count(),
                      {},        in.rows_digest()};
  for (const v1::StoredRejectedRecord& rejected : in.rejected()) {
    event.rejected.push_back({rejected.index(), DecodeRefusal(rejected.refusal())});
  }
  return event;
}

void Encode(const JobsResettled& event, v1::StoredEvent& out) {
  v1::StoredJobsResettled& stored = *out.mutable_jobs_resettled();
  stored.set_cluster(event.cluster);
  stored.set_account(event.account);
  if (event.last.has_value()) Encode(*event.last, *stored.mutable_last());
  EncodePostings(event.postings, stored);
  stored.set_changed_count(event.changed_count);
  stored.set_rows_digest(event.rows_digest);
}

JobsResettled Decode(const v1::StoredJobsResettled& in) {
  JobsResettled event{in.cluster(),       in.account(),       std::nullopt,
                      DecodePostings(in), in.changed_count(), in.rows_digest()};
  if (in.has_last()) event.last = Decode(in.last());
  return event;
}

void Encode(const ImportOrdered& event, v1::StoredEvent& out) {
  v1::StoredImportOrdered& stored = *out.mutable_import_ordered();
  stored.set_number(event.import.number);
  stored.set_site(event.import.site);
  Encode(event.import.period, *stored.mutable_period());
}

ImportOrdered Decode(const v1::StoredImportOrdered& in) {
  return {{in.number(), in.site(), Decode(in.period())}};
}

void Encode(const ImportEnded& event, v1::StoredEvent& out) {
  v1::StoredImportEnded& stored = *out.mutable_import_ended();
  stored.set_number(event.number);
  stored.set_job_count(event.result.job_count);
  stored.set_changed_count(event.result.changed_count);
  stored.set_rejected_count(event.result.rejected_count);
  stored.set_unreadable_count(event.result.unreadable_count);
  stored.set_core_seconds(event.result.core_seconds);
  stored.set_problem(event.result.problem);
}

ImportEnded Decode(const v1::StoredImportEnded& in) {
  return {in.number(),
          {in.job_count(), in.changed_count(), in.rejected_count(), in.unreadable_count(),
           in.core_seconds(), in.problem()}};
}

absl::StatusOr<Event> Decode(const v1::StoredEvent& in) {
  switch (in.event_case()) {
    case v1::StoredEvent::kCatalogueAdopted:
      return mesolys::Decode(in.catalogue_adopted());
    case v1::StoredEvent::kProjectCreated:
      return Decode(in.project_created());
    case v1::StoredEvent::kAccountLinked:
      return Decode(in.account_linked());
    case v1::StoredEvent::kAccountUnlinked:
      return Decode(in.account_unlinked());
    case v1::StoredEvent::kMemberAdded:
      return Decode(in.member_added());
    case v1::StoredEvent::kRequestSubmitted:
      return RequestSubmitted{DecodeRequest(in.request_submitted())};
    case v1::StoredEvent::kGrantIssued:
      return GrantIssued{DecodeGrant(in.grant_issued())};
    case v1::StoredEvent::kRequestDecided:
      return RequestDecided{DecodeOutcome(in.request_decided())};
    case v1::StoredEvent::kUsageReported:
      return Decode(in.usage_reported());
    case v1::StoredEvent::kJobsResettled:
      return Decode(in.jobs_resettled());
    case v1::StoredEvent::kGrantChanged:
      return GrantChanged{DecodeChange(in.grant_changed())};
    case v1::StoredEvent::kReductionOrdered:
      return ReductionOrdered{DecodeOrder(in.reduction_ordered())};
    case v1::StoredEvent::kCeilingsConfirmed:
      return DecodeConfirmed(in.ceilings_confirmed());
    case v1::StoredEvent::kJobRefunded:
      return Decode(in.job_refunded());
    case v1::StoredEvent::kWindowDeclared:
      return Decode(in.window_declared());
    case v1::StoredEvent::kUnderUseNoticed:
      return Decode(in.under_use_noticed());
    case v1::StoredEvent::kMemberRemoved:
      return MemberRemoved{in.member_removed().project(), in.member_removed().user()};
    case v1::StoredEvent::kProjectArchived:
      return ProjectArchived{in.project_archived().project(), in.project_archived().reason()};
    case v1::StoredEvent::kModeSet:
      return ModeSet{in.mode_set().read_only(), in.mode_set().reason()};
    case v1::StoredEvent::kRoleGiven:
      return RoleGiven{in.role_given().user(), in.role_given().role(), in.role_given().taken(),
                       in.role_given().reason()};
    case v1::StoredEvent::kMemberCeilingSet:
      return Decode(in.member_ceiling_set());
    case v1::StoredEvent::kRequestWithdrawn:
      return RequestWithdrawn{in.request_withdrawn().request(), in.request_withdrawn().reason()};
    case v1::StoredEvent::kImportOrdered:
      return Decode(in.import_ordered());
    case v1::StoredEvent::kImportEnded:
      return Decode(in.import_ended());
    case v1::StoredEvent::EVENT_NOT_SET:
      break;
  }
  return absl::DataLossError("an event of a kind that this version does not know");
}

// Whether every number that stands for a word is one that this version knows.
template <typename Fact>
bool SaysKnownWords(const Fact&) {
  return true;
}

bool SaysKnownWords(const MemberAdded& event) {
  return event.member.role >= ProjectRole::kNone && event.member.role <= ProjectRole::kDeputy;
}

bool SaysKnownWords(const RequestDecided& event) {
  return event.outcome.state >= RequestState::kUndecided &&
         event.outcome.state <= RequestState::kRefused;
}

bool SaysKnownWords(const RequestSubmitted& event) {
  return event.request.track == Track::kDynamic || event.request.track == Track::kCall;
}

bool SaysKnownWords(const std::vector<Posting>& postings) {
  return std::all_of(postings.begin(), postings.end(), [](const Posting& posting) {
    return posting.key.kind >= ChargeKind::kSettled && posting.key.kind <= ChargeKind::kRefund;
  });
}

bool SaysKnownWords(const UsageReported& event) { return SaysKnownWords(event.postings); }
bool SaysKnownWords(const JobsResettled& event) { return SaysKnownWords(event.postings); }
bool SaysKnownWords(const JobRefunded& event) { return SaysKnownWords(event.postings); }

bool SaysKnownWords(ChangeKind kind) {
  return kind >= ChangeKind::kSupplement && kind <= ChangeKind::kGraceEnded;
}

bool SaysKnownWords(const GrantChanged& event) { return SaysKnownWords(event.change.kind); }
bool SaysKnownWords(const ReductionOrdered& event) { return SaysKnownWords(event.order.kind); }

bool SaysKnownWords(const WindowDeclared& event) {
  return event.window.kind == SiteWindow::Kind::kIncident ||
         event.window.kind == SiteWindow::Kind::kMaintenance;
}

}  // namespace

std::string EncodeEvents(const std::vector<Event>& events) {
  v1::StoredEvents stored;
  for (const Event& event : events) {
    v1::StoredEvent& out = *stored.add_events();
    std::visit([&](const auto& fact) { Encode(fact, out); }, event);
  }
  return stored.SerializeAsString();
}

absl::StatusOr<std::vector<Event>> DecodeEvents(absl::string_view body) {
  v1::StoredEvents stored;
  if (!stored.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return absl::DataLossError("the body of a row is not a list of events");
  }
  std::vector<Event> events;
  for (const v1::StoredEvent& in : stored.events()) {
    absl::StatusOr<Event> event = Decode(in);
    if (!event.ok()) return event.status();
    if (!std::visit([](const auto& fact) { return SaysKnownWords(fact); }, *event)) {
      return absl::DataLossError("an event says something that this version does not know");
    }
    events.push_back(*std::move(event));
  }
  return events;
}

}  // namespace mesolys
