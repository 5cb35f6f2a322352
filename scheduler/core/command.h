#ifndef MESOLYS_SCHEDULER_CORE_COMMAND_H_
#define MESOLYS_SCHEDULER_CORE_COMMAND_H_

// What somebody wants to happen. The policy turns a command into events or a refusal. Pure values.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/core/catalogue.h"
#include "scheduler/core/event.h"
#include "scheduler/core/job.h"
#include "scheduler/core/project.h"
#include "scheduler/core/request.h"

namespace mesolys {

struct AdoptCatalogue {
  Catalogue catalogue;
  std::string text;
  std::string digest;
};

struct CreateProject {
  Project project;
};

struct LinkAccount {
  std::string project;
  std::string cluster;
  std::string account;
  std::string etag;  // empty: whatever the project is now
};

struct AddMember {
  std::string project;
  Member member;
};

// The number and the requester are the policy's to set.
struct SubmitRequest {
  Request request;
};

struct ReportUsage {
  std::string site;
  std::vector<UsageRecord> records;
  std::vector<RejectedRecord> malformed;  // records that could not even be parsed, by index
  std::vector<int> indexes;               // the place of each of `records` within the report
};

// Charges anew the next page of an account's jobs. Made by the engine, which reads the page from
// the store after the cursor that the ledger keeps.
struct ResettleJobs {
  std::string cluster;
  std::string account;
  std::vector<JobKey> page;
  int64_t ledger_revision = 0;  // of the fold whose cursor the page follows
};

// More of the same grant; sites empty: where it is already.
struct SupplementGrant {
  int64_t grant = 0;
  Amount amount;
  std::vector<std::string> sites;
  std::string reason;
};

// A later end; the hours that are left move into the months added.
struct ExtendGrant {
  int64_t grant = 0;
  absl::Time end;
  std::string reason;
};

// Hours that are left go to another grant of the same resource, or to a project as a new one.
struct TransferHours {
  int64_t grant = 0;
  Amount amount;
  int64_t to_grant = 0;
  std::string to_project;
  std::string reason;
};

// Hours that are left in `grant` pay the overdraft of an earlier grant of the project.
struct AdjustOverdraft {
  int64_t grant = 0;
  int64_t overdrawn = 0;
  Amount amount;
  std::string reason;
};

struct ReleaseHours {
  int64_t grant = 0;
  Amount amount;
  std::string reason;
};

struct RevokeGrant {
  int64_t grant = 0;
  std::string reason;
};

// An overdraft that nobody will pay.
struct WriteOffOverdraft {
  int64_t grant = 0;
  Amount amount;
  std::string reason;
};

// What was used at a site before the ledger began.
struct PostOpeningBalance {
  int64_t grant = 0;
  std::string site;
  Amount amount;
  std::string reason;
};

// What a site read back, as cumulative ceilings and use by grant. Says nothing new unless a
// reduction waits for it.
struct ConfirmCeilings {
  std::string site;
  int64_t generation = 0;         // that is in force there
  std::vector<HeldCeiling> held;  // max(set, used + committed), by grant
};

// Goes on without the confirmation of a silent site.
struct WriteOffSite {
  std::string site;
  std::string reason;
};

struct RefundJob {
  JobKey job;
  std::string reason;
};

struct DeclareWindow {
  SiteWindow window;
};

using Command =
    std::variant<AdoptCatalogue, CreateProject, LinkAccount, AddMember, SubmitRequest, ReportUsage,
                 ResettleJobs, SupplementGrant, ExtendGrant, TransferHours, AdjustOverdraft,
                 ReleaseHours, RevokeGrant, WriteOffOverdraft, PostOpeningBalance, ConfirmCeilings,
                 WriteOffSite, RefundJob, DeclareWindow>;

// The command in one text that is the same for equal commands: what its digest is taken of.
std::string CanonicalText(const Command& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_COMMAND_H_
