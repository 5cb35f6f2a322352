#ifndef MESOLYS_CLIENT_USAGE_JOB_H_
#define MESOLYS_CLIENT_USAGE_JOB_H_

// One job and its price: the cells that the list of jobs shows too, and the verbs of `mesolys
// usage` that speak of one job. One thread; the cells are pure.

#include <cstdint>
#include <map>
#include <string>

#include "client/frame/command_tree.h"
#include "client/show/output.h"
#include "mesolys/v1/usage.pb.h"

namespace mesolys::client {

Cell JobStateCell(const v1::UsageRecord& record);
// How long the job held its allocation; 0 where the record cannot be right.
Cell JobElapsedCell(const v1::UsageRecord& record);
// "a100 x2"; a GPU without a model is "gpu".
Cell JobGpusCell(const v1::UsageRecord& record);
// What the job cost, by resource: settled and in flight, less what was given back. Base units.
std::map<std::string, int64_t> JobChargedAmounts(const v1::Job& job);
Cell JobChargedCell(const v1::Job& job);

// The part of it that no grant covers.
std::map<std::string, int64_t> JobUncoveredAmounts(const v1::Job& job);
Cell JobUncoveredCell(const v1::Job& job);

// For AddUsage, whose noun it is.
void AddJob(CommandTree& tree, CLI::App& noun);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_USAGE_JOB_H_
