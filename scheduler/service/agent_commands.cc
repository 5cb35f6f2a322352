#include "scheduler/service/agent_commands.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "proto/runtime/ceiling_state.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"
#include "proto/values/sentence.h"

namespace mesolys {
namespace {

constexpr int kRecordsMax = 2'000;
constexpr size_t kReportBytesMax = 1 << 20;
constexpr size_t kProblemBytesMax = 1024;

Refusal RefusalFrom(const absl::Status& status) {
  return RefusalOf(status).value_or(
      Refusal{Reason::kRecordInvalid, std::string(status.message()), {}});
}

int64_t Count(int64_t count) { return std::max<int64_t>(0, count); }

}  // namespace

absl::Status CheckReportSize(int record_count, size_t byte_count) {
  if (record_count <= kRecordsMax && byte_count <= kReportBytesMax) return absl::OkStatus();
  return Refuse(
      Reason::kTooManyRecords,
      Say("a report has at most $0 records and $1 bytes; this one $2 and $3: send it in parts",
          kRecordsMax, kReportBytesMax, record_count, byte_count),
      {{"records", absl::StrCat(record_count)}});
}

absl::StatusOr<Command> ToCommand(const v1::ReportUsageRequest& in) {
  ReportUsage command;
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  command.site = *std::move(site);
  absl::Status size = CheckReportSize(in.records_size(), in.ByteSizeLong());
  if (!size.ok()) return size;
  command.records.reserve(static_cast<size_t>(in.records_size()));
  for (int i = 0; i < in.records_size(); ++i) {
    absl::StatusOr<UsageRecord> record = FromProto(in.records(i));
    if (record.ok()) {
      command.records.push_back(*std::move(record));
      command.indexes.push_back(i);
    } else {
      command.malformed.push_back({i, RefusalFrom(record.status())});
    }
  }
  return command;
}

absl::StatusOr<Command> ToCommand(const v1::SynchronizeRequest& in) {
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  ConfirmCeilings command{*std::move(site), in.generation(), {}};
  for (const v1::Enforcement& said : in.enforcements()) {
    absl::StatusOr<NumberedName> grant = ParseGrantName(said.grant());
    // Only what was read back as in force, and use that was looked at afterwards, confirm anything;
    // the ledger bounds it either way.
    if (!grant.ok() || !IsInForce(said.state()) || !said.has_used_base_units()) {
      continue;
    }
    const auto bounded = [](int64_t units) {
      return Amount(std::clamp<int64_t>(units, 0, kAmountMax.count()));
    };
    command.read_back.push_back(
        {grant->number, bounded(said.used_base_units()), bounded(said.ceiling_base_units())});
  }
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

}  // namespace mesolys
