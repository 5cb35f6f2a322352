#ifndef MESOLYS_SCHEDULER_SERVICE_HANDLERS_H_
#define MESOLYS_SCHEDULER_SERVICE_HANDLERS_H_

// The shapes that a handler of AllocationService has: a look at the durable fold, a change of a
// project or a grant, an act of the office. Each authorizes, converts, and never blocks. gRPC's
// threads.

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/engine/work_queue.h"
#include "scheduler/service/commands.h"
#include "scheduler/service/grant_commands.h"
#include "scheduler/service/import_commands.h"
#include "scheduler/service/office_commands.h"
#include "scheduler/service/reading.h"
#include "scheduler/service/reply.h"
#include "scheduler/service/request_commands.h"
#include "scheduler/service/views.h"

namespace mesolys {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

inline absl::StatusOr<AccessTarget> Everything() { return AccessTarget{}; }

inline absl::StatusOr<AccessTarget> OfProject(const std::string& name) {
  absl::StatusOr<std::string> id = ParseProjectName(name);
  if (!id.ok()) return id.status();
  return AccessTarget{*std::move(id), ""};
}

inline absl::StatusOr<AccessTarget> OfNumbered(absl::StatusOr<NumberedName> name) {
  if (!name.ok()) return name.status();
  return AccessTarget{std::move(name->project), ""};
}

class Handlers {
 protected:
  Handlers(Engine& engine, const SiteSessions& sessions, WorkQueue& queries)
      : engine_(engine), sessions_(sessions), queries_(queries) {}

  inline static const SiteSessions& kNoSessions = *new SiteSessions();

  // A read of what the caller may see.
  template <typename In, typename Out>
  Reactor* Look(Context* context, absl::string_view method,
                const absl::StatusOr<AccessTarget>& target, const In& in, Out& out,
                absl::Status (*read)(const Reading&, const In&, Out&)) {
    absl::StatusOr<std::string> identity = PeerIdentity(*context);
    if (!identity.ok()) return Reply(context, identity.status());
    if (!target.ok()) return Reply(context, target.status());
    const absl::Time now = engine_.Now();
    return Reply(context, engine_.Read([&](const Ledger& ledger) -> absl::Status {
      absl::Status allowed = Authorize(ledger, *identity, method, *target, now);
      if (!allowed.ok()) return allowed;
      const ProjectEntry* project = nullptr;
      if (!target->project.empty()) {
        project = ledger.FindProject(target->project);
        if (project == nullptr) return NoProject(target->project);
      }
      return read({ledger, *identity, project, sessions_, now}, in, out);
    }));
  }

  // A change of the project of that name.
  template <typename Request, typename Fill>
  Reactor* Change(Context* context, absl::string_view method, const Request& in,
                  const std::string& project, Fill fill) {
    absl::StatusOr<std::string> id = ParseProjectName(project);
    if (!id.ok()) return Reply(context, id.status());
    absl::StatusOr<std::string> identity = Allowed(*context, engine_, method, {*id, ""});
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<Command> command = ToCommand(in);
    if (!command.ok()) return Reply(context, command.status());
    return Hand(context, engine_, *std::move(identity), in, *std::move(command), in.validate_only(),
                std::move(fill));
  }

  // A verb on a grant of the project that its name says.
  template <typename In>
  Reactor* ChangeGrant(Context* context, absl::string_view method, const In& in,
                       v1::ChangeGrantResponse* out) {
    absl::StatusOr<NumberedName> name = ParseGrantName(in.grant());
    if (!name.ok()) return Reply(context, name.status());
    absl::StatusOr<std::string> identity = Allowed(*context, engine_, method, {name->project, ""});
    if (!identity.ok()) return Reply(context, identity.status());
    const bool known = engine_.Read([&](const Ledger& ledger) {
      const GrantEntry* entry = ledger.FindGrant(name->number);
      return entry != nullptr && entry->grant.project == name->project;
    });
    if (!known) return Reply(context, NoGrant(*name));
    absl::StatusOr<Command> command = ToCommand(in);
    if (!command.ok()) return Reply(context, command.status());
    return Hand(context, engine_, *std::move(identity), in, *std::move(command), in.validate_only(),
                [this, out](const Answer& answer) {
                  for (const Event& event : answer.events) Show(event, answer.time, *out);
                });
  }

  // A verb on a request of the project that its name says.
  template <typename In>
  Reactor* ChangeRequest(Context* context, absl::string_view method, const In& in,
                         v1::Request* out) {
    absl::StatusOr<NumberedName> name = ParseRequestName(in.name());
    if (!name.ok()) return Reply(context, name.status());
    absl::StatusOr<std::string> identity = Allowed(*context, engine_, method, {name->project, ""});
    if (!identity.ok()) return Reply(context, identity.status());
    std::optional<Request> request = engine_.Read([&](const Ledger& ledger) {
      const RequestEntry* entry = ledger.FindRequest(name->number);
      const bool known = entry != nullptr && entry->request.project == name->project;
      return known ? std::optional<Request>(entry->request) : std::nullopt;
    });
    if (!request.has_value()) return Reply(context, NoRequest(*name));
    absl::StatusOr<Command> command = ToCommand(in);
    if (!command.ok()) return Reply(context, command.status());
    return Hand(context, engine_, *std::move(identity), in, *std::move(command), in.validate_only(),
                [this, out, request = *std::move(request)](const Answer& answer) {
                  Show(request, answer, *out);
                });
  }

  // A change that speaks of no project.
  template <typename In, typename Fill>
  Reactor* Operate(Context* context, absl::string_view method, const In& in, Fill fill) {
    absl::StatusOr<std::string> identity = Allowed(*context, engine_, method, {});
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<Command> command = ToCommand(in);
    if (!command.ok()) return Reply(context, command.status());
    return Hand(context, engine_, *std::move(identity), in, *std::move(command), in.validate_only(),
                std::move(fill));
  }

  void Show(const Event& event, absl::Time time, v1::ChangeGrantResponse& out) const {
    engine_.Read([&](const Ledger& ledger) {
      if (const auto* changed = std::get_if<GrantChanged>(&event)) {
        *out.add_changes() = ChangeView(ledger, changed->change, time);
      } else if (const auto* ordered = std::get_if<ReductionOrdered>(&event)) {
        *out.add_orders() = OrderView(ledger, ordered->order);
      } else if (const auto* issued = std::get_if<GrantIssued>(&event)) {
        *out.add_grants() = GrantView(ledger, EntryOf(issued->grant), kNoSessions, time);
      }
    });
  }

  // The request as the command that made, decided or withdrew it left it.
  void Show(const Request& request, const Answer& answer, v1::Request& out) const {
    RequestOutcome outcome{request.number, RequestState::kUndecided, {}};
    for (const Event& event : answer.events) {
      if (const auto* decided = std::get_if<RequestDecided>(&event)) outcome = decided->outcome;
      if (const auto* withdrawn = std::get_if<RequestWithdrawn>(&event)) {
        outcome = {request.number, RequestState::kWithdrawn, {}, withdrawn->reason};
      }
    }
    out = RequestView(request, outcome, answer.time);
    for (const Event& event : answer.events) {
      const auto* issued = std::get_if<GrantIssued>(&event);
      if (issued != nullptr) *out.add_grants() = NewGrant(*issued, answer.time);
    }
  }

  // As it was issued: the answer to a repeated request must not tell what happened since.
  v1::Grant NewGrant(const GrantIssued& issued, absl::Time time) const {
    return engine_.Read([&](const Ledger& ledger) {
      return GrantView(ledger, EntryOf(issued.grant), kNoSessions, time);
    });
  }

  // Whoever was a member already has been one since then.
  absl::Time JoinTime(const MemberAdded& added, absl::Time now) const {
    return engine_.Read([&](const Ledger& ledger) {
      const auto& members = ledger.FindProject(added.project)->members;
      const auto it = members.find(added.member.user);
      return it == members.end() ? now : it->second.add_time;
    });
  }

  Engine& engine_;
  const SiteSessions& sessions_;
  WorkQueue& queries_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_HANDLERS_H_
