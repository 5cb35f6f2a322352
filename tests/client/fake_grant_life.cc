// What happens to the fake scheduler's grants, jobs and sites after the hours were given.

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/client/fake_allocation_service.h"

namespace mesolys::client {
namespace {

using std::lock_guard;
using std::mutex;

constexpr int64_t kHour = 3600;
constexpr int64_t kRoom = 1000 * kHour;  // that any site still has

v1::GrantChange ChangeOf(const v1::Grant& grant, v1::GrantChange::Kind kind, int64_t amount,
                         const std::string& reason) {
  v1::GrantChange change;
  change.set_grant(grant.name());
  change.set_kind(kind);
  change.set_amount_base_units(amount);
  *change.mutable_end_time() = grant.period().end_time();
  change.set_reason(reason);
  return change;
}

template <typename In>
v1::ReductionOrder OrderOf(const In& in, v1::GrantChange::Kind kind, int64_t amount) {
  v1::ReductionOrder order;
  order.set_grant(in.grant());
  order.set_kind(kind);
  order.set_amount_base_units(amount);
  order.set_reason(in.reason());
  return order;
}

bool Overlap(const v1::Period& a, const v1::Period& b) {
  return a.start_time().seconds() < b.end_time().seconds() &&
         b.start_time().seconds() < a.end_time().seconds();
}

}  // namespace

// `make` takes the grant and answers what it became; nothing is kept of a dry run.
template <typename In, typename Make>
grpc::Status FakeAllocationService::ChangeGrant(grpc::ServerContext* context, const In& in,
                                                v1::ChangeGrantResponse* out, Make make) {
  return Change(context, in, out, [&] {
    v1::Grant* grant = FindGrant(in.grant());
    if (grant == nullptr) {
      return ToGrpcStatus(Refuse(Refusal{Reason::kUnknownGrant, "there is no " + in.grant(), {}}));
    }
    if (grant->state() == v1::Grant::REVOKED) {
      return ToGrpcStatus(Refuse(Refusal{Reason::kGrantRevoked, in.grant() + " was revoked", {}}));
    }
    const v1::Grant before = *grant;
    if (absl::Status status = make(*grant); !status.ok()) {
      *grant = before;
      return ToGrpcStatus(status);
    }
    grant->mutable_changes()->MergeFrom(out->changes());
    grant->mutable_orders()->MergeFrom(out->orders());
    if (in.validate_only()) {
      *grant = before;
    } else {
      grants_.insert(grants_.end(), out->grants().begin(), out->grants().end());
    }
    return grpc::Status::OK;
  });
}

grpc::Status FakeAllocationService::SupplementGrant(grpc::ServerContext* context,
                                                    const v1::SupplementGrantRequest* in,
                                                    v1::ChangeGrantResponse* out) {
  return ChangeGrant(context, *in, out, [&](v1::Grant& grant) {
    if (in->amount_base_units() > kRoom) {
      return Refuse(Reason::kSiteExhausted, Say("psmn can still grant 1000 h"),
                    {{"accepted", absl::StrCat(kRoom)}});
    }
    v1::GrantChange& change = *out->add_changes();
    change = ChangeOf(grant, v1::GrantChange::SUPPLEMENT, in->amount_base_units(), in->reason());
    change.add_ceilings()->set_site(in->sites().empty() ? "psmn" : in->sites(0));
    change.mutable_ceilings(0)->set_wanted_base_units(in->amount_base_units());
    grant.set_amount_base_units(grant.amount_base_units() + in->amount_base_units());
    return absl::OkStatus();
  });
}

grpc::Status FakeAllocationService::ExtendGrant(grpc::ServerContext* context,
                                                const v1::ExtendGrantRequest* in,
                                                v1::ChangeGrantResponse* out) {
  return ChangeGrant(context, *in, out, [&](v1::Grant& grant) {
    if (in->end_time().seconds() <= grant.period().end_time().seconds()) {
      return Refuse(Reason::kInvalidPeriod, Say("a later end is right"));
    }
    if (in->end_time().seconds() > FakeProject().period().end_time().seconds()) {
      return Refuse(Reason::kSiteExhausted, Say("psmn has no room until then"));
    }
    *grant.mutable_period()->mutable_end_time() = in->end_time();
    *out->add_changes() = ChangeOf(grant, v1::GrantChange::EXTENSION, 0, in->reason());
    return absl::OkStatus();
  });
}

// Of cpu psmn must first confirm a lower ceiling; the rest goes at once, to a grant of its own
// where the receiver is a project.
grpc::Status FakeAllocationService::Reduce(const v1::ReductionOrder& order, bool dry_run,
                                           v1::ChangeGrantResponse* out) {
  v1::Grant& grant = *FindGrant(order.grant());
  if (order.amount_base_units() > grant.amount_base_units()) {
    return ToGrpcStatus(Refuse(Reason::kNotEnoughLeft, Say("there is not that much left")));
  }
  if (grant.resource() == "cpu") {
    v1::ReductionOrder& waiting = *out->add_orders();
    waiting = order;
    waiting.add_sites("psmn");
    return grpc::Status::OK;
  }
  v1::GrantChange& gone = *out->add_changes();
  gone = ChangeOf(grant, order.kind(), -order.amount_base_units(), order.reason());
  grant.set_amount_base_units(grant.amount_base_units() - order.amount_base_units());
  if (order.receiver().empty() || absl::StrContains(order.receiver(), "/grants/")) {
    gone.set_counterpart(order.receiver());
    return grpc::Status::OK;
  }
  v1::Grant& issued = *out->add_grants();
  issued = grant;
  issued.clear_changes();
  issued.set_name(order.receiver() + "/grants/g99");
  issued.set_amount_base_units(order.amount_base_units());
  // As the scheduler: what is not in the ledger has no name.
  if (!dry_run) gone.set_counterpart(issued.name());
  return grpc::Status::OK;
}

grpc::Status FakeAllocationService::TransferHours(grpc::ServerContext* context,
                                                  const v1::TransferHoursRequest* in,
                                                  v1::ChangeGrantResponse* out) {
  return ChangeGrant(context, *in, out, [&](v1::Grant&) {
    v1::ReductionOrder order = OrderOf(*in, v1::GrantChange::TRANSFER_OUT, in->amount_base_units());
    order.set_receiver(in->receiver());
    return FromGrpcStatus(Reduce(order, in->validate_only(), out));
  });
}

int64_t FakeAllocationService::OverdraftOf(const std::string& grant) const {
  for (const v1::BalanceLine& line : balance_.lines()) {
    if (line.grant() == grant) return line.overdraft_base_units();
  }
  return 0;
}

grpc::Status FakeAllocationService::AdjustOverdraft(grpc::ServerContext* context,
                                                    const v1::AdjustOverdraftRequest* in,
                                                    v1::ChangeGrantResponse* out) {
  return ChangeGrant(context, *in, out, [&](v1::Grant&) {
    if (in->amount_base_units() > OverdraftOf(in->overdrawn())) {
      return Refuse(Refusal{Reason::kNoOverdraft, in->overdrawn() + " is overdrawn by less", {}});
    }
    v1::ReductionOrder order =
        OrderOf(*in, v1::GrantChange::ADJUSTMENT_OUT, in->amount_base_units());
    order.set_receiver(in->overdrawn());
    return FromGrpcStatus(Reduce(order, in->validate_only(), out));
  });
}

grpc::Status FakeAllocationService::ReleaseHours(grpc::ServerContext* context,
                                                 const v1::ReleaseHoursRequest* in,
                                                 v1::ChangeGrantResponse* out) {
  return ChangeGrant(context, *in, out, [&](v1::Grant&) {
    const auto order = OrderOf(*in, v1::GrantChange::RELEASE, in->amount_base_units());
    return FromGrpcStatus(Reduce(order, in->validate_only(), out));
  });
}

grpc::Status FakeAllocationService::RevokeGrant(grpc::ServerContext* context,
                                                const v1::RevokeGrantRequest* in,
                                                v1::ChangeGrantResponse* out) {
  return ChangeGrant(context, *in, out, [&](v1::Grant& grant) {
    const auto order = OrderOf(*in, v1::GrantChange::REVOCATION, grant.amount_base_units());
    grant.set_state(v1::Grant::REVOKED);
    return FromGrpcStatus(Reduce(order, in->validate_only(), out));
  });
}

grpc::Status FakeAllocationService::WriteOffOverdraft(grpc::ServerContext* context,
                                                      const v1::WriteOffOverdraftRequest* in,
                                                      v1::ChangeGrantResponse* out) {
  return ChangeGrant(context, *in, out, [&](v1::Grant& grant) {
    if (in->amount_base_units() > OverdraftOf(in->grant())) {
      return Refuse(Refusal{Reason::kNoOverdraft, in->grant() + " is overdrawn by less", {}});
    }
    *out->add_changes() =
        ChangeOf(grant, v1::GrantChange::WRITE_OFF, in->amount_base_units(), in->reason());
    return absl::OkStatus();
  });
}

grpc::Status FakeAllocationService::PostOpeningBalance(grpc::ServerContext* context,
                                                       const v1::PostOpeningBalanceRequest* in,
                                                       v1::ChangeGrantResponse* out) {
  return ChangeGrant(context, *in, out, [&](v1::Grant& grant) {
    if (in->site() != "sites/psmn") {
      return Refuse(Reason::kUnknownSite, Say("the grant is at psmn"));
    }
    v1::GrantChange& change = *out->add_changes();
    change =
        ChangeOf(grant, v1::GrantChange::OPENING_BALANCE, in->amount_base_units(), in->reason());
    change.add_ceilings()->set_site("psmn");
    return absl::OkStatus();
  });
}

// Without a submit time the newest, which stands last.
v1::Job* FakeAllocationService::FindJob(const v1::JobName& name) {
  v1::Job* found = nullptr;
  for (v1::Job& job : jobs_) {
    const v1::UsageRecord& record = job.record();
    const bool same = record.cluster() == name.cluster() && record.job_id() == name.job_id();
    const bool then =
        !name.has_submit_time() || name.submit_time().seconds() == record.submit_time().seconds();
    if (same && then) found = &job;
  }
  return found;
}

grpc::Status FakeAllocationService::GetJob(grpc::ServerContext* context,
                                           const v1::GetJobRequest* in, v1::Job* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  lock_guard<mutex> lock(mutex_);
  const v1::Job* job = FindJob(in->job());
  if (job == nullptr) return ToGrpcStatus(Refuse(Reason::kUnknownJob, Say("there is no such job")));
  *out = *job;
  return grpc::Status::OK;
}

grpc::Status FakeAllocationService::RefundJob(grpc::ServerContext* context,
                                              const v1::RefundJobRequest* in,
                                              v1::RefundJobResponse* out) {
  return Change(context, *in, out, [&] {
    v1::Job* job = in->job().has_submit_time() ? FindJob(in->job()) : nullptr;
    if (job == nullptr)
      return ToGrpcStatus(Refuse(Reason::kUnknownJob, Say("there is no such job")));
    if (job->record().state() == v1::UsageRecord::RUNNING) {
      return ToGrpcStatus(Refuse(Reason::kJobNotFinished, Say("the job is not finished")));
    }
    for (const v1::Charge& charge : job->charges()) {
      if (charge.kind() == v1::Charge::REFUND) {
        return ToGrpcStatus(Refuse(Reason::kJobRefunded, Say("it was given back already")));
      }
      v1::Charge& refund = *out->add_charges();
      refund = charge;
      refund.set_kind(v1::Charge::REFUND);
      refund.set_basis(v1::Charge::OPERATOR);
    }
    if (!in->validate_only()) job->mutable_charges()->MergeFrom(out->charges());
    return grpc::Status::OK;
  });
}

grpc::Status FakeAllocationService::DeclareWindow(grpc::ServerContext* context,
                                                  const v1::DeclareWindowRequest* in,
                                                  v1::SiteWindow* out) {
  return Change(context, *in, out, [&] {
    for (const v1::SiteWindow& other : windows_) {
      if (other.site() == in->window().site() && other.kind() == in->window().kind() &&
          Overlap(other.period(), in->window().period())) {
        return ToGrpcStatus(Refuse(Reason::kWindowsOverlap, Say("part of that time is covered")));
      }
    }
    *out = in->window();
    out->set_number(static_cast<int64_t>(windows_.size()) + 2);  // FakeSite has the first
    if (!in->validate_only()) windows_.push_back(*out);
    return grpc::Status::OK;
  });
}

// The order of g17 waits for psmn, and for no other site.
grpc::Status FakeAllocationService::WriteOffSite(grpc::ServerContext* context,
                                                 const v1::WriteOffSiteRequest* in,
                                                 v1::WriteOffSiteResponse* out) {
  return Change(context, *in, out, [&] {
    if (in->site() != "sites/psmn" || written_off_) {
      return ToGrpcStatus(Refuse(Reason::kNothingAwaited, Say("nothing waits for that site")));
    }
    const v1::Grant& grant = *FindGrant("projects/proj_a/grants/g17");
    const int64_t amount = 100 * kHour;
    out->set_site(in->site());
    v1::AtRisk& risk = *out->add_at_risk();
    risk.set_grant(grant.name());
    risk.set_resource("cpu");
    risk.set_amount_base_units(amount);
    v1::GrantChange& gone = *out->add_changes();
    gone = ChangeOf(grant, v1::GrantChange::TRANSFER_OUT, -amount, in->reason());
    gone.set_counterpart("projects/proj_b/grants/g99");
    v1::GrantChange& come = *out->add_changes();
    come = ChangeOf(grant, v1::GrantChange::TRANSFER_IN, amount, in->reason());
    come.set_grant(gone.counterpart());
    come.set_counterpart(grant.name());
    written_off_ = !in->validate_only();
    return grpc::Status::OK;
  });
}

}  // namespace mesolys::client
