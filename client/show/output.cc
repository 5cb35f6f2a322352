#include "client/show/output.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "client/language/language.h"
#include "client/show/terminal_text.h"
#include "nlohmann/json.hpp"

namespace mesolys::client {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;
constexpr absl::string_view kGap = "  ";

std::string Painted(const std::string& text, Tone tone, const Look& look) {
  if (!look.colour || text.empty()) return text;
  switch (tone) {
    case Tone::kPlain:
      return text;
    case Tone::kGood:
      return absl::StrCat("\x1b[36m", text, "\x1b[0m");
    case Tone::kWarning:
      return absl::StrCat("\x1b[33m", text, "\x1b[0m");
    case Tone::kBad:
      return absl::StrCat("\x1b[1;31m", text, "\x1b[0m");
  }
  std::abort();
}

std::string Bold(const std::string& text, const Look& look) {
  return look.colour ? absl::StrCat("\x1b[1m", text, "\x1b[0m") : text;
}

// The columns that say something, by index: a heading above nothing only makes lines longer.
std::vector<size_t> ShownColumns(const Table& table) {
  std::vector<size_t> shown;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const bool said = std::any_of(table.rows.begin(), table.rows.end(),
                                  [i](const auto& row) { return !row[i].text.empty(); });
    if (!table.columns[i].heading.empty() && (said || table.rows.empty())) shown.push_back(i);
  }
  return shown;
}

// One line of a table; the last cell is not padded, unless to the left.
class Line {
 public:
  void Add(const std::string& painted, size_t text_width, size_t column_width, bool right) {
    const std::string padding(column_width - std::min(column_width, text_width), ' ');
    if (!first_) absl::StrAppend(&text_, kGap);
    first_ = false;
    absl::StrAppend(&text_, right ? padding : "", painted, right ? "" : padding);
  }
  std::string Take() {
    text_.erase(text_.find_last_not_of(' ') + 1);
    return absl::StrCat(text_, "\n");
  }

 private:
  std::string text_;
  bool first_ = true;
};

// Takes away what a narrow terminal can go without; the headings of what went.
std::vector<std::string> Narrow(const Table& table, const std::vector<size_t>& widths, size_t width,
                                std::vector<size_t>* shown) {
  std::vector<std::string> gone;
  const auto total = [&] {
    size_t sum = 0;
    for (const size_t i : *shown) sum += widths[i] + kGap.size();
    return sum - std::min(sum, kGap.size());
  };
  while (width > 0 && total() > width) {
    const auto most = std::max_element(shown->begin(), shown->end(), [&](size_t a, size_t b) {
      return table.columns[a].spare < table.columns[b].spare;
    });
    if (most == shown->end() || table.columns[*most].spare == 0) break;
    gone.push_back(table.columns[*most].heading);
    shown->erase(most);
  }
  return gone;
}

std::string ListText(const Table& table, const Look& look) {
  std::vector<size_t> shown = ShownColumns(table);
  std::vector<size_t> widths(table.columns.size(), 0);
  for (const size_t i : shown) {
    widths[i] = DisplayWidth(table.columns[i].heading);
    for (const auto& row : table.rows) widths[i] = std::max(widths[i], DisplayWidth(row[i].text));
  }
  const std::vector<std::string> gone = Narrow(table, widths, look.width, &shown);
  Line head;
  for (const size_t i : shown) {
    const Column& column = table.columns[i];
    head.Add(Bold(column.heading, look), DisplayWidth(column.heading), widths[i], column.right);
  }
  std::string out = head.Take();
  for (const auto& row : table.rows) {
    Line line;
    for (const size_t i : shown) {
      line.Add(Painted(row[i].text, row[i].tone, look), DisplayWidth(row[i].text), widths[i],
               table.columns[i].right);
    }
    absl::StrAppend(&out, line.Take());
  }
  if (!gone.empty()) {
    const std::string all =
        Tr("(a wider terminal has more: $0)", LowerCase(absl::StrJoin(gone, ", ")));
    const bool fits = DisplayWidth(all) <= look.width;
    absl::StrAppend(
        &out,
        fits ? all
             : TrCount("(a wider terminal has $0 column more)",
                       "(a wider terminal has $0 columns more)", static_cast<int64_t>(gone.size())),
        "\n");
  }
  return out;
}

std::string SingleText(const Table& table, const Look& look) {
  const std::vector<size_t> shown = ShownColumns(table);
  size_t width = 0;
  for (const size_t i : shown) width = std::max(width, DisplayWidth(table.columns[i].heading));
  std::string out;
  for (const auto& row : table.rows) {
    for (const size_t i : shown) {
      Line line;
      line.Add(Bold(table.columns[i].heading, look), DisplayWidth(table.columns[i].heading), width,
               false);
      line.Add(Painted(row[i].text, row[i].tone, look), 0, 0, false);
      absl::StrAppend(&out, line.Take());
    }
  }
  return out;
}

std::string TablesText(const Report& report, const Look& look) {
  std::vector<std::string> parts;
  for (const Table& table : report.tables) {
    if (!table.for_people) continue;
    parts.push_back(table.single ? SingleText(table, look) : ListText(table, look));
  }
  return absl::StrJoin(parts, "\n");
}

Json RowJson(const Table& table, const std::vector<Cell>& row) {
  Json out = Json::object();
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (!table.columns[i].key.empty()) out[table.columns[i].key] = row[i].value.json();
  }
  return out;
}

// C1 control characters and DEL are legal in JSON, but not harmless on a terminal. They stand in
// string literals only, so escaping them in the finished text keeps its meaning.
std::string Harmless(const std::string& json) {
  std::string out;
  for (size_t i = 0; i < json.size(); ++i) {
    const auto byte = [&json](size_t at) { return static_cast<unsigned char>(json[at]); };
    if (byte(i) == 0x7F) {
      out += "\\u007f";
    } else if (byte(i) == 0xC2 && i + 1 < json.size() && byte(i + 1) < 0xA0) {
      absl::StrAppend(&out, "\\u00", absl::Hex(byte(++i), absl::kZeroPad2));
    } else {
      out += json[i];
    }
  }
  return out;
}

std::string Dump(const Json& json) {
  // Bytes that are not UTF-8 become U+FFFD; without this the library throws.
  return absl::StrCat(Harmless(json.dump(-1, ' ', false, Json::error_handler_t::replace)), "\n");
}

std::string JsonText(const Report& report) {
  Json out = {{"schema", kSchema}};
  if (report.is_dry_run) out["dry_run"] = true;
  for (const Table& table : report.tables) {
    Json rows = Json::array();
    for (const auto& row : table.rows) rows.push_back(RowJson(table, row));
    out[table.key] = table.single && !rows.empty() ? rows[0] : rows;
  }
  if (report.error.has_value()) out["error"] = report.error->json();
  return Dump(out);
}

// A value as one CSV field, before quoting.
std::string FieldText(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_structured()) return value.dump();
  std::vector<std::string> parts;
  for (const auto& [key, part] : value.items()) {
    const std::string text = part.is_string()
                                 ? part.get<std::string>()
                                 : part.dump(-1, ' ', false, Json::error_handler_t::replace);
    parts.push_back(value.is_object() ? absl::StrCat(key, "=", text) : text);
  }
  return absl::StrJoin(parts, ";");
}

std::string Quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string out = "\"";
  for (const char c : field) absl::StrAppend(&out, c == '"' ? "\"\"" : std::string(1, c));
  return absl::StrCat(out, "\"");
}

std::string CsvText(const Report& report) {
  if (report.tables.empty()) return "";
  auto chosen = std::find_if(report.tables.begin(), report.tables.end(),
                             [](const Table& table) { return !table.single; });
  if (chosen == report.tables.end()) chosen = report.tables.begin();
  std::vector<std::string> fields;
  const auto has_room = [](const Column& column) { return !column.key.empty() && !column.nested; };
  for (const Column& column : chosen->columns) {
    if (has_room(column)) fields.push_back(Quoted(column.key));
  }
  std::string out = absl::StrCat(absl::StrJoin(fields, ","), "\r\n");
  for (const auto& row : chosen->rows) {
    fields.clear();
    for (size_t i = 0; i < chosen->columns.size(); ++i) {
      if (has_room(chosen->columns[i])) fields.push_back(Quoted(FieldText(row[i].value.json())));
    }
    absl::StrAppend(&out, absl::StrJoin(fields, ","), "\r\n");
  }
  return out;
}

}  // namespace

struct CellValue::Kept {
  nlohmann::ordered_json json;
};

CellValue::CellValue(std::nullptr_t) {}
CellValue::CellValue(bool value) : kept_(new Kept{value}) {}
CellValue::CellValue(int number) : kept_(new Kept{number}) {}
CellValue::CellValue(int64_t number) : kept_(new Kept{number}) {}
CellValue::CellValue(const char* text) : kept_(new Kept{text}) {}
CellValue::CellValue(std::string text) : kept_(new Kept{std::move(text)}) {}
CellValue::CellValue(const std::vector<std::string>& all) : kept_(new Kept{all}) {}
CellValue::CellValue(const nlohmann::ordered_json& value) : kept_(new Kept{value}) {}

CellValue::CellValue(const CellValue& other)
    : kept_(other.kept_ == nullptr ? nullptr : new Kept(*other.kept_)) {}

CellValue& CellValue::operator=(const CellValue& other) {
  CellValue copy(other);
  return *this = std::move(copy);
}

CellValue::CellValue(CellValue&&) noexcept = default;
CellValue& CellValue::operator=(CellValue&&) noexcept = default;
CellValue::~CellValue() = default;

const nlohmann::ordered_json& CellValue::json() const {
  static const nlohmann::ordered_json& nothing = *new nlohmann::ordered_json();
  return kept_ == nullptr ? nothing : kept_->json;
}

std::string Render(const Report& report, const Look& look) {
  switch (look.format) {
    case Format::kTable:
      return TablesText(report, look);
    case Format::kJson:
      return JsonText(report);
    case Format::kCsv:
      return CsvText(report);
  }
  std::abort();
}

std::string RenderError(const CellValue& error) {
  return Dump({{"schema", kSchema}, {"error", error.json()}});
}

}  // namespace mesolys::client
