#ifndef MESOLYS_SCHEDULER_SERVICE_HANDLERS_H_
#define MESOLYS_SCHEDULER_SERVICE_HANDLERS_H_

// The shapes that a handler of a service for people has: a look at the durable fold, and a change.
// Each authorizes, converts, and never blocks. gRPC's threads.

#include <string>
#include <utility>
#include <vector>

#include "proto/runtime/convert.h"
#include "proto/runtime/methods.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/service/reading.h"
#include "scheduler/service/reply.h"
#include "scheduler/service/services.h"

namespace mesolys {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

inline absl::StatusOr<AccessTarget> Everything() { return AccessTarget{}; }

inline absl::StatusOr<AccessTarget> OfProject(const std::string& name) {
  absl::StatusOr<std::string> id = ParseProjectName(name);
  if (!id.ok()) return id.status();
  return AccessTarget{*std::move(id), ""};
}

inline absl::StatusOr<AccessTarget> OfNumbered(const absl::StatusOr<NumberedName>& name) {
  if (!name.ok()) return name.status();
  return AccessTarget{name->project, ""};
}

class Handlers {
 public:
  explicit Handlers(const ServiceNeeds& needs)
      : engine_(needs.engine), sessions_(needs.sessions), queries_(needs.queries) {}

 protected:
  // The caller's identity, if they may make this call for `target`.
  template <typename In>
  absl::StatusOr<std::string> Allowed(const Context& context, const In&,
                                      const absl::StatusOr<AccessTarget>& target) const {
    if (!target.ok()) return target.status();
    return mesolys::Allowed(context, engine_, MethodOf<In>().name, *target);
  }

  // A read of what the caller may see.
  template <typename In, typename Out>
  Reactor* Look(Context* context, const absl::StatusOr<AccessTarget>& target, const In& in,
                Out& out, absl::Status (*read)(const Reading&, const In&, Out&)) {
    const absl::StatusOr<std::string> identity = PeerIdentity(*context);
    if (!identity.ok()) return Reply(context, identity.status());
    if (!target.ok()) return Reply(context, target.status());
    const absl::Time now = engine_.Now();
    return Reply(context, engine_.Read([&](const Ledger& ledger) -> absl::Status {
      absl::Status allowed = Authorize(ledger, *identity, MethodOf<In>().name, *target, now);
      if (!allowed.ok()) return allowed;
      const ProjectEntry* project = nullptr;
      if (!target->project.empty()) {
        project = ledger.FindProject(target->project);
        if (project == nullptr) return NoProject(target->project);
      }
      return read({ledger, *identity, project, sessions_, now}, in, out);
    }));
  }

  // What somebody who may says: `fill(answer)` writes the response once it is durable.
  template <typename In, typename Fill>
  Reactor* Decide(Context* context, std::string identity, const In& in,
                  absl::StatusOr<Command> command, Fill fill) {
    if (!command.ok()) return Reply(context, command.status());
    return Hand(context, engine_, std::move(identity), in, *std::move(command), in.validate_only(),
                std::move(fill));
  }

  // The same of what speaks of no project.
  template <typename In, typename Fill>
  Reactor* Operate(Context* context, const In& in, absl::StatusOr<Command> command, Fill fill) {
    absl::StatusOr<std::string> identity = Allowed(*context, in, Everything());
    if (!identity.ok()) return Reply(context, identity.status());
    return Decide(context, *std::move(identity), in, std::move(command), std::move(fill));
  }

  Engine& engine_;
  const SiteSessions& sessions_;
  WorkQueue& queries_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_HANDLERS_H_
