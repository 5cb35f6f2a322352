#include "client/usage/usage_summary.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "client/language/language.h"
#include "client/show/cells.h"
#include "client/show/terminal_text.h"
#include "proto/values/quantity.h"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

// What a scheduler says is not ours to trust: a sum that would not fit stays as it is.
void Increase(int64_t amount, int64_t* sum) {
  int64_t more = 0;
  if (!__builtin_add_overflow(*sum, amount, &more)) *sum = more;
}

// No calendar has more, whatever a record says.
constexpr int64_t kMonthsMax = 1200;

std::string MonthText(absl::CivilMonth month) { return absl::FormatCivilTime(month); }

// A group as --by names it, the column of its names, and their heading; the resource has its own.
struct Grouping {
  const char* word;
  GroupBy by;
  const char* key;
  const char* heading;
};

constexpr Grouping kGroupings[] = {{"user", GroupBy::kUser, "user", TrLater("USER")},
                                   {"site", GroupBy::kSite, "site", TrLater("SITE")},
                                   {"month", GroupBy::kMonth, "month", TrLater("MONTH")},
                                   {"resource", GroupBy::kResource, "", ""},
                                   {"state", GroupBy::kState, "state", TrLater("STATE")}};

Column GroupColumn(GroupBy by) {
  for (const Grouping& grouping : kGroupings) {
    if (grouping.by == by) return {grouping.key, Tr(grouping.heading)};
  }
  return {"", ""};
}

}  // namespace

absl::StatusOr<GroupBy> ParseGroupBy(const std::string& text) {
  for (const Grouping& grouping : kGroupings) {
    if (text == grouping.word) return grouping.by;
  }
  return absl::InvalidArgumentError(
      Tr("--by: $0 is none of user, site, month, resource and state", Quoted(text)));
}

void UsageSummary::AddTo(const std::string& group, const std::map<std::string, int64_t>& charged) {
  for (const auto& [resource, amount] : charged) {
    Group& sum = groups_[{resource, group}];
    ++sum.job_count;
    Increase(amount, &sum.charged);
  }
}

void UsageSummary::AddByMonth(const v1::Job& job, const std::map<std::string, int64_t>& charged) {
  const absl::Time start = absl::FromUnixSeconds(job.record().start_time().seconds());
  const absl::Time end = absl::FromUnixSeconds(job.record().end_time().seconds());
  const absl::CivilMonth last = absl::ToCivilMonth(std::max(start, end - absl::Seconds(1)), zone_);
  absl::CivilMonth month = absl::ToCivilMonth(start, zone_);
  const int64_t whole = absl::ToInt64Seconds(end - start);
  std::map<std::string, int64_t> left = charged;
  if (whole > 0 && last - month < kMonthsMax) {
    for (; month < last; ++month) {
      const absl::Time until = std::min(end, absl::FromCivil(month + 1, zone_));
      const absl::Time from = std::max(start, absl::FromCivil(month, zone_));
      std::map<std::string, int64_t> here;
      for (const auto& [resource, amount] : charged) {
        here[resource] = MulDiv(amount, absl::ToInt64Seconds(until - from), whole);
        left[resource] -= here[resource];
      }
      AddTo(MonthText(month), here);
    }
  }
  AddTo(MonthText(last), left);
}

void UsageSummary::Add(const v1::Job& job, const std::map<std::string, int64_t>& charged) {
  switch (by_) {
    case GroupBy::kUser:
      return AddTo(job.record().user(), charged);
    case GroupBy::kSite:
      return AddTo(job.site(), charged);
    case GroupBy::kMonth:
      return AddByMonth(job, charged);
    case GroupBy::kState:
      return AddTo(v1::UsageRecord::State_Name(job.record().state()), charged);
    case GroupBy::kResource:
      return AddTo("", charged);
  }
}

Table UsageSummary::ToTable(const Look& look) const {
  Table table{"groups",
              {GroupColumn(by_),
               {"resource", Tr("RESOURCE")},
               {"job_count", Tr("JOBS"), true},
               {"charged_base_units", Tr("CHARGED"), true},
               {"", Tr("PART"), true},
               {"", Tr("OF THE RESOURCE")}},
              {}};
  std::map<std::string, int64_t> wholes;
  for (const auto& [key, group] : groups_) {
    Increase(std::max<int64_t>(group.charged, 0), &wholes[key.first]);
  }
  std::vector<std::pair<std::pair<std::string, std::string>, Group>> rows(groups_.begin(),
                                                                          groups_.end());
  if (by_ != GroupBy::kMonth) {
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first.first, b.second.charged) <
             std::pair(b.first.first, a.second.charged);
    });
  }
  for (const auto& [key, group] : rows) {
    const auto& [resource, name] = key;
    const int64_t whole = wholes[resource];
    const int64_t percent = whole > 0 ? EstimateMulDiv(group.charged, 100, whole) : 0;
    table.rows.push_back(
        {by_ == GroupBy::kState ? StateCell(name) : TextCell(name), TextCell(resource),
         NumberCell(group.job_count), AmountCell(resource, group.charged),
         Cell{whole > 0 ? absl::StrCat(percent, " %") : "", nullptr},
         Cell{Bar(std::max<int64_t>(group.charged, 0), 0, whole, look.utf8), nullptr}});
  }
  return table;
}

Table UsageSummary::CourseTable(const Look& look) const {
  Table table{"course",
              {{"resource", Tr("RESOURCE")}, {"", Tr("COURSE")}, {"", Tr("FROM")}, {"", Tr("TO")}},
              {}};
  std::map<std::string, std::map<absl::CivilMonth, int64_t>> courses;
  for (const auto& [key, group] : groups_) {
    absl::CivilMonth month;
    if (absl::ParseCivilTime(key.second, &month)) courses[key.first][month] = group.charged;
  }
  for (auto& [resource, course] : courses) {
    const absl::CivilMonth first = course.begin()->first;
    const absl::CivilMonth last = course.rbegin()->first;
    if (last - first >= kMonthsMax) continue;
    std::vector<int64_t> values;
    for (absl::CivilMonth month = first; month <= last; ++month) values.push_back(course[month]);
    table.rows.push_back({TextCell(resource), Cell{Sparkline(values, look.utf8), nullptr},
                          TextCell(MonthText(first)), TextCell(MonthText(last))});
  }
  return table;
}

}  // namespace mesolys::client
