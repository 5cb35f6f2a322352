#ifndef MESOLYS_PROTO_RUNTIME_STATUS_H_
#define MESOLYS_PROTO_RUNTIME_STATUS_H_

// absl::Status <-> grpc::Status. A refusal (proto/values/reason) becomes a google.rpc.ErrorInfo of
// domain "mesolys" and comes back as the same refusal; what its text was made of goes beside it as
// a mesolys.v1.Sentence. Texts are cut at 4 KiB: they travel as metadata, and a longer one would
// replace the error by RESOURCE_EXHAUSTED. Any thread.

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace mesolys {

grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_STATUS_H_
