#ifndef MESOLYS_AGENT_STATE_KEPT_H_
#define MESOLYS_AGENT_STATE_KEPT_H_

// What the agent knows besides records and jobs, in the spool's database, each thing under its
// name: where its collectors are, what of the quarantine is committed, what the site shall hold and
// does, the newest head of the ledger. One thread at a time; errors are those of Database, and
// DATA_LOSS for what cannot be read back.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/state/database.h"
#include "agent/state/quarantine.h"
#include "mesolys/v1/agent.pb.h"

namespace mesolys::agent {

// DATA_LOSS: what was written once makes no sense any more.
absl::Status CannotReadBack(absl::string_view what);

class Kept {
 public:
  // What creates the table.
  static const char kSchema[];

  explicit Kept(Database& database) : database_(database) {}

  absl::Status SetSpoolId(const std::string& id);
  // There always is one.
  absl::StatusOr<std::string> SpoolId();

  // Of a collector, by its name; empty at first.
  absl::Status SetCursor(const std::string& collector, const std::string& cursor);
  absl::StatusOr<std::string> Cursor(const std::string& collector);

  absl::Status SetMark(const QuarantineMark& mark);
  absl::StatusOr<QuarantineMark> Mark();

  // None before the first.
  absl::Status SetDesiredState(const v1::DesiredState& state);
  absl::StatusOr<std::optional<v1::DesiredState>> DesiredState();

  // 0 at first.
  absl::Status SetGenerationInForce(int64_t generation);
  absl::StatusOr<int64_t> GenerationInForce();

  // None before the first.
  absl::Status SetWitness(const v1::LedgerHead& head);
  absl::StatusOr<std::optional<v1::LedgerHead>> Witness();

 private:
  absl::Status Set(const std::string& key, const std::string& value);
  // Nothing when the key was never set.
  absl::StatusOr<std::optional<std::string>> Find(const std::string& key);
  absl::StatusOr<int64_t> Integer(const std::string& key);

  Database& database_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_STATE_KEPT_H_
