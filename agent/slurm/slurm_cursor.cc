#include "agent/slurm/slurm_cursor.h"

#include <algorithm>
#include <type_traits>

#include "agent/ports/cursor_text.h"

namespace mesolys::agent {
namespace {

constexpr absl::string_view kSlurmForm = "slurm-1";

// No clock shows a later one, and spans may be added to it.
constexpr int64_t kInstantMax = int64_t{1} << 40;

bool IsInstant(int64_t seconds) { return -kInstantMax <= seconds && seconds <= kInstantMax; }

// A last time in the future is of a clock that was wrong.
bool IsDue(int64_t last, absl::Duration interval, int64_t now) {
  return last == SlurmCursor::kNotYet || now < last || now - last >= absl::ToInt64Seconds(interval);
}

}  // namespace

template <typename Cursor, typename Visit>
requires std::is_same_v<std::remove_const_t<Cursor>, SlurmCursor>
static void VisitFields(Cursor& cursor, Visit visit) {
  visit(cursor.read_until);
  visit(cursor.last_recent);
  visit(cursor.last_old);
  visit(cursor.last_in_flight);
  visit(cursor.is_in_pass);
  visit(cursor.tells_running);
  visit(cursor.is_old_pass);
  visit(cursor.until);
  visit(cursor.next);
  visit(cursor.told_groups);
}

std::string ToText(const SlurmCursor& cursor) { return CursorToText(kSlurmForm, cursor); }

std::optional<SlurmCursor> ParseSlurmCursor(absl::string_view text) {
  std::optional<SlurmCursor> cursor = ParseCursor<SlurmCursor>(kSlurmForm, text);
  if (!cursor.has_value()) return cursor;
  for (const int64_t last :
       {cursor->read_until, cursor->last_recent, cursor->last_old, cursor->last_in_flight}) {
    if (last != SlurmCursor::kNotYet && !IsInstant(last)) return std::nullopt;
  }
  if (!IsInstant(cursor->until) || !IsInstant(cursor->next)) return std::nullopt;
  return cursor;
}

void StartPass(const SlurmWindows& windows, absl::Time now, SlurmCursor& cursor) {
  const int64_t now_seconds = absl::ToUnixSeconds(now);
  const bool is_first = cursor.read_until == SlurmCursor::kNotYet;
  // After a time away everything since then is read, however long that was.
  int64_t from = now_seconds;
  if (!is_first) from = std::min(from, cursor.read_until);
  from -= absl::ToInt64Seconds(windows.overlap);
  cursor.is_old_pass = is_first || IsDue(cursor.last_old, windows.old_interval, now_seconds);
  const bool is_recent = IsDue(cursor.last_recent, windows.recent_interval, now_seconds);
  if (cursor.is_old_pass) {
    from = std::min(from, now_seconds - absl::ToInt64Seconds(windows.old));
    cursor.last_old = now_seconds;
  } else if (is_recent) {
    from = std::min(from, now_seconds - absl::ToInt64Seconds(windows.recent));
  }
  if (cursor.is_old_pass || is_recent) cursor.last_recent = now_seconds;
  cursor.tells_running = IsDue(cursor.last_in_flight, windows.in_flight_interval, now_seconds);
  cursor.is_in_pass = true;
  cursor.until = now_seconds;
  cursor.next = from;
  cursor.told_groups = 0;
}

SlurmSlice SliceOf(const SlurmWindows& windows, const SlurmCursor& cursor) {
  SlurmSlice slice;
  slice.from = cursor.next;
  slice.to = std::min(cursor.until, cursor.next + absl::ToInt64Seconds(windows.slice));
  slice.is_last = slice.to == cursor.until;
  return slice;
}

void FinishSlice(const SlurmSlice& slice, SlurmCursor& cursor) {
  cursor.told_groups = 0;
  cursor.next = slice.to;
  if (!slice.is_last) return;
  cursor.is_in_pass = false;
  cursor.read_until = cursor.until;
  if (cursor.tells_running) cursor.last_in_flight = cursor.until;
}

}  // namespace mesolys::agent
