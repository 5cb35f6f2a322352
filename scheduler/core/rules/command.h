#ifndef MESOLYS_SCHEDULER_CORE_RULES_COMMAND_H_
#define MESOLYS_SCHEDULER_CORE_RULES_COMMAND_H_

// What somebody wants to happen. The policy turns a command into events or a refusal. Pure values.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/core/facts/catalogue.h"
#include "scheduler/core/facts/event.h"
#include "scheduler/core/facts/job.h"
#include "scheduler/core/facts/project.h"
#include "scheduler/core/facts/request.h"
#include "scheduler/core/facts/usage_import.h"

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

struct UnlinkAccount {
  std::string project;
  std::string cluster;
  std::string account;
  std::string etag;  // as in LinkAccount
  std::string reason;
};

struct AddMember {
  std::string project;
  Member member;
};

// The number and the requester are the policy's to set.
struct SubmitRequest {
  Request request;
};

// The project takes back a request that waits.
struct WithdrawRequest {
  int64_t request = 0;
  std::string reason;
};

// The committee's answer to a request that waits: so much of each line, or, without any, nothing.
struct DecideRequest {
  int64_t request = 0;
  std::map<std::string, Amount> awards;  // by resource
  std::string reason;
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

// What a site says of a grant: all of it cumulative.
struct ReadBackCeiling {
  int64_t grant = 0;
  Amount used;       // and committed, looked at after the ceiling was set
  Amount ceiling{};  // that is set
};

// What a site read back; a grant that it does not speak of is not confirmed. Says nothing new
// unless a reduction waits for it.
struct ConfirmCeilings {
  std::string site;
  int64_t generation = 0;  // that is in force there
  std::vector<ReadBackCeiling> read_back;
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

// A ceiling of the grant goes down at one site and, once confirmed, up at another.
struct MoveCeiling {
  int64_t grant = 0;
  std::string from_site;
  std::string to_site;
  Amount amount;
};

// Tells the project of a grant that it is too late, if it is.
struct NoticeUnderUse {
  int64_t grant = 0;
};

// Takes back what a noticed grant should have used, if it is still too late.
struct GiveBackUnused {
  int64_t grant = 0;
};

struct RemoveMember {
  std::string project;
  std::string user;
};

// Nothing for no ceiling.
struct SetMemberCeiling {
  std::string project;
  std::string user;
  std::string site;
  std::string resource;
  std::optional<Amount> amount;
};

struct ArchiveProject {
  std::string project;
  std::string reason;
};

struct SetMode {
  bool read_only = false;
  std::string reason;
};

struct GiveRole {
  std::string user;
  std::string role;
  bool taken = false;
  std::string reason;
};

// The number is the policy's to set.
struct OrderImport {
  UsageImport import;
};

// What a site says of an import that it has done.
struct EndImport {
  std::string site;
  int64_t number = 0;
  ImportResult result;
};

using Command =
    std::variant<AdoptCatalogue, CreateProject, LinkAccount, AddMember, SubmitRequest, ReportUsage,
                 ResettleJobs, SupplementGrant, ExtendGrant, TransferHours, AdjustOverdraft,
                 ReleaseHours, RevokeGrant, WriteOffOverdraft, PostOpeningBalance, ConfirmCeilings,
                 WriteOffSite, RefundJob, DeclareWindow, MoveCeiling, NoticeUnderUse,
                 GiveBackUnused, RemoveMember, ArchiveProject, SetMode, GiveRole, SetMemberCeiling,
                 WithdrawRequest, DecideRequest, UnlinkAccount, OrderImport, EndImport>;

// The command in one text that is the same for equal commands: what its digest is taken of.
std::string CanonicalText(const Command& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_COMMAND_H_
