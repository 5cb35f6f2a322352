#ifndef MESOLYS_SCHEDULER_CALL_JSON_ENTRY_H_
#define MESOLYS_SCHEDULER_CALL_JSON_ENTRY_H_

// One object of a call's JSON. Reads its fields one by one and keeps the first error, which names
// the entry and says what would be right; what a field is read as then means nothing. Any thread.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "scheduler/core/call/division/problem.h"

namespace mesolys {

class JsonEntry {
 public:
  using Numbers = absl::flat_hash_map<std::string, uint32_t>;  // of known names

  // `list` and `json` outlive this. Only these fields may be there.
  JsonEntry(absl::string_view list, size_t index, const nlohmann::json& json,
            std::initializer_list<absl::string_view> fields);

  const absl::Status& status() const { return status_; }
  void Fail(absl::string_view what);
  // What people know it by, beside its place; outlives this.
  void Call(std::initializer_list<absl::string_view> names) { names_ = names; }

  // A name must be there and not be empty.
  std::string Name(const char* field);
  int64_t Amount(const char* field, std::optional<int64_t> otherwise);
  int64_t Integer(const char* field, int64_t otherwise);
  // In millionths of a point.
  int64_t Weight(const char* field);
  // 0 if it is left out.
  double Cost(const char* field);
  // False if it is left out.
  bool Flag(const char* field);
  // The index of a known name; -1 if it is left out.
  int32_t OneOf(const char* field, const Numbers& known);
  // Indices of the names of an array, sorted, each once; none if it is left out.
  division::NameSet Names(const char* field, const Numbers& known);
  // An object with a cost for each of some names, by index.
  division::CostSet Costs(const char* field, const Numbers& known);

 private:
  const nlohmann::json* Find(const char* field) const;
  double CostIn(absl::string_view what, const nlohmann::json& value);

  const absl::string_view list_;
  const size_t index_;
  absl::InlinedVector<absl::string_view, 3> names_;
  const nlohmann::json& json_;
  absl::Status status_;
};

// What an entry of the list with this index is used for; its error ends the reading.
using UseEntry = absl::FunctionRef<absl::Status(size_t index, const nlohmann::json& entry)>;

// Calls `use` for each entry of the list `wanted`, in order. INVALID_ARGUMENT in one line names the
// entry (claims[3], or problem for the whole): not JSON, a field that is there twice (the last
// would count, and nobody would know), or not an object of just these lists.
absl::Status ReadJsonList(absl::string_view text, std::initializer_list<absl::string_view> lists,
                          absl::string_view wanted, UseEntry use);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_JSON_ENTRY_H_
