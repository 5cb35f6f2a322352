#ifndef MESOLYS_PROTO_RUNTIME_CONVERT_H_
#define MESOLYS_PROTO_RUNTIME_CONVERT_H_

// Messages of the contract <-> values. From a message is parsing: what it says may be hostile, so
// it answers INVALID_ARGUMENT and never aborts. Any thread.

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mesolys/v1/site.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "mesolys/v1/values.pb.h"
#include "proto/values/gpu_part.h"
#include "proto/values/period.h"
#include "proto/values/reason.h"
#include "proto/values/usage_record.h"

namespace mesolys {

// Nanoseconds are kept. The year is 1 to 9999: a time beyond is refused on the way in, and moved to
// the edge on the way out.
google::protobuf::Timestamp ToProto(absl::Time time);
absl::StatusOr<absl::Time> FromProto(const google::protobuf::Timestamp& time);

// In: both ends given, in whole seconds, the end after the start.
v1::Period ToProto(const Period& period);
absl::StatusOr<Period> FromProto(const v1::Period& period);

// In: every time given; whole seconds for submit, start and end. CheckUsageRecord is the caller's.
v1::UsageRecord ToProto(const UsageRecord& record);
absl::StatusOr<UsageRecord> FromProto(const v1::UsageRecord& record);

v1::GpuPart ToProto(const GpuPart& part);

v1::Refusal ToProto(const Refusal& refusal);
Refusal FromProto(const v1::Refusal& refusal);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_CONVERT_H_
