#include "scheduler/service/grant_commands.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"

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

}  // namespace

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

absl::StatusOr<Command> ToCommand(const v1::RefundJobRequest& in) {
  absl::StatusOr<absl::Time> submit = FromProto(in.job().submit_time());
  if (!submit.ok()) return submit.status();
  return RefundJob{{in.job().cluster(), in.job().job_id(), *submit}, in.reason()};
}

absl::StatusOr<Command> ToCommand(const v1::DeclareWindowRequest& in) {
  DeclareWindow command;
  SiteWindow& window = command.window;
  absl::StatusOr<std::string> site = ParseSiteName(in.window().site());
  if (!site.ok()) return site.status();
  window.site = *std::move(site);
  absl::StatusOr<Period> period = FromProto(in.window().period());
  if (!period.ok()) return period.status();
  window.period = *period;
  if (in.window().kind() != v1::SiteWindow::INCIDENT &&
      in.window().kind() != v1::SiteWindow::MAINTENANCE) {
    return Refuse(Reason::kInvalidArgument,
                  Say("say what kind of window: an incident or a maintenance"));
  }
  window.kind = static_cast<SiteWindow::Kind>(in.window().kind());
  window.title = in.window().title();
  return command;
}

absl::StatusOr<Command> ToCommand(const v1::WriteOffSiteRequest& in) {
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  return WriteOffSite{*std::move(site), in.reason()};
}

absl::StatusOr<Command> ToCommand(const v1::SynchronizeRequest& in) {
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  ConfirmCeilings command{*std::move(site), in.generation(), {}};
  for (const v1::Enforcement& said : in.enforcements()) {
    absl::StatusOr<NumberedName> grant = ParseGrantName(said.grant());
    // Only what was read back as in force, and use that was looked at afterwards, confirm anything;
    // the ledger bounds it either way.
    if (!grant.ok() || said.state() != v1::Ceiling::ENFORCED || !said.has_used_base_units()) {
      continue;
    }
    const auto bounded = [](int64_t units) {
      return Amount(std::clamp<int64_t>(units, 0, kAmountMax.count()));
    };
    command.read_back.push_back(
        {grant->number, bounded(said.used_base_units()), bounded(said.ceiling_base_units())});
  }
  return command;
}

}  // namespace mesolys
