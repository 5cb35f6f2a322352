#include "scheduler/core/rules/canonical_text.h"

#include <array>
#include <variant>

namespace mesolys {
namespace {

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

void CanonicalWriter::Put(const UsageRecord& record) {
  Put(record.key);
  Put(record.account);
  Put(record.user);
  Put(record.partition);
  Put(record.qos);
  // A text where the others have a number.
  if (record.is_runaway) Put(absl::string_view("runaway"));
  Put(record.state);
  Put(record.cancelled_by_uid);
  Put(record.start_time);
  Put(record.end_time);
  Put(record.suspended_seconds);
  Put(record.time_limit_seconds);
  Put(record.core_count);
  Put(record.gpu_counts);
  // A map where the others have a number.
  if (!record.parts_per_gpu.empty()) Put(record.parts_per_gpu);
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
    if (!line.by_site.empty()) {
      Put(absl::string_view("by_site"));
      Put(line.by_site);
    }
    if (line.any_of) Put(absl::string_view("any_of"));
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
