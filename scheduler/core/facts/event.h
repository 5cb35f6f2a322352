#ifndef MESOLYS_SCHEDULER_CORE_FACTS_EVENT_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_EVENT_H_

// A recorded fact. Events carry every amount, rate and reason that they rest on, so that the fold
// needs nothing else and never changes its mind. `kNumber` is its place in StoredEvent: never used
// again for another. Pure values.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proto/values/reason.h"
#include "scheduler/core/facts/catalogue.h"
#include "scheduler/core/facts/dismissal.h"
#include "scheduler/core/facts/fields.h"
#include "scheduler/core/facts/grant.h"
#include "scheduler/core/facts/job.h"
#include "scheduler/core/facts/project.h"
#include "scheduler/core/facts/request.h"
#include "scheduler/core/facts/site_window.h"
#include "scheduler/core/facts/usage_import.h"

namespace mesolys {

struct CatalogueAdopted {
  static constexpr int kNumber = 1;

  Catalogue catalogue;
  std::string text;    // the file, for auditors
  std::string digest;  // SHA-256 of the text

  FIELDS(CatalogueAdopted, catalogue, text, digest);
};

struct ProjectCreated {
  static constexpr int kNumber = 2;

  Project project;

  FIELDS(ProjectCreated, project);
};

struct AccountLinked {
  static constexpr int kNumber = 3;

  std::string project;
  std::string cluster;
  std::string account;

  FIELDS(AccountLinked, project, cluster, account);
};

// The account bills to the project of its own name again, if there is one.
struct AccountUnlinked {
  static constexpr int kNumber = 23;

  std::string project;
  std::string cluster;
  std::string account;
  std::string reason;

  FIELDS(AccountUnlinked, project, cluster, account, reason);
};

struct MemberAdded {
  static constexpr int kNumber = 4;

  std::string project;
  Member member;

  FIELDS(MemberAdded, project, member.user, member.role, member.logins, member.term);
};

struct RequestSubmitted {
  static constexpr int kNumber = 5;

  Request request;

  FIELDS(RequestSubmitted, request);
};

struct GrantIssued {
  static constexpr int kNumber = 6;

  Grant grant;

  FIELDS(GrantIssued, grant);
};

struct RequestDecided {
  static constexpr int kNumber = 7;

  RequestOutcome outcome;

  FIELDS(RequestDecided, outcome);
};

// The project took its request back before it was decided.
struct RequestWithdrawn {
  static constexpr int kNumber = 21;

  int64_t request = 0;
  std::string reason;

  FIELDS(RequestWithdrawn, request, reason);
};

struct RejectedRecord {
  int index = 0;  // within the report
  Refusal refusal;

  FIELDS(RejectedRecord, index, refusal);
};

// Records of a site were merged into job rows; the same command wrote those rows.
struct UsageReported {
  static constexpr int kNumber = 8;

  std::string site;
  std::vector<Posting> postings;  // by key, none of 0
  int64_t record_count = 0;
  int64_t changed_count = 0;
  std::vector<RejectedRecord> rejected;
  std::string rows_digest;  // SHA-256 over the rows written, in order of their keys

  FIELDS(UsageReported, site, postings, record_count, changed_count, rejected, rows_digest);
};

// A page of an account's jobs was charged anew, because who pays for them had changed.
struct JobsResettled {
  static constexpr int kNumber = 9;

  std::string cluster;
  std::string account;
  std::optional<JobKey> last;  // of the page; nothing when the account has no job left to look at
  std::vector<Posting> postings;
  int64_t changed_count = 0;
  std::string rows_digest;

  FIELDS(JobsResettled, cluster, account, last, postings, changed_count, rows_digest);
};

// A grant was supplemented, extended, cut, ended or otherwise changed.
struct GrantChanged {
  static constexpr int kNumber = 10;

  GrantChange change;

  FIELDS(GrantChanged, change);
};

// Sites were told to lower their ceilings of a grant.
struct ReductionOrdered {
  static constexpr int kNumber = 11;

  ReductionOrder order;

  FIELDS(ReductionOrdered, order);
};

// A site lowered its ceilings and read them back; or, when `written_off`, somebody decided to go on
// without it, at the risk that it still spends `at_risk` base units of other people's hours.
struct CeilingsConfirmed {
  static constexpr int kNumber = 12;

  std::string site;
  std::vector<HeldCeiling> held;  // by grant
  bool written_off = false;
  std::vector<HeldCeiling> at_risk;  // by grant
  std::string reason;

  FIELDS(CeilingsConfirmed, site, held, written_off, at_risk, reason);
};

// A job's price was given back by hand; the same command wrote its row.
struct JobRefunded {
  static constexpr int kNumber = 13;

  JobKey job;
  std::string reason;
  std::vector<Posting> postings;
  std::string rows_digest;

  FIELDS(JobRefunded, job, reason, postings, rows_digest);
};

// A site did not work, or will not: what is lost in an incident is given back.
struct WindowDeclared {
  static constexpr int kNumber = 14;

  SiteWindow window;

  FIELDS(WindowDeclared, window);
};

struct UnderUseNoticed {
  static constexpr int kNumber = 15;

  UnderUseNotice notice;

  FIELDS(UnderUseNoticed, notice);
};

struct MemberRemoved {
  static constexpr int kNumber = 16;

  std::string project;
  std::string user;

  FIELDS(MemberRemoved, project, user);
};

// How much a member may use of a resource at a site, counted from now on; nothing for no ceiling.
struct MemberCeilingSet {
  static constexpr int kNumber = 20;

  std::string project;
  std::string user;
  std::string site;
  std::string resource;
  std::optional<Amount> amount;

  FIELDS(MemberCeilingSet, project, user, site, resource, amount);
};

// A project that asks for nothing any more; what it had stays readable.
struct ProjectArchived {
  static constexpr int kNumber = 17;

  std::string project;
  std::string reason;

  FIELDS(ProjectArchived, project, reason);
};

// In read-only mode only real use is recorded.
struct ModeSet {
  static constexpr int kNumber = 18;

  bool read_only = false;
  std::string reason;

  FIELDS(ModeSet, read_only, reason);
};

// A role of the whole mesocentre, besides those of the catalogue.
struct RoleGiven {
  static constexpr int kNumber = 19;

  std::string user;
  std::string role;
  bool taken = false;
  std::string reason;

  FIELDS(RoleGiven, user, role, taken, reason);
};

// A site was told to read a span of its accounting anew and to report it.
struct ImportOrdered {
  static constexpr int kNumber = 30;

  UsageImport import;

  FIELDS(ImportOrdered, import);
};

// It has done so, and the ledger has charged what it reported.
struct ImportEnded {
  static constexpr int kNumber = 31;

  int64_t number = 0;
  ImportResult result;

  FIELDS(ImportEnded, number, result.job_count, result.changed_count, result.rejected_count,
         result.unreadable_count, result.core_seconds, result.problem);
};

// Rows that a site set aside hold nothing back any more; nothing is charged for them.
struct RowsDismissed {
  static constexpr int kNumber = 32;

  Dismissal dismissal;

  FIELDS(RowsDismissed, dismissal);
};

using Event =
    std::variant<CatalogueAdopted, ProjectCreated, AccountLinked, MemberAdded, RequestSubmitted,
                 GrantIssued, RequestDecided, UsageReported, JobsResettled, GrantChanged,
                 ReductionOrdered, CeilingsConfirmed, JobRefunded, WindowDeclared, UnderUseNoticed,
                 MemberRemoved, ProjectArchived, ModeSet, RoleGiven, MemberCeilingSet,
                 RequestWithdrawn, AccountUnlinked, ImportOrdered, ImportEnded, RowsDismissed>;

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_EVENT_H_
