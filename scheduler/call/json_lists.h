#ifndef MESOLYS_SCHEDULER_CALL_JSON_LISTS_H_
#define MESOLYS_SCHEDULER_CALL_JSON_LISTS_H_

// A JSON object of lists, entry by entry, for a call may have a million. Any thread.

#include <cstddef>
#include <initializer_list>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace mesolys {

// What an entry of the list with this index is used for; its error ends the reading.
using UseEntry = absl::FunctionRef<absl::Status(size_t index, const nlohmann::json& entry)>;

// Calls `use` for each entry of the list `wanted`, in order. INVALID_ARGUMENT in one line names the
// entry (claims[3], or problem for the whole): not JSON, a field that is there twice (the last
// would count, and nobody would know), or not an object of just these lists.
absl::Status ReadJsonList(absl::string_view text, std::initializer_list<absl::string_view> lists,
                          absl::string_view wanted, UseEntry use);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_JSON_LISTS_H_
