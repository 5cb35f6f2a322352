#ifndef MESOLYS_TESTS_SCHEDULER_SERVICE_SERVICE_WORLD_H_
#define MESOLYS_TESTS_SCHEDULER_SERVICE_SERVICE_WORLD_H_

// The small mesocentre of these tests. Sites psmn (clusters east and west; cpu, gpu-a100,
// storage-work) and p2chpd (cluster north; cpu). Of the whole mesocentre: olga (operator), carl
// (committee), alba (auditor). Projects: chair (PI claire, supervisor sonia, researcher rosa),
// below it alpha (PI paul, researchers rita and rene, supervisor sven) and beta (PI bea), and
// beside them zeta (PI zoe). Pure.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/facts/catalogue.h"
#include "scheduler/core/facts/project.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// 2026-06-15 12:00 UTC, when the tests begin.
absl::Time WorldTime();

// Months of 2026 and 2027, in UTC.
Catalogue WorldCatalogue();

// The parent comes before its children. All may hold grants in 2026 and 2027.
std::vector<Project> WorldProjects();

struct Membership {
  std::string project;
  Member member;
};
// Besides the PIs. Their logins: paul1, rita1, rene1 and sven1 at psmn.
std::vector<Membership> WorldMembers();

// All of it.
Ledger WorldLedger();

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_SERVICE_SERVICE_WORLD_H_
