#include "scheduler/core/rules/command.h"

#include <array>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mesolys {
namespace {

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

void CanonicalWriter::Put(const UsageRecord& record) {
  Put(record.key);
  Put(record.account);
  Put(record.user);
  Put(record.partition);
  Put(record.qos);
  Put(record.state);
  Put(record.cancelled_by_uid);
  Put(record.start_time);
  Put(record.end_time);
  Put(record.suspended_seconds);
  Put(record.time_limit_seconds);
  Put(record.core_count);
  Put(record.gpu_counts);
  Put(record.memory_bytes);
  Put(record.node_count);
  Put(record.observe_time);
}

void CanonicalWriter::Put(const Member& member) {
  Put(member.user);
  Put(member.role);
  Put(member.logins);
  if (member.role == ProjectRole::kDeputy) Put(member.term);
}

// What the policy sets is not part of what was asked.
void CanonicalWriter::Put(const Request& request) {
  Put(request.project);
  Put(request.lines.size());
  for (const RequestLine& line : request.lines) {
    Put(line.resource);
    Put(line.amount);
    Put(line.minimum);
    Put(line.sites);
  }
  Put(request.period);
  Put(request.justification);
  Put(request.necessity);
  Put(request.energy_median_watt_hours);
  Put(request.energy_p90_watt_hours);
  // Said only where it is new, so that the digests of older requests stay what they were.
  if (request.track != Track::kDynamic) Put(request.track);
  for (const CurvePoint& point : request.curve) {
    Put(point.time);
    Put(point.share.count());
  }
}

// Each record after its place within the report.
void CanonicalWriter::Put(const ReportUsage& report) {
  Put(report.site);
  Put(report.records.size());
  for (size_t i = 0; i < report.records.size(); ++i) {
    Put(report.indexes[i]);
    Put(report.records[i]);
  }
  Put(report.malformed.size());
  for (const RejectedRecord& record : report.malformed) {
    Put(record.index);
    Put(record.refusal.message);
  }
}

// Whether no two kinds of command share a number.
template <typename... Kinds>
constexpr bool HaveTheirOwnNumbers(const std::variant<Kinds...>*) {
  const std::array<int, sizeof...(Kinds)> numbers = {Kinds::kNumber...};
  for (size_t i = 0; i < numbers.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (numbers[i] == numbers[j]) return false;
    }
  }
  return true;
}
static_assert(HaveTheirOwnNumbers(static_cast<const Command*>(nullptr)));

}  // namespace

std::string CanonicalText(const Command& command) {
  CanonicalWriter out;
  std::visit(
      [&out](const auto& what) {
        out.Put(what.kNumber);
        out.Put(what);
      },
      command);
  return out.Take();
}

}  // namespace mesolys
