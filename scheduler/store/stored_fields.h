#ifndef MESOLYS_SCHEDULER_STORE_STORED_FIELDS_H_
#define MESOLYS_SCHEDULER_STORE_STORED_FIELDS_H_

// Which field of a stored message holds which field of a fact: the one of its name, or, for a time
// that is kept in microseconds, of its name and `_us`. A fact without its message, or a field
// without its own, is a bug and aborts (a test walks all of them). Any thread.

#include <cstdlib>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/match.h"
#include "google/protobuf/descriptor.h"
#include "proto/values/period.h"
#include "proto/values/reason.h"
#include "proto/values/usage_record.h"
#include "scheduler/core/facts/fields.h"

namespace mesolys {

using StoredField = google::protobuf::FieldDescriptor;

// What is a message of its own within another.
template <typename T>
concept IsStoredMessage = SaysFields<T> || std::is_same_v<T, Period> || std::is_same_v<T, JobKey> ||
    std::is_same_v<T, Refusal>;

// `path` is a field as FIELDS names it.
inline const StoredField* StoredFieldOf(const google::protobuf::Descriptor& message,
                                        const std::string& path) {
  const std::string name = path.substr(path.rfind('.') + 1);
  const StoredField* field = message.FindFieldByName(name);
  if (field == nullptr) field = message.FindFieldByName(name + "_us");
  if (field == nullptr) std::abort();
  return field;
}

// In the order in which the fact says them. Each kind of fact has one message.
template <SaysFields Fact>
const std::vector<const StoredField*>& StoredFieldsOf(const google::protobuf::Descriptor& message) {
  static const auto& fields = *new std::vector<const StoredField*>([&message] {
    std::vector<const StoredField*> found;
    const Fact fact{};
    const auto find = [&](const char* path, const auto&) {
      found.push_back(StoredFieldOf(message, path));
    };
    Fact::VisitFields(fact, find);
    if constexpr (SaysLaterFields<Fact>) Fact::VisitLaterFields(fact, find);
    return found;
  }());
  return fields;
}

inline bool IsInMicroseconds(const StoredField& field) {
  return absl::EndsWith(field.name(), "_us");
}

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_STORED_FIELDS_H_
