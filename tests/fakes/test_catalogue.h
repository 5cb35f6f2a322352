#ifndef MESOLYS_TESTS_FAKES_TEST_CATALOGUE_H_
#define MESOLYS_TESTS_FAKES_TEST_CATALOGUE_H_

// A small mesocentre whose numbers can be checked by hand: three sites, months of 2026 and 2027 in
// UTC.
//
//   site   clusters  certified  cpu  GPUs              storage-work  support
//   north  n1 n2     iso        100  4 a100 (8 cores)  10 TB         1 at 20 %
//   south  s1        iso hds     50  2 a100 (8 cores)   4 TB
//   east   e1                    20  4 v100 (GPU jobs pay no cpu)
//
// Programmes: chair (dynamic and calls), phd-track (dynamic, 366 days), greenhouse (dynamic, 184
// days, supervised teams of 2 or 3), targeted-call (calls only). One core-second is 0.02 normalised
// seconds, a v100's 1, an a100's 2. olga is operator, aude auditor. Pure; any thread.

#include <string>

#include "absl/time/time.h"
#include "scheduler/core/facts/catalogue.h"
#include "scheduler/core/facts/project.h"
#include "scheduler/core/rules/command.h"

namespace mesolys {

inline constexpr char kOlga[] = "spiffe://mesolys/user/olga";

// Midnight in UTC.
absl::Time Day(int year, int month, int day = 1);

// 2026-06-15 12:00 UTC, when most tests begin.
absl::Time TestTime();

Catalogue TestCatalogue();

// The command that adopts it; the digest stands for a file that there is not.
AdoptCatalogue AdoptTestCatalogue();

// p2chpd, pmcs2i and psmn, each a cluster of 100,000 cores and 10,000 a100, all of it for dynamic
// access of programme chair. One core-second is 0.01 normalised seconds, an a100's 0.5.
Catalogue ThreeOpenSites();

// Of ENS de Lyon, open data, 2026 and 2027; its PI is `pi`.
Project TestProject(const std::string& id, const std::string& pi = "paul",
                    const std::string& programme = "chair");

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_TEST_CATALOGUE_H_
