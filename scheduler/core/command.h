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

using Command = std::variant<AdoptCatalogue, CreateProject, LinkAccount, AddMember, SubmitRequest,
                             ReportUsage, ResettleJobs>;

// The command in one text that is the same for equal commands: what its digest is taken of.
std::string CanonicalText(const Command& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_COMMAND_H_
