#ifndef MESOLYS_TESTS_CLIENT_WORLD_FACTS_H_
#define MESOLYS_TESTS_CLIENT_WORLD_FACTS_H_

// What ClientWorld is made of: its catalogue and its jobs. Pure.

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/values/usage_record.h"
#include "scheduler/core/facts/catalogue.h"

namespace mesolys::client {

// Sites psmn and p2chpd, each with a cluster of its name; months of 2026 and 2027 in UTC. A
// core-hour is worth an hour, one of an a100 40.
Catalogue WorldCatalogue();

// Of cluster psmn, by id: 4000 to 4006 of proj_a (4001 was suspended for half an hour, 4002 lost
// its node, 4003 and 4006 run, 4004 began before the grants) and 4100 of Old.Account, which nobody
// has taken.
std::vector<UsageRecord> WorldJobs();

// A finished job of proj_a on so many cores, submitted an hour before it began.
UsageRecord FinishedJob(int64_t id, absl::string_view start, absl::string_view end, int64_t cores);

// "2026-11-21T09:00:00Z"; aborts on anything else.
absl::Time TimeOf(absl::string_view rfc3339);

}  // namespace mesolys::client

#endif  // MESOLYS_TESTS_CLIENT_WORLD_FACTS_H_
