#include "agent/collectors/replay_cursor.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace mesolys {
namespace {

// A later form of the cursor gets another word, and the old one starts the replay again.
constexpr absl::string_view kForm = "replay-1";

// The same fields in the same order, for writing and for reading.
template <typename Cursor, typename Visit>
void VisitFields(Cursor& cursor, Visit visit) {
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

bool ReadField(absl::string_view text, int64_t& field) { return absl::SimpleAtoi(text, &field); }
bool ReadField(absl::string_view text, uint64_t& field) { return absl::SimpleAtoi(text, &field); }
bool ReadField(absl::string_view text, bool& field) { return absl::SimpleAtob(text, &field); }

}  // namespace

std::string ToText(const ReplayCursor& cursor) {
  std::string text(kForm);
  VisitFields(cursor, [&text](const auto& field) { absl::StrAppend(&text, " ", field); });
  return text;
}

std::optional<ReplayCursor> ParseReplayCursor(absl::string_view text) {
  const std::vector<absl::string_view> words = absl::StrSplit(text, ' ');
  if (words.front() != kForm) return std::nullopt;
  ReplayCursor cursor;
  size_t read_count = 1;
  bool is_good = true;
  VisitFields(cursor, [&](auto& field) {
    is_good = is_good && read_count < words.size() && ReadField(words[read_count], field);
    ++read_count;
  });
  if (!is_good || read_count != words.size()) return std::nullopt;
  if (cursor.offset < 0 || cursor.seen_offset < 0 || cursor.prefix_bytes < 0) return std::nullopt;
  return cursor;
}

}  // namespace mesolys
