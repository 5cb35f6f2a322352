#ifndef MESOLYS_PROTO_RUNTIME_CEILING_STATE_H_
#define MESOLYS_PROTO_RUNTIME_CEILING_STATE_H_

// Pure; any thread.

#include "mesolys/v1/grant.pb.h"

namespace mesolys {

// Whether a site was read back to let no more begin than the ceiling.
inline bool IsInForce(v1::Ceiling::State state) {
  return state == v1::Ceiling::ENFORCED || state == v1::Ceiling::TIGHTER;
}

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_CEILING_STATE_H_
