#ifndef MESOLYS_AGENT_LINK_SITE_STATE_PROTO_H_
#define MESOLYS_AGENT_LINK_SITE_STATE_PROTO_H_

// v1::DesiredState <-> SiteState. Pure; any thread.

#include "absl/status/statusor.h"
#include "agent/reconcile/reconcile.h"
#include "mesolys/v1/agent.pb.h"
#include "proto/runtime/convert.h"

namespace mesolys::agent {

// Beside those of the values, which these would hide.
using mesolys::FromProto;
using mesolys::ToProto;

// INVALID_ARGUMENT names the project or grant for which something is malformed or said twice.
absl::StatusOr<SiteState> FromProto(const v1::DesiredState& state);

v1::DesiredState ToProto(const SiteState& state);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LINK_SITE_STATE_PROTO_H_
