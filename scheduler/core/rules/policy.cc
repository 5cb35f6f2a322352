#include "scheduler/core/rules/policy.h"

#include <string>
#include <variant>

#include "proto/values/sentence.h"

namespace mesolys {
namespace {

// What happened is recorded whatever the mode; so is what makes the mode end.
bool GoesOnReadOnly(const Command& command) {
  return std::visit(
      [](const auto& what) {
        if constexpr (requires { what.kGoesOnReadOnly; }) {
          return what.kGoesOnReadOnly;
        } else {
          return false;
        }
      },
      command);
}

}  // namespace

absl::StatusOr<Verdict> DecideCommand(const Deciding& at, const Command& command) {
  if (at.ledger.revision() == 0 && !std::holds_alternative<AdoptCatalogue>(command)) {
    return absl::FailedPreconditionError(SayLater("the ledger is empty: adopt a catalogue first"));
  }
  const std::string& read_only = at.ledger.read_only_reason();
  if (!read_only.empty() && !GoesOnReadOnly(command)) {
    return Refuse(Reason::kReadOnly,
                  Say("the scheduler is in read-only mode: $0; use is still recorded, try the "
                      "change again later",
                      read_only),
                  {{"because", read_only}});
  }
  return std::visit([&at](const auto& what) { return Decide(at, what); }, command);
}

std::vector<JobKey> JobsNamedBy(const Command& command) {
  return std::visit(
      [](const auto& what) {
        if constexpr (requires { what.Jobs(); }) {
          return what.Jobs();
        } else {
          return std::vector<JobKey>();
        }
      },
      command);
}

size_t WeightOf(const Command& command) {
  return std::visit(
      [](const auto& what) -> size_t {
        if constexpr (requires { what.Weight(); }) {
          return what.Weight();
        } else {
          return 0;
        }
      },
      command);
}

}  // namespace mesolys
