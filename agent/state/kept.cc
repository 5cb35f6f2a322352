#include "agent/state/kept.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace mesolys::agent {
namespace {

constexpr char kCursor[] = "cursor";
constexpr char kDesiredState[] = "desired_state";
constexpr char kGenerationInForce[] = "generation_in_force";
constexpr char kQuarantinedBytes[] = "quarantined_bytes";
constexpr char kQuarantinedCount[] = "quarantined_count";
constexpr char kSpoolId[] = "spool_id";
constexpr char kWitness[] = "witness";

// The one that every site has keeps its place under the name from when there was no other.
std::string CursorKey(const std::string& collector) {
  return collector.empty() ? kCursor : absl::StrCat(kCursor, "/", collector);
}

}  // namespace

absl::Status CannotReadBack(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("spool: the ", what, " kept there cannot be read back"));
}

const char Kept::kSchema[] =
    "CREATE TABLE meta (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID";

absl::Status Kept::Set(const std::string& key, const std::string& value) {
  return database_.Run(
      "INSERT INTO meta (key, value) VALUES (?, ?)"
      " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      sqlite::Blob{key}, sqlite::Blob{value});
}

absl::StatusOr<std::optional<std::string>> Kept::Find(const std::string& key) {
  absl::StatusOr<sqlite::Statement> query =
      database_.Prepare("SELECT value FROM meta WHERE key = ?");
  if (!query.ok()) return query.status();
  query->Bind(sqlite::Blob{key});
  const absl::StatusOr<bool> row = database_.Step(*query);
  if (!row.ok()) return row.status();
  std::optional<std::string> value;
  if (*row) value = std::string(query->View(0));
  return value;
}

absl::StatusOr<int64_t> Kept::Integer(const std::string& key) {
  const absl::StatusOr<std::optional<std::string>> text = Find(key);
  if (!text.ok()) return text.status();
  int64_t value = 0;
  if (text->has_value() && !absl::SimpleAtoi(**text, &value)) return CannotReadBack(key);
  return value;
}

absl::Status Kept::SetSpoolId(const std::string& id) { return Set(kSpoolId, id); }

absl::StatusOr<std::string> Kept::SpoolId() {
  absl::StatusOr<std::optional<std::string>> id = Find(kSpoolId);
  if (!id.ok()) return id.status();
  if (!id->has_value()) return CannotReadBack("spool id");
  return **std::move(id);
}

absl::Status Kept::SetCursor(const std::string& collector, const std::string& cursor) {
  return Set(CursorKey(collector), cursor);
}

absl::StatusOr<std::string> Kept::Cursor(const std::string& collector) {
  absl::StatusOr<std::optional<std::string>> cursor = Find(CursorKey(collector));
  if (!cursor.ok()) return cursor.status();
  return std::move(*cursor).value_or("");
}

absl::Status Kept::SetMark(const QuarantineMark& mark) {
  if (absl::Status status = Set(kQuarantinedCount, absl::StrCat(mark.line_count)); !status.ok()) {
    return status;
  }
  return Set(kQuarantinedBytes, absl::StrCat(mark.byte_count));
}

absl::StatusOr<QuarantineMark> Kept::Mark() {
  const absl::StatusOr<int64_t> lines = Integer(kQuarantinedCount);
  if (!lines.ok()) return lines.status();
  const absl::StatusOr<int64_t> bytes = Integer(kQuarantinedBytes);
  if (!bytes.ok()) return bytes.status();
  return QuarantineMark{*lines, *bytes};
}

absl::Status Kept::SetDesiredState(const v1::DesiredState& state) {
  return Set(kDesiredState, state.SerializeAsString());
}

absl::StatusOr<std::optional<v1::DesiredState>> Kept::DesiredState() {
  const absl::StatusOr<std::optional<std::string>> body = Find(kDesiredState);
  if (!body.ok()) return body.status();
  std::optional<v1::DesiredState> state;
  if (body->has_value() && !state.emplace().ParseFromString(**body)) {
    return CannotReadBack("desired state");
  }
  return state;
}

absl::Status Kept::SetGenerationInForce(int64_t generation) {
  return Set(kGenerationInForce, absl::StrCat(generation));
}

absl::StatusOr<int64_t> Kept::GenerationInForce() { return Integer(kGenerationInForce); }

absl::Status Kept::SetWitness(const v1::LedgerHead& head) {
  return Set(kWitness, head.SerializeAsString());
}

absl::StatusOr<std::optional<v1::LedgerHead>> Kept::Witness() {
  const absl::StatusOr<std::optional<std::string>> body = Find(kWitness);
  if (!body.ok()) return body.status();
  std::optional<v1::LedgerHead> head;
  if (body->has_value() && !head.emplace().ParseFromString(**body)) {
    return CannotReadBack("witness");
  }
  return head;
}

}  // namespace mesolys::agent
