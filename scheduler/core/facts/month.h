#ifndef MESOLYS_SCHEDULER_CORE_FACTS_MONTH_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_MONTH_H_

// A calendar month, whatever the time zone: its boundaries in UTC are the catalogue's business.
// Pure.

#include <compare>
#include <string>

#include "absl/strings/str_format.h"

namespace mesolys {

class Month {
 public:
  constexpr Month() = default;
  // `month` is 1 to 12.
  constexpr Month(int year, int month) : number_(year * 12 + month - 1) {}
  // The inverse of number().
  static constexpr Month FromNumber(int number) {
    Month month;
    month.number_ = number;
    return month;
  }

  // Months since year 0: consecutive months have consecutive numbers.
  constexpr int number() const { return number_; }
  constexpr int year() const { return number_ / 12; }
  constexpr int month() const { return number_ % 12 + 1; }
  constexpr Month Plus(int months) const { return FromNumber(number_ + months); }

  // "2026-11"
  std::string Label() const { return absl::StrFormat("%04d-%02d", year(), month()); }

  friend constexpr auto operator<=>(Month, Month) = default;

 private:
  int number_ = 0;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_MONTH_H_
