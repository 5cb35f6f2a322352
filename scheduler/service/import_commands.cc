#include "scheduler/service/import_commands.h"

#include <algorithm>

#include "proto/runtime/convert.h"
#include "proto/values/names.h"

namespace mesolys {
namespace {

constexpr size_t kProblemBytesMax = 1024;

int64_t Count(int64_t count) { return std::max<int64_t>(0, count); }

}  // namespace

absl::StatusOr<Command> ToCommand(const v1::ImportUsageRequest& in) {
  OrderImport command;
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  absl::StatusOr<Period> period = FromProto(in.period());
  if (!period.ok()) return period.status();
  command.import.site = *std::move(site);
  command.import.period = *period;
  return command;
}

Command ToCommand(const std::string& site, const v1::EndedImport& in) {
  const v1::ImportResult& said = in.result();
  EndImport command{site, in.number(), {}};
  command.result = {Count(said.job_count()),      Count(said.changed_count()),
                    Count(said.rejected_count()), Count(said.unreadable_count()),
                    Count(said.core_seconds()),   said.problem().substr(0, kProblemBytesMax)};
  return command;
}

v1::UsageImport ImportView(const ImportEntry& entry) {
  v1::UsageImport out;
  out.set_site(SiteName(entry.import.site));
  out.set_number(entry.import.number);
  *out.mutable_period() = ToProto(entry.import.period);
  *out.mutable_order_time() = ToProto(entry.order_time);
  out.set_state(v1::UsageImport::ORDERED);
  if (!entry.result.has_value()) return out;
  const ImportResult& result = *entry.result;
  out.set_state(result.problem.empty() ? v1::UsageImport::DONE : v1::UsageImport::FAILED);
  *out.mutable_end_time() = ToProto(entry.end_time);
  v1::ImportResult& shown = *out.mutable_result();
  shown.set_job_count(result.job_count);
  shown.set_changed_count(result.changed_count);
  shown.set_rejected_count(result.rejected_count);
  shown.set_unreadable_count(result.unreadable_count);
  shown.set_core_seconds(result.core_seconds);
  shown.set_problem(result.problem);
  return out;
}

}  // namespace mesolys
