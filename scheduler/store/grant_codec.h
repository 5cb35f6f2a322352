#ifndef MESOLYS_SCHEDULER_STORE_GRANT_CODEC_H_
#define MESOLYS_SCHEDULER_STORE_GRANT_CODEC_H_

// A grant and the entries of its life, as they are stored. Any thread.

#include "mesolys/v1/event.pb.h"
#include "scheduler/core/facts/event.h"

namespace mesolys {

void Encode(const Grant& grant, v1::StoredGrant& out);
Grant DecodeGrant(const v1::StoredGrant& in);

void Encode(const GrantChange& change, v1::StoredGrantChange& out);
GrantChange DecodeChange(const v1::StoredGrantChange& in);

void Encode(const ReductionOrder& order, v1::StoredReductionOrder& out);
ReductionOrder DecodeOrder(const v1::StoredReductionOrder& in);

void Encode(const CeilingsConfirmed& event, v1::StoredCeilingsConfirmed& out);
CeilingsConfirmed DecodeConfirmed(const v1::StoredCeilingsConfirmed& in);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_GRANT_CODEC_H_
