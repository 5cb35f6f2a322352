#include "scheduler/core/policy.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "proto/values/names.h"
#include "scheduler/core/dynamic_access.h"
#include "scheduler/core/grant_rules.h"
#include "scheduler/core/identity.h"
#include "scheduler/core/reduction_rules.h"
#include "scheduler/core/usage_rules.h"

namespace mesolys {
namespace {

constexpr size_t kTitleMax = 200;

absl::Status UnknownProject(const std::string& id) {
  return Refuse(Reason::kUnknownProject, absl::StrCat("there is no project \"", id, "\""),
                {{"project", id}});
}

template <typename Map>
absl::Status CheckKnown(Reason reason, absl::string_view what, const Map& known,
                        const std::string& id) {
  if (known.contains(id)) return absl::OkStatus();
  std::string ids;
  for (const auto& [each, value] : known) absl::StrAppend(&ids, ids.empty() ? "" : ", ", each);
  return Refuse(reason, absl::StrCat("there is no ", what, " \"", id, "\"; there are ", ids),
                {{std::string(what), id}});
}

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
  Project project = command.project;
  const Catalogue& catalogue = ledger.catalogue();
  if (project.data_class.empty()) project.data_class = catalogue.default_data_class;
  if (absl::Status s = CheckId("project", project.id); !s.ok()) return s;
  if (ledger.FindProject(project.id) != nullptr) {
    return Refuse(Reason::kProjectExists,
                  absl::StrCat("project ", project.id, " exists; choose another id"),
                  {{"project", project.id}});
  }
  if (project.title.empty() || project.title.size() > kTitleMax) {
    return Refuse(
        Reason::kInvalidArgument,
        absl::StrCat("a title has 1 to ", kTitleMax, " bytes, this one ", project.title.size()));
  }
  absl::Status known = CheckKnown(Reason::kUnknownInstitution, "institution",
                                  catalogue.institutions, project.institution);
  known.Update(
      CheckKnown(Reason::kUnknownProgramme, "programme", catalogue.programmes, project.programme));
  known.Update(CheckKnown(Reason::kUnknownDataClass, "data class", catalogue.data_classes,
                          project.data_class));
  if (!known.ok()) return known;
  if (!project.parent.empty() && ledger.FindProject(project.parent) == nullptr) {
    return UnknownProject(project.parent);
  }
  if (absl::Status s = CheckLogin("pi", project.pi); !s.ok()) return s;
  if (project.period.Seconds() == 0) {
    return Refuse(Reason::kInvalidPeriod, "the end of the project must lie after its start");
  }
  return Verdict{{ProjectCreated{std::move(project)}}, {}};
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const LinkAccount& command,
                                 const std::string&, absl::Time) {
  const ProjectEntry* entry = ledger.FindProject(command.project);
  if (entry == nullptr) return UnknownProject(command.project);
  if (!command.etag.empty() && command.etag != EtagOf(*entry)) {
    return Refuse(Reason::kEtagMismatch,
                  absl::StrCat("project ", command.project,
                               " has changed since; read it again and decide again"),
                  {{"etag", EtagOf(*entry)}});
  }
  if (ledger.SiteOf(command.cluster).empty()) {
    return Refuse(
        Reason::kUnknownCluster,
        absl::StrCat("there is no cluster \"", command.cluster, "\"; see `mesolys site list`"),
        {{"cluster", command.cluster}});
  }
  if (absl::Status s = CheckLogin("account", command.account); !s.ok()) return s;
  const ProjectEntry* held = ledger.ProjectOf(command.cluster, command.account);
  if (held != nullptr) {
    return Refuse(Reason::kAccountLinked,
                  absl::StrCat("account ", command.account, " of cluster ", command.cluster,
                               " bills to project ", held->project.id, " already"),
                  {{"project", held->project.id}});
  }
  return Verdict{{AccountLinked{command.project, command.cluster, command.account}}, {}};
}

// Nobody can give a role that they do not hold.
bool MayGive(const Ledger& ledger, const ProjectEntry& entry, const std::string& actor,
             ProjectRole role) {
  const std::string user(UserOf(actor));
  if (ledger.catalogue().HasRole(user, "operator")) return true;
  const auto it = entry.members.find(user);
  return it != entry.members.end() && it->second.member.role == ProjectRole::kPi &&
         role != ProjectRole::kSupervisor;
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const AddMember& command,
                                 const std::string& actor, absl::Time) {
  const ProjectEntry* entry = ledger.FindProject(command.project);
  if (entry == nullptr) return UnknownProject(command.project);
  const Member& member = command.member;
  if (absl::Status s = CheckLogin("user", member.user); !s.ok()) return s;
  if (member.role == ProjectRole::kNone) {
    return Refuse(Reason::kInvalidArgument, "give a role: researcher, pi or supervisor");
  }
  if (!MayGive(ledger, *entry, actor, member.role)) {
    return Refuse(
        Reason::kNotAllowed,
        "nobody can give a role that they do not hold; ask an operator of the mesocentre");
  }
  if (member.user == entry->project.pi && member.role != ProjectRole::kPi) {
    return Refuse(Reason::kInvalidArgument, absl::StrCat(member.user, " is the PI of ",
                                                         command.project, " and keeps that role"));
  }
  for (const auto& [site, login] : member.logins) {
    if (!ledger.catalogue().sites.contains(site)) {
      return Refuse(Reason::kUnknownSite,
                    absl::StrCat("there is no site \"", site, "\"; see `mesolys site list`"),
                    {{"site", site}});
    }
    if (absl::Status s = CheckLogin("login", login); !s.ok()) return s;
  }
  return Verdict{{MemberAdded{command.project, member}}, {}};
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows&, const SubmitRequest& command,
                                 const std::string& actor, absl::Time now) {
  Request request = command.request;
  request.requester = actor;
  absl::StatusOr<RequestDecision> decision = DecideDynamically(ledger, std::move(request), now);
  if (!decision.ok()) return decision.status();
  Verdict verdict;
  verdict.events.push_back(RequestSubmitted{std::move(decision->request)});
  for (Grant& grant : decision->grants) verdict.events.push_back(GrantIssued{std::move(grant)});
  verdict.events.push_back(RequestDecided{std::move(decision->outcome)});
  return verdict;
}

absl::StatusOr<Verdict> DecideOn(const Ledger& ledger, const JobRows& rows,
                                 const ReportUsage& command, const std::string&, absl::Time now) {
  if (!ledger.catalogue().sites.contains(command.site)) {
    return Refuse(Reason::kUnknownSite, absl::StrCat("there is no site \"", command.site, "\""),
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

}  // namespace

absl::StatusOr<Verdict> Decide(const Ledger& ledger, const JobRows& rows, const Command& command,
                               const std::string& actor, absl::Time now) {
  if (ledger.revision() == 0 && !std::holds_alternative<AdoptCatalogue>(command)) {
    return absl::FailedPreconditionError("the ledger is empty: adopt a catalogue first");
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
