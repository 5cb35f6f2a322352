#include "agent/slurm/check/runaway_facts.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/sacct.h"
#include "proto/values/job_state.h"

namespace mesolys::agent {
namespace {

constexpr size_t kShownMax = 10;
// One that has begun or ended between the two questions is none.
constexpr absl::Duration kYoung = absl::Minutes(10);

}  // namespace

std::vector<UsageRecord> RunningOf(absl::string_view sacct, absl::Time now) {
  const absl::StatusOr<SacctText> text = SacctText::Create(SacctProgramFormat());
  std::vector<UsageRecord> running;
  for (const absl::string_view line : absl::StrSplit(sacct, '\n')) {
    absl::StatusOr<std::optional<UsageRecord>> record =
        text->Parse(line, absl::FromUnixSeconds(absl::ToUnixSeconds(now)));
    const bool runs = record.ok() && record->has_value() && !IsTerminal((*record)->state);
    if (runs) running.push_back(**std::move(record));
  }
  return running;
}

absl::StatusOr<HeldJobs> HeldOf(absl::string_view squeue) {
  HeldJobs held;
  for (const absl::string_view line : absl::StrSplit(squeue, '\n')) {
    if (!IsJobLine(line)) continue;
    if (absl::Status added = AddHeldJob({line, false, true}, held); !added.ok()) return added;
  }
  return held;
}

Finding CheckRunaways(const std::string& cluster, const std::vector<UsageRecord>& running,
                      const absl::StatusOr<HeldJobs>& held, absl::Time now) {
  const std::string subject = absl::StrCat(cluster, ": runaway jobs");
  if (!held.ok()) {
    return Warn(subject,
                absl::StrCat("nobody can tell: ", held.status().message(),
                             ": a job without an end is charged up to its time limit"),
                "squeue = its path, under [collector] in agent.toml");
  }
  std::vector<int64_t> ids;
  int64_t count = 0;
  for (const UsageRecord& record : running) {
    const bool is_old = now - record.start_time > kYoung;
    if (record.key.cluster != cluster || !is_old || held->Has(record.key)) continue;
    ++count;
    if (ids.size() < kShownMax) ids.push_back(record.key.job_id);
  }
  if (count == 0) return Pass(subject, "none: slurmctld has every job that runs by accounting");
  return Warn(subject,
              absl::StrCat(count, ", among them ", absl::StrJoin(ids, ", "),
                           ": they run by accounting, and slurmctld has them no more. They are "
                           "charged up to when it was seen to have them"),
              absl::StrCat("sacctmgr show runawayjobs cluster=", cluster, ", and y: it ends them"));
}

}  // namespace mesolys::agent
