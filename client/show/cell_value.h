#ifndef MESOLYS_CLIENT_SHOW_CELL_VALUE_H_
#define MESOLYS_CLIENT_SHOW_CELL_VALUE_H_

// What a program gets of a cell: one value of JSON. It is kept where the headers of the JSON
// library need not be read, which take longer to compile than most commands. Pure; any thread.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nlohmann/json_fwd.hpp"

namespace mesolys::client {

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

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SHOW_CELL_VALUE_H_
