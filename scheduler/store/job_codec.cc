#include "scheduler/store/job_codec.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "mesolys/v1/stored.pb.h"

namespace mesolys {
namespace {

// Whether every number that stands for a word is one that this version knows.
bool SaysKnownWords(const v1::StoredRecord& record, const v1::StoredCharges& charges) {
  return record.state() >= static_cast<int>(JobState::kUnspecified) &&
         record.state() <= static_cast<int>(JobState::kOther) &&
         std::all_of(charges.charges().begin(), charges.charges().end(), [](const auto& charge) {
           return charge.kind() >= static_cast<int>(ChargeKind::kSettled) &&
                  charge.kind() <= static_cast<int>(ChargeKind::kRefund) &&
                  charge.basis() >= static_cast<int>(ChargeBasis::kAllocated) &&
                  charge.basis() <= static_cast<int>(ChargeBasis::kOperator);
         });
}

}  // namespace

JobRowKey RowKeyOf(const JobKey& key) {
  return {key.cluster, key.job_id, absl::ToUnixSeconds(key.submit_time)};
}

JobRow EncodeJob(const Job& job, int64_t revision) {
  const UsageRecord& record = job.record;
  v1::StoredRecord stored;
  stored.set_user(record.user);
  stored.set_partition(record.partition);
  stored.set_qos(record.qos);
  stored.set_state(static_cast<int>(record.state));
  stored.set_cancelled_by_uid(record.cancelled_by_uid);
  stored.set_start(absl::ToUnixSeconds(record.start_time));
  stored.set_end(absl::ToUnixSeconds(record.end_time));
  stored.set_suspended_seconds(record.suspended_seconds);
  stored.set_time_limit_seconds(record.time_limit_seconds);
  stored.set_core_count(record.core_count);
  for (const auto& [model, count] : record.gpu_counts) {
    (*stored.mutable_gpu_counts())[model] = count;
  }
  stored.set_memory_bytes(record.memory_bytes);
  stored.set_node_count(record.node_count);
  stored.set_observe_time(absl::ToUnixSeconds(record.observe_time));
  stored.set_is_runaway(record.is_runaway);
  stored.mutable_parts_per_gpu()->insert(record.parts_per_gpu.begin(), record.parts_per_gpu.end());
  v1::StoredCharges charges;
  charges.set_project(job.project);
  charges.set_site(job.site);
  for (const Charge& charge : job.charges) {
    v1::StoredCharge& out = *charges.add_charges();
    out.set_grant(charge.grant);
    out.set_resource(charge.resource);
    out.set_kind(static_cast<int>(charge.kind));
    out.set_amount(charge.amount.count());
    out.set_basis(static_cast<int>(charge.basis));
  }
  return {RowKeyOf(record.key), record.account, revision, stored.SerializeAsString(),
          charges.SerializeAsString()};
}

absl::StatusOr<Job> DecodeJob(const JobRow& row) {
  v1::StoredRecord stored;
  v1::StoredCharges charges;
  if (!stored.ParseFromString(row.record) || !charges.ParseFromString(row.charges) ||
      !SaysKnownWords(stored, charges)) {
    return absl::DataLossError(absl::StrCat("the row of job ", row.key.job_id, " of cluster ",
                                            row.key.cluster, " cannot be read"));
  }
  Job job;
  UsageRecord& record = job.record;
  record.key = {row.key.cluster, row.key.job_id, absl::FromUnixSeconds(row.key.submit_time)};
  record.account = row.account;
  record.user = stored.user();
  record.partition = stored.partition();
  record.qos = stored.qos();
  record.state = static_cast<JobState>(stored.state());
  record.cancelled_by_uid = stored.cancelled_by_uid();
  record.start_time = absl::FromUnixSeconds(stored.start());
  record.end_time = absl::FromUnixSeconds(stored.end());
  record.suspended_seconds = stored.suspended_seconds();
  record.time_limit_seconds = stored.time_limit_seconds();
  record.core_count = stored.core_count();
  record.gpu_counts = {stored.gpu_counts().begin(), stored.gpu_counts().end()};
  record.memory_bytes = stored.memory_bytes();
  record.node_count = stored.node_count();
  record.observe_time = absl::FromUnixSeconds(stored.observe_time());
  record.is_runaway = stored.is_runaway();
  record.parts_per_gpu = {stored.parts_per_gpu().begin(), stored.parts_per_gpu().end()};
  job.project = charges.project();
  job.site = charges.site();
  for (const v1::StoredCharge& charge : charges.charges()) {
    job.charges.push_back({charge.grant(), charge.resource(),
                           static_cast<ChargeKind>(charge.kind()), Amount(charge.amount()),
                           static_cast<ChargeBasis>(charge.basis())});
  }
  return job;
}

}  // namespace mesolys
