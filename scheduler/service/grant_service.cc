// GrantService: what projects may use, and what becomes of it.

#include "absl/strings/match.h"
#include "mesolys/v1/balance.pb.h"
#include "mesolys/v1/grant.grpc.pb.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/stranded.h"
#include "scheduler/service/handlers.h"
#include "scheduler/service/page.h"
#include "scheduler/service/services.h"
#include "scheduler/service/views.h"

namespace mesolys {
namespace {

// Reads the grant's name into `command`, whatever verb it is.
template <typename Verb>
absl::StatusOr<Command> OfGrant(const std::string& name, Verb command) {
  absl::StatusOr<NumberedName> grant = ParseGrantName(name);
  if (!grant.ok()) return grant.status();
  command.grant = grant->number;
  return Command(std::move(command));
}

absl::StatusOr<Command> ToCommand(const v1::SupplementGrantRequest& in) {
  SupplementGrant command;
  command.amount = Amount(in.amount_base_units());
  command.sites.assign(in.sites().begin(), in.sites().end());
  command.reason = in.reason();
  return OfGrant(in.grant(), std::move(command));
}

absl::StatusOr<Command> ToCommand(const v1::ExtendGrantRequest& in) {
  ExtendGrant command;
  absl::StatusOr<absl::Time> end = FromProto(in.end_time());
  if (!end.ok()) return end.status();
  command.end = *end;
  command.reason = in.reason();
  return OfGrant(in.grant(), std::move(command));
}

absl::StatusOr<Command> ToCommand(const v1::TransferHoursRequest& in) {
  TransferHours command;
  command.amount = Amount(in.amount_base_units());
  command.reason = in.reason();
  if (absl::StrContains(in.receiver(), "/grants/")) {
    absl::StatusOr<NumberedName> to = ParseGrantName(in.receiver());
    if (!to.ok()) return to.status();
    command.to_grant = to->number;
    command.to_project = std::move(to->project);
  } else {
    absl::StatusOr<std::string> to = ParseProjectName(in.receiver());
    if (!to.ok()) return to.status();
    command.to_project = *std::move(to);
  }
  return OfGrant(in.grant(), std::move(command));
}

absl::StatusOr<Command> ToCommand(const v1::AdjustOverdraftRequest& in) {
  AdjustOverdraft command;
  absl::StatusOr<NumberedName> overdrawn = ParseGrantName(in.overdrawn());
  if (!overdrawn.ok()) return overdrawn.status();
  command.overdrawn = overdrawn->number;
  command.amount = Amount(in.amount_base_units());
  command.reason = in.reason();
  return OfGrant(in.grant(), std::move(command));
}

absl::StatusOr<Command> ToCommand(const v1::ReleaseHoursRequest& in) {
  ReleaseHours command;
  command.amount = Amount(in.amount_base_units());
  command.reason = in.reason();
  return OfGrant(in.grant(), std::move(command));
}

absl::StatusOr<Command> ToCommand(const v1::MoveCeilingRequest& in) {
  MoveCeiling command;
  absl::StatusOr<std::string> from = ParseSiteName(in.from_site());
  if (!from.ok()) return from.status();
  absl::StatusOr<std::string> to = ParseSiteName(in.to_site());
  if (!to.ok()) return to.status();
  command.from_site = *std::move(from);
  command.to_site = *std::move(to);
  command.amount = Amount(in.amount_base_units());
  command.reason = in.reason();
  return OfGrant(in.grant(), std::move(command));
}

absl::StatusOr<Command> ToCommand(const v1::RevokeGrantRequest& in) {
  RevokeGrant command;
  command.reason = in.reason();
  return OfGrant(in.grant(), std::move(command));
}

absl::StatusOr<Command> ToCommand(const v1::WriteOffOverdraftRequest& in) {
  WriteOffOverdraft command;
  command.amount = Amount(in.amount_base_units());
  command.reason = in.reason();
  return OfGrant(in.grant(), std::move(command));
}

absl::StatusOr<Command> ToCommand(const v1::PostOpeningBalanceRequest& in) {
  PostOpeningBalance command;
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  command.site = *std::move(site);
  command.amount = Amount(in.amount_base_units());
  command.reason = in.reason();
  return OfGrant(in.grant(), std::move(command));
}

absl::Status ReadGrant(const Reading& reading, const v1::GetGrantRequest& in, v1::Grant& out) {
  const NumberedName name = *ParseGrantName(in.name());
  const GrantEntry* entry = reading.ledger.FindGrant(name.number);
  if (entry == nullptr || entry->grant.project != name.project) {
    return NoGrant(name);
  }
  out = GrantView(reading.ledger, *entry, reading.sessions, reading.now);
  return absl::OkStatus();
}

absl::Status ReadGrants(const Reading& reading, const v1::ListGrantsRequest& in,
                        v1::ListGrantsResponse& out) {
  return FillNumbered(reading.project->grants, in, out, [&](int64_t number) {
    *out.add_grants() =
        GrantView(reading.ledger, *reading.ledger.FindGrant(number), reading.sessions, reading.now);
  });
}

v1::BalanceLine BalanceView(const Ledger& ledger, const std::string& project,
                            const BalanceLine& line) {
  v1::BalanceLine out;
  out.set_resource(line.resource);
  out.set_granted_base_units(line.granted.count());
  out.set_settled_base_units(line.settled.count());
  out.set_in_flight_base_units(line.in_flight.count());
  out.set_committed_base_units(line.committed.count());
  out.set_left_base_units(line.left.count());
  out.set_overdraft_base_units(line.overdraft.count());
  out.set_ordered_base_units(line.ordered.count());
  out.set_expired_base_units(line.expired.count());
  out.set_burn_base_units_per_day(line.burn_per_day.count());
  if (line.exhaust_time.has_value()) *out.mutable_exhaust_time() = ToProto(*line.exhaust_time);
  std::map<std::string, Amount> ceilings;
  if (line.grant != 0) {
    out.set_grant(GrantName(project, line.grant));
    *out.mutable_period() = ToProto(line.period);
    ceilings = ledger.FindGrant(line.grant)->grant.ceilings;
  }
  for (const auto& [site, used] : line.sites) ceilings.try_emplace(site);
  for (const auto& [site, ceiling] : ceilings) {
    v1::SiteShare& share = *out.add_sites();
    share.set_site(site);
    share.set_ceiling_base_units(ceiling.count());
    const auto used = line.sites.find(site);
    if (used == line.sites.end()) continue;
    share.set_settled_base_units((used->second.Spent() - used->second.in_flight).count());
    share.set_in_flight_base_units(used->second.in_flight.count());
    share.set_committed_base_units(used->second.committed.count());
  }
  return out;
}

absl::Status ReadBalance(const Reading& reading, const v1::GetBalanceRequest&, v1::Balance& out) {
  const std::string& project = reading.project->project.id;
  out.set_project(ProjectName(project));
  for (const BalanceLine& line : BalanceOf(reading.ledger, *reading.project, reading.now)) {
    *out.add_lines() = BalanceView(reading.ledger, project, line);
  }
  for (const Stranded& each :
       StrandedOf(reading.ledger, *reading.project, reading.sessions.BonusSites(), reading.now)) {
    v1::StrandedHours& stranded = *out.add_stranded();
    stranded.set_site(each.site);
    stranded.set_resource(each.resource);
    stranded.set_amount_base_units(each.amount.count());
  }
  out.set_revision(reading.ledger.revision());
  return absl::OkStatus();
}

class GrantService final : public v1::GrantService::CallbackService, Handlers {
 public:
  using Handlers::Handlers;

  Reactor* Get(Context* context, const v1::GetGrantRequest* in, v1::Grant* out) override {
    return Look(context, OfNumbered(ParseGrantName(in->name())), *in, *out, ReadGrant);
  }
  Reactor* List(Context* context, const v1::ListGrantsRequest* in,
                v1::ListGrantsResponse* out) override {
    return Look(context, OfProject(in->project()), *in, *out, ReadGrants);
  }
  Reactor* GetBalance(Context* context, const v1::GetBalanceRequest* in,
                      v1::Balance* out) override {
    return Look(context, OfProject(in->project()), *in, *out, ReadBalance);
  }
  Reactor* Supplement(Context* context, const v1::SupplementGrantRequest* in,
                      v1::ChangeGrantResponse* out) override {
    return Change(context, *in, out);
  }
  Reactor* Extend(Context* context, const v1::ExtendGrantRequest* in,
                  v1::ChangeGrantResponse* out) override {
    return Change(context, *in, out);
  }
  Reactor* Transfer(Context* context, const v1::TransferHoursRequest* in,
                    v1::ChangeGrantResponse* out) override {
    return Change(context, *in, out);
  }
  Reactor* AdjustOverdraft(Context* context, const v1::AdjustOverdraftRequest* in,
                           v1::ChangeGrantResponse* out) override {
    return Change(context, *in, out);
  }
  Reactor* Release(Context* context, const v1::ReleaseHoursRequest* in,
                   v1::ChangeGrantResponse* out) override {
    return Change(context, *in, out);
  }
  Reactor* Move(Context* context, const v1::MoveCeilingRequest* in,
                v1::ChangeGrantResponse* out) override {
    return Change(context, *in, out);
  }
  Reactor* Revoke(Context* context, const v1::RevokeGrantRequest* in,
                  v1::ChangeGrantResponse* out) override {
    return Change(context, *in, out);
  }
  Reactor* WriteOffOverdraft(Context* context, const v1::WriteOffOverdraftRequest* in,
                             v1::ChangeGrantResponse* out) override {
    return Change(context, *in, out);
  }
  Reactor* PostOpeningBalance(Context* context, const v1::PostOpeningBalanceRequest* in,
                              v1::ChangeGrantResponse* out) override {
    return Change(context, *in, out);
  }

 private:
  // A verb on a grant of the project that its name says.
  template <typename In>
  Reactor* Change(Context* context, const In& in, v1::ChangeGrantResponse* out) {
    const absl::StatusOr<NumberedName> name = ParseGrantName(in.grant());
    absl::StatusOr<std::string> identity = Allowed(*context, in, OfNumbered(name));
    if (!identity.ok()) return Reply(context, identity.status());
    const bool known = engine_.Read([&](const Ledger& ledger) {
      const GrantEntry* entry = ledger.FindGrant(name->number);
      return entry != nullptr && entry->grant.project == name->project;
    });
    if (!known) return Reply(context, NoGrant(*name));
    return Decide(context, *std::move(identity), in, ToCommand(in),
                  [this, out](const Answer& answer) {
                    for (const Event& event : answer.events) Show(event, answer.time, *out);
                  });
  }

  void Show(const Event& event, absl::Time time, v1::ChangeGrantResponse& out) const {
    engine_.Read([&](const Ledger& ledger) {
      if (const auto* changed = std::get_if<GrantChanged>(&event)) {
        *out.add_changes() = ChangeView(ledger, changed->change, time);
      } else if (const auto* ordered = std::get_if<ReductionOrdered>(&event)) {
        *out.add_orders() = OrderView(ledger, ordered->order);
      } else if (const auto* issued = std::get_if<GrantIssued>(&event)) {
        *out.add_grants() = NewGrantView(ledger, issued->grant, time);
      }
    });
  }
};

}  // namespace

std::unique_ptr<grpc::Service> NewGrantService(const ServiceNeeds& needs) {
  return std::make_unique<GrantService>(needs);
}

}  // namespace mesolys
