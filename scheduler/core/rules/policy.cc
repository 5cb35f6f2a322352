#include "scheduler/core/rules/policy.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "proto/values/names.h"
#include "scheduler/core/rules/committee_rules.h"
#include "scheduler/core/rules/confirmation_rules.h"
#include "scheduler/core/rules/dynamic_access.h"
#include "scheduler/core/rules/grant_rules.h"
#include "scheduler/core/rules/import_rules.h"
#include "scheduler/core/rules/office_rules.h"
#include "scheduler/core/rules/project_rules.h"
#include "scheduler/core/rules/reduction_rules.h"
#include "scheduler/core/rules/under_use.h"
#include "scheduler/core/rules/usage_rules.h"

namespace mesolys {
namespace {

// What is in use cannot disappear from the catalogue.
absl::Status CheckSuccession(const Ledger& ledger, const Catalogue& next) {
  const auto conflict = [](absl::string_view message) {
    return Refuse(Reason::kCatalogueConflict, absl::StrCat("catalogue: ", message));
  };
  for (const auto& [id, entry] : ledger.projects()) {
    const Project& project = entry.project;
    if (!next.institutions.contains(project.institution) ||
        !next.programmes.contains(project.programme) ||
        !next.data_classes.contains(project.data_class)) {
      return conflict(absl::StrCat("project ", id, " is of institution ", project.institution,
                                   ", programme ", project.programme, " and data class ",
                                   project.data_class, "; keep them"));
    }
  }
  for (const auto& [id, site] : ledger.catalogue().sites) {
    for (const std::string& cluster : site.clusters) {
      if (next.SiteOfCluster(cluster) != id) {
        return conflict(absl::StrCat("cluster ", cluster, " has belonged to site ", id,
                                     "; keep it there, with a capacity of 0 if it is gone"));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&,
                                 const AdoptCatalogue& command, const std::string&, absl::Time) {
  if (absl::Status status = CheckCatalogue(command.catalogue); !status.ok()) return status;
  if (absl::Status status = CheckSuccession(ledger, command.catalogue); !status.ok()) return status;
  return Verdict{{CatalogueAdopted{command.catalogue, command.text, command.digest}}, {}};
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const CreateProject& command,
                                 const std::string&, absl::Time) {
  return DecideProject(ledger, command);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const LinkAccount& command,
                                 const std::string&, absl::Time) {
  return DecideLink(ledger, command);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const UnlinkAccount& command,
                                 const std::string&, absl::Time) {
  return DecideUnlink(ledger, command);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const AddMember& command,
                                 const std::string& actor, absl::Time now) {
  return DecideMember(ledger, command, actor, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const RemoveMember& command,
                                 const std::string& actor, absl::Time) {
  return DecideRemoval(ledger, command, actor);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&,
                                 const SetMemberCeiling& command, const std::string&, absl::Time) {
  return DecideMemberCeiling(ledger, command);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&,
                                 const ArchiveProject& command, const std::string&,
                                 absl::Time now) {
  return DecideArchive(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const SetMode& command,
                                 const std::string&, absl::Time) {
  return DecideMode(ledger, command);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const GiveRole& command,
                                 const std::string& actor, absl::Time) {
  return DecideRole(ledger, command, actor);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const MoveCeiling& command,
                                 const std::string&, absl::Time now) {
  return DecideMove(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&,
                                 const NoticeUnderUse& command, const std::string&,
                                 absl::Time now) {
  return DecideNotice(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&,
                                 const GiveBackUnused& command, const std::string&,
                                 absl::Time now) {
  return DecideGiveBack(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const SubmitRequest& command,
                                 const std::string& actor, absl::Time now) {
  Request request = command.request;
  request.requester = actor;
  if (request.track == Track::kCall) return DecideSubmission(ledger, std::move(request), now);
  absl::StatusOr<RequestDecision> decision = DecideDynamically(ledger, std::move(request), now);
  if (!decision.ok()) return decision.status();
  Verdict verdict;
  verdict.events.push_back(RequestSubmitted{std::move(decision->request)});
  for (Grant& grant : decision->grants) verdict.events.push_back(GrantIssued{std::move(grant)});
  verdict.events.push_back(RequestDecided{std::move(decision->outcome)});
  return verdict;
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&,
                                 const WithdrawRequest& command, const std::string&,
                                 absl::Time now) {
  return DecideWithdrawal(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const DecideRequest& command,
                                 const std::string&, absl::Time now) {
  return DecideAward(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows& rows,
                                 const ReportUsage& command, const std::string&, absl::Time now) {
  if (!ledger.catalogue().sites.contains(command.site)) {
    return Refuse(Reason::kUnknownSite,
                  absl::StrCat("there is no site \"", command.site, "\"; see `mesolys site list`"),
                  {{"site", command.site}});
  }
  return DecideUsage(ledger, rows, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows& rows,
                                 const ResettleJobs& command, const std::string&, absl::Time) {
  if (!ledger.unsettled_accounts().contains({command.cluster, command.account})) {
    return absl::FailedPreconditionError(
        absl::StrCat("account ", command.account, " of ", command.cluster, " is settled"));
  }
  // Another writer may have moved the cursor, or added a job before it, since the page was read.
  if (ledger.revision() != command.ledger_revision) {
    return absl::FailedPreconditionError(absl::StrCat("the page was read at revision ",
                                                      command.ledger_revision, ", it is ",
                                                      ledger.revision(), " now: read it again"));
  }
  return DecideResettlement(ledger, rows, command);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&,
                                 const SupplementGrant& command, const std::string&,
                                 absl::Time now) {
  return DecideSupplement(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const ExtendGrant& command,
                                 const std::string&, absl::Time now) {
  return DecideExtension(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const TransferHours& command,
                                 const std::string& actor, absl::Time now) {
  return DecideTransfer(ledger, command, actor, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&,
                                 const AdjustOverdraft& command, const std::string&,
                                 absl::Time now) {
  return DecideAdjustment(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const ReleaseHours& command,
                                 const std::string&, absl::Time now) {
  return DecideRelease(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const RevokeGrant& command,
                                 const std::string&, absl::Time now) {
  return DecideRevocation(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&,
                                 const WriteOffOverdraft& command, const std::string&,
                                 absl::Time now) {
  return DecideWriteOff(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&,
                                 const PostOpeningBalance& command, const std::string&,
                                 absl::Time) {
  return DecideOpeningBalance(ledger, command);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&,
                                 const ConfirmCeilings& command, const std::string&,
                                 absl::Time now) {
  return DecideConfirmation(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const WriteOffSite& command,
                                 const std::string&, absl::Time now) {
  return DecideSiteWriteOff(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows& rows,
                                 const RefundJob& command, const std::string&, absl::Time) {
  return DecideJobRefund(ledger, rows, command);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const DeclareWindow& command,
                                 const std::string&, absl::Time) {
  return DecideWindow(ledger, command);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const OrderImport& command,
                                 const std::string&, absl::Time now) {
  return DecideImport(ledger, command, now);
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const EndImport& command,
                                 const std::string&, absl::Time) {
  return DecideImportEnd(ledger, command);
}

// What happened is recorded whatever the mode; so is what makes the mode end.
bool GoesOnReadOnly(const Command& command) {
  return std::holds_alternative<ReportUsage>(command) ||
         std::holds_alternative<ResettleJobs>(command) ||
         std::holds_alternative<ConfirmCeilings>(command) ||
         std::holds_alternative<EndImport>(command) ||
         std::holds_alternative<AdoptCatalogue>(command) ||
         std::holds_alternative<SetMode>(command);
}

}  // namespace

absl::StatusOr<Verdict> Decide(const Ledger& ledger, const JobRows& rows, const Command& command,
                               const std::string& actor, absl::Time now) {
  if (ledger.revision() == 0 && !std::holds_alternative<AdoptCatalogue>(command)) {
    return absl::FailedPreconditionError("the ledger is empty: adopt a catalogue first");
  }
  if (!ledger.read_only_reason().empty() && !GoesOnReadOnly(command)) {
    return Refuse(Reason::kReadOnly,
                  absl::StrCat("the scheduler is in read-only mode: ", ledger.read_only_reason(),
                               "; use is still recorded, try the change again later"),
                  {{"because", ledger.read_only_reason()}});
  }
  return std::visit([&](const auto& what) { return DecideOn(ledger, rows, what, actor, now); },
                    command);
}

std::vector<JobKey> JobsNamedBy(const Command& command) {
  std::vector<JobKey> keys;
  if (const auto* report = std::get_if<ReportUsage>(&command)) {
    keys.reserve(report->records.size());
    for (const UsageRecord& record : report->records) keys.push_back(record.key);
  } else if (const auto* resettle = std::get_if<ResettleJobs>(&command)) {
    keys = resettle->page;
  } else if (const auto* refund = std::get_if<RefundJob>(&command)) {
    keys = {refund->job};
  }
  return keys;
}

std::string EtagOf(const ProjectEntry& project) { return absl::StrCat("r", project.revision); }

}  // namespace mesolys
