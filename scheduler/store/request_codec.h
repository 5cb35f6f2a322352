#ifndef MESOLYS_SCHEDULER_STORE_REQUEST_CODEC_H_
#define MESOLYS_SCHEDULER_STORE_REQUEST_CODEC_H_

// Requests, and what was decided of them, as they are stored. Pure; any thread.

#include "mesolys/v1/event.pb.h"
#include "scheduler/core/facts/request.h"

namespace mesolys {

void Encode(const Request& request, v1::StoredRequest& out);
Request DecodeRequest(const v1::StoredRequest& in);

void Encode(const RequestOutcome& outcome, v1::StoredRequestDecided& out);
RequestOutcome DecodeOutcome(const v1::StoredRequestDecided& in);

void Encode(const Refusal& refusal, v1::StoredRefusal& out);
Refusal DecodeRefusal(const v1::StoredRefusal& in);

using StoredCurve = google::protobuf::RepeatedPtrField<v1::StoredUsagePoint>;
void EncodeCurve(const UsageCurve& curve, StoredCurve& out);
UsageCurve DecodeCurve(const StoredCurve& in);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_REQUEST_CODEC_H_
