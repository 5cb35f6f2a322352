#ifndef MESOLYS_SCHEDULER_CORE_FACTS_EVENT_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_EVENT_H_

// A recorded fact. Events carry every amount, rate and reason that they rest on, so that the fold
// needs nothing else and never changes its mind. Pure values.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proto/values/reason.h"
#include "scheduler/core/facts/catalogue.h"
#include "scheduler/core/facts/grant.h"
#include "scheduler/core/facts/job.h"
#include "scheduler/core/facts/project.h"
#include "scheduler/core/facts/request.h"
#include "scheduler/core/facts/site_window.h"
#include "scheduler/core/facts/usage_import.h"

namespace mesolys {

struct CatalogueAdopted {
  Catalogue catalogue;
  std::string text;    // the file, for auditors
  std::string digest;  // SHA-256 of the text

  friend bool operator==(const CatalogueAdopted&, const CatalogueAdopted&) = default;
};

struct ProjectCreated {
  Project project;

  friend bool operator==(const ProjectCreated&, const ProjectCreated&) = default;
};

struct AccountLinked {
  std::string project;
  std::string cluster;
  std::string account;

  friend bool operator==(const AccountLinked&, const AccountLinked&) = default;
};

// The account bills to the project of its own name again, if there is one.
struct AccountUnlinked {
  std::string project;
  std::string cluster;
  std::string account;
  std::string reason;

  friend bool operator==(const AccountUnlinked&, const AccountUnlinked&) = default;
};

struct MemberAdded {
  std::string project;
  Member member;

  friend bool operator==(const MemberAdded&, const MemberAdded&) = default;
};

struct RequestSubmitted {
  Request request;

  friend bool operator==(const RequestSubmitted&, const RequestSubmitted&) = default;
};

struct GrantIssued {
  Grant grant;

  friend bool operator==(const GrantIssued&, const GrantIssued&) = default;
};

struct RequestDecided {
  RequestOutcome outcome;

  friend bool operator==(const RequestDecided&, const RequestDecided&) = default;
};

// The project took its request back before it was decided.
struct RequestWithdrawn {
  int64_t request = 0;
  std::string reason;

  friend bool operator==(const RequestWithdrawn&, const RequestWithdrawn&) = default;
};

struct RejectedRecord {
  int index = 0;  // within the report
  Refusal refusal;

  friend bool operator==(const RejectedRecord&, const RejectedRecord&) = default;
};

// Records of a site were merged into job rows; the same command wrote those rows.
struct UsageReported {
  std::string site;
  std::vector<Posting> postings;  // by key, none of 0
  int64_t record_count = 0;
  int64_t changed_count = 0;
  std::vector<RejectedRecord> rejected;
  std::string rows_digest;  // SHA-256 over the rows written, in order of their keys

  friend bool operator==(const UsageReported&, const UsageReported&) = default;
};

// A page of an account's jobs was charged anew, because who pays for them had changed.
struct JobsResettled {
  std::string cluster;
  std::string account;
  std::optional<JobKey> last;  // of the page; nothing when the account has no job left to look at
  std::vector<Posting> postings;
  int64_t changed_count = 0;
  std::string rows_digest;

  friend bool operator==(const JobsResettled&, const JobsResettled&) = default;
};

// A grant was supplemented, extended, cut, ended or otherwise changed.
struct GrantChanged {
  GrantChange change;

  friend bool operator==(const GrantChanged&, const GrantChanged&) = default;
};

// Sites were told to lower their ceilings of a grant.
struct ReductionOrdered {
  ReductionOrder order;

  friend bool operator==(const ReductionOrdered&, const ReductionOrdered&) = default;
};

// A site lowered its ceilings and read them back; or, when `written_off`, somebody decided to go on
// without it, at the risk that it still spends `at_risk` base units of other people's hours.
struct CeilingsConfirmed {
  std::string site;
  std::vector<HeldCeiling> held;  // by grant
  bool written_off = false;
  std::vector<HeldCeiling> at_risk;  // by grant
  std::string reason;

  friend bool operator==(const CeilingsConfirmed&, const CeilingsConfirmed&) = default;
};

// A job's price was given back by hand; the same command wrote its row.
struct JobRefunded {
  JobKey job;
  std::string reason;
  std::vector<Posting> postings;
  std::string rows_digest;

  friend bool operator==(const JobRefunded&, const JobRefunded&) = default;
};

// A site did not work, or will not: what is lost in an incident is given back.
struct WindowDeclared {
  SiteWindow window;

  friend bool operator==(const WindowDeclared&, const WindowDeclared&) = default;
};

struct UnderUseNoticed {
  UnderUseNotice notice;

  friend bool operator==(const UnderUseNoticed&, const UnderUseNoticed&) = default;
};

struct MemberRemoved {
  std::string project;
  std::string user;

  friend bool operator==(const MemberRemoved&, const MemberRemoved&) = default;
};

// How much a member may use of a resource at a site, counted from now on; nothing for no ceiling.
struct MemberCeilingSet {
  std::string project;
  std::string user;
  std::string site;
  std::string resource;
  std::optional<Amount> amount;

  friend bool operator==(const MemberCeilingSet&, const MemberCeilingSet&) = default;
};

// A project that asks for nothing any more; what it had stays readable.
struct ProjectArchived {
  std::string project;
  std::string reason;

  friend bool operator==(const ProjectArchived&, const ProjectArchived&) = default;
};

// In read-only mode only real use is recorded.
struct ModeSet {
  bool read_only = false;
  std::string reason;

  friend bool operator==(const ModeSet&, const ModeSet&) = default;
};

// A role of the whole mesocentre, besides those of the catalogue.
struct RoleGiven {
  std::string user;
  std::string role;
  bool taken = false;
  std::string reason;

  friend bool operator==(const RoleGiven&, const RoleGiven&) = default;
};

// A site was told to read a span of its accounting anew and to report it.
struct ImportOrdered {
  UsageImport import;

  friend bool operator==(const ImportOrdered&, const ImportOrdered&) = default;
};

// It has done so, and the ledger has charged what it reported.
struct ImportEnded {
  int64_t number = 0;
  ImportResult result;

  friend bool operator==(const ImportEnded&, const ImportEnded&) = default;
};

using Event =
    std::variant<CatalogueAdopted, ProjectCreated, AccountLinked, MemberAdded, RequestSubmitted,
                 GrantIssued, RequestDecided, UsageReported, JobsResettled, GrantChanged,
                 ReductionOrdered, CeilingsConfirmed, JobRefunded, WindowDeclared, UnderUseNoticed,
                 MemberRemoved, ProjectArchived, ModeSet, RoleGiven, MemberCeilingSet,
                 RequestWithdrawn, AccountUnlinked, ImportOrdered, ImportEnded>;

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_EVENT_H_
