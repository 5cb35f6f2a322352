#include "agent/replay/replay_cursor.h"

#include <type_traits>

#include "agent/ports/cursor_text.h"

namespace mesolys::agent {
namespace {

constexpr absl::string_view kReplayForm = "replay-1";

}  // namespace

template <typename Cursor, typename Visit>
requires std::is_same_v<std::remove_const_t<Cursor>, ReplayCursor>
static void VisitFields(Cursor& cursor, Visit visit) {
  visit(cursor.prefix_bytes);
  visit(cursor.fingerprint);
  visit(cursor.origin_recorded);
  visit(cursor.origin_real);
  visit(cursor.is_in_pass);
  visit(cursor.from);
  visit(cursor.to);
  visit(cursor.offset);
  visit(cursor.line);
  visit(cursor.seen_offset);
  visit(cursor.seen_line);
  visit(cursor.next_end);
  visit(cursor.tells_running);
  visit(cursor.last_running);
}

std::string ToText(const ReplayCursor& cursor) { return CursorToText(kReplayForm, cursor); }

std::optional<ReplayCursor> ParseReplayCursor(absl::string_view text) {
  const std::optional<ReplayCursor> cursor = ParseCursor<ReplayCursor>(kReplayForm, text);
  if (!cursor.has_value()) return std::nullopt;
  if (cursor->offset < 0 || cursor->seen_offset < 0 || cursor->prefix_bytes < 0) {
    return std::nullopt;
  }
  return cursor;
}

}  // namespace mesolys::agent
