#ifndef MESOLYS_CLIENT_SHOW_OUTPUT_H_
#define MESOLYS_CLIENT_SHOW_OUTPUT_H_

// What a command answers, and its three forms: tables for people, JSON and CSV for programs. A
// command fills cells with both the text for people and the value for programs; which is shown is
// decided here. Pure; any thread.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nlohmann/json_fwd.hpp"

namespace mesolys::client {

// What a program gets of a cell: one value of JSON. It is kept where the headers of the JSON
// library need not be read, which take longer to compile than most commands. Pure; any thread.
class CellValue {
 public:
  // Nothing: null in JSON, an empty field in CSV. Values convert, as they do in a JSON object.
  CellValue(std::nullptr_t = nullptr);             // NOLINT(google-explicit-constructor)
  CellValue(bool value);                           // NOLINT(google-explicit-constructor)
  CellValue(int number);                           // NOLINT(google-explicit-constructor)
  CellValue(int64_t number);                       // NOLINT(google-explicit-constructor)
  CellValue(const char* text);                     // NOLINT(google-explicit-constructor)
  CellValue(std::string text);                     // NOLINT(google-explicit-constructor)
  CellValue(const std::vector<std::string>& all);  // NOLINT(google-explicit-constructor)
  // A list or an object.
  CellValue(const nlohmann::ordered_json& value);  // NOLINT(google-explicit-constructor)

  CellValue(const CellValue& other);
  CellValue(CellValue&& other) noexcept;
  CellValue& operator=(const CellValue& other);
  CellValue& operator=(CellValue&& other) noexcept;
  ~CellValue();

  const nlohmann::ordered_json& json() const;

 private:
  struct Kept;

  std::unique_ptr<Kept> kept_;  // null: nothing
};

enum class Format { kTable, kJson, kCsv };

// Colour, where there is any: cyan, yellow and bold red differ in brightness too, for those who do
// not tell red from green. No colour says what the text does not.
enum class Tone { kPlain, kGood, kWarning, kBad };

struct Cell {
  std::string text;  // for tables, already escaped; "" for nothing
  CellValue value;   // for JSON and CSV: base units, RFC 3339
  Tone tone = Tone::kPlain;
};

struct Column {
  std::string key;      // snake_case, unit last; "" keeps it out of JSON and CSV
  std::string heading;  // in the user's language; "" keeps it out of tables
  bool right = false;   // numbers are aligned to the right
  bool nested = false;  // a list of objects, for which CSV has no room
  int spare = 0;        // a narrow terminal goes without the highest first; 0: never
};

struct Table {
  std::string key;  // of its rows in the JSON object
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // as long as `columns`
  bool single = false;                  // one thing: one line per property, one JSON object
  bool for_people = true;               // false: JSON and CSV only
};

struct Report {
  std::vector<Table> tables;
  // What a change came to when the answer is a refusal: the JSON object gets it as "error".
  std::optional<CellValue> error;
  // Of a change that was only asked about; the JSON object says so.
  bool is_dry_run = false;
};

struct Look {
  Format format = Format::kTable;
  bool colour = false;
  bool utf8 = true;
  size_t width = 0;  // columns of the terminal; 0 for no end of them
};

// Ends with a line feed. JSON is {"schema":1,...} on one line. CSV (RFC 4180) has room for one
// table: the first list, or the first single where there is none; objects in it read
// key=value;key=value.
std::string Render(const Report& report, const Look& look);

// {"schema":1,"error":{...}}
std::string RenderError(const CellValue& error);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SHOW_OUTPUT_H_
