#ifndef MESOLYS_SCHEDULER_CORE_RULES_CANONICAL_TEXT_H_
#define MESOLYS_SCHEDULER_CORE_RULES_CANONICAL_TEXT_H_

// A command in one text that is the same for equal commands: what its digest is taken of, which is
// kept with its key. No text may ever change: who tries a command of yesterday again must be known
// by it. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "scheduler/core/facts/fields.h"
#include "scheduler/core/rules/command.h"

namespace mesolys {

// Fields in the order in which they are said, each text with its length and each list with its
// count, so that no two commands share a text.
class CanonicalWriter {
 public:
  void Put(absl::string_view text) { absl::StrAppend(&text_, text.size(), ":", text, ";"); }
  void Put(const std::string& text) { Put(absl::string_view(text)); }
  template <typename Number>
  requires std::is_integral_v<Number> || std::is_enum_v<Number>
  void Put(Number number) { absl::StrAppend(&text_, static_cast<int64_t>(number), ";"); }
  void Put(Amount amount) { Put(amount.count()); }
  void Put(absl::Time time) { Put(absl::ToUnixMicros(time)); }
  void Put(const Period& period) {
    Put(period.start);
    Put(period.end);
  }
  void Put(const JobKey& key) {
    Put(key.cluster);
    Put(key.job_id);
    Put(key.submit_time);
  }
  void Put(const UsageRecord& record);
  void Put(const Member& member);
  void Put(const Request& request);
  void Put(const ReportUsage& report);
  template <typename T>
  void Put(const std::vector<T>& list) {
    Put(list.size());
    for (const T& one : list) Put(one);
  }
  template <typename Key, typename Value>
  void Put(const std::map<Key, Value>& map) {
    Put(map.size());
    for (const auto& [key, value] : map) {
      Put(key);
      Put(value);
    }
  }
  template <typename T>
  void Put(const std::optional<T>& value) {
    Put(value.has_value());
    Put(value.value_or(T()));
  }
  template <SaysFields Fact>
  void Put(const Fact& fact) {
    Fact::VisitFields(fact, [this](const char*, const auto& field) { this->Put(field); });
    if constexpr (SaysLaterFields<Fact>) {
      Fact::VisitLaterFields(fact, [this](const char* name, const auto& field) {
        if (field == std::decay_t<decltype(field)>()) return;
        Put(absl::string_view(name));
        Put(field);
      });
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

// Its number, then its fields.
std::string CanonicalText(const Command& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_CANONICAL_TEXT_H_
