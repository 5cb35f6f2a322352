#ifndef MESOLYS_SCHEDULER_CORE_EVENT_H_
#define MESOLYS_SCHEDULER_CORE_EVENT_H_

// A recorded fact. Events carry every amount, rate and reason that they rest on, so that the fold
// needs nothing else and never changes its mind. Pure values.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proto/values/reason.h"
#include "scheduler/core/catalogue.h"
#include "scheduler/core/grant.h"
#include "scheduler/core/job.h"
#include "scheduler/core/project.h"
#include "scheduler/core/request.h"

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

using Event =
    std::variant<CatalogueAdopted, ProjectCreated, AccountLinked, MemberAdded, RequestSubmitted,
                 GrantIssued, RequestDecided, UsageReported, JobsResettled>;

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_EVENT_H_
