#ifndef MESOLYS_SCHEDULER_CORE_RULES_COMMAND_H_
#define MESOLYS_SCHEDULER_CORE_RULES_COMMAND_H_

// What somebody wants to happen. Each command stands with its rule. Pure values.

#include <variant>

#include "scheduler/core/rules/confirmation_rules.h"
#include "scheduler/core/rules/grant_rules.h"
#include "scheduler/core/rules/import_rules.h"
#include "scheduler/core/rules/office_rules.h"
#include "scheduler/core/rules/project_rules.h"
#include "scheduler/core/rules/reduction_rules.h"
#include "scheduler/core/rules/request_rules.h"
#include "scheduler/core/rules/under_use.h"
#include "scheduler/core/rules/usage_rules.h"

namespace mesolys {

using Command =
    std::variant<AdoptCatalogue, CreateProject, LinkAccount, AddMember, SubmitRequest, ReportUsage,
                 ResettleJobs, SupplementGrant, ExtendGrant, TransferHours, AdjustOverdraft,
                 ReleaseHours, RevokeGrant, WriteOffOverdraft, PostOpeningBalance, ConfirmCeilings,
                 WriteOffSite, RefundJob, DeclareWindow, MoveCeiling, NoticeUnderUse,
                 GiveBackUnused, RemoveMember, ArchiveProject, SetMode, GiveRole, SetMemberCeiling,
                 WithdrawRequest, DecideRequest, UnlinkAccount, OrderImport, EndImport,
                 DismissRows>;

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_COMMAND_H_
