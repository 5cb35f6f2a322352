#ifndef MESOLYS_AGENT_PORTS_CURSOR_TEXT_H_
#define MESOLYS_AGENT_PORTS_CURSOR_TEXT_H_

// A collector's cursor as the text that the spool keeps: a word that names its form, and its
// fields. A later form gets another word, and the old one is no cursor any more. Pure; any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace mesolys::agent {

inline bool ReadCursorField(absl::string_view text, int64_t& field) {
  return absl::SimpleAtoi(text, &field);
}
inline bool ReadCursorField(absl::string_view text, uint64_t& field) {
  return absl::SimpleAtoi(text, &field);
}
inline bool ReadCursorField(absl::string_view text, bool& field) {
  return absl::SimpleAtob(text, &field);
}

// `VisitFields(cursor, visit)` calls visit(field) for each field, for writing and for reading.
template <typename Cursor>
std::string CursorToText(absl::string_view form, const Cursor& cursor) {
  std::string text(form);
  VisitFields(cursor, [&text](const auto& field) { absl::StrAppend(&text, " ", field); });
  return text;
}

template <typename Cursor>
std::optional<Cursor> ParseCursor(absl::string_view form, absl::string_view text) {
  const std::vector<absl::string_view> words = absl::StrSplit(text, ' ');
  if (words.front() != form) return std::nullopt;
  Cursor cursor;
  size_t read_count = 1;
  bool is_good = true;
  VisitFields(cursor, [&](auto& field) {
    is_good = is_good && read_count < words.size() && ReadCursorField(words[read_count], field);
    ++read_count;
  });
  if (!is_good || read_count != words.size()) return std::nullopt;
  return cursor;
}

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PORTS_CURSOR_TEXT_H_
