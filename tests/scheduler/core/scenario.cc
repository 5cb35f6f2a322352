#include "tests/scheduler/core/scenario.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "proto/values/amount_text.h"
#include "scheduler/core/ledger/invariants.h"

namespace mesolys {
namespace {

Catalogue ParisCatalogue(const absl::TimeZone& zone) {
  Catalogue catalogue = TestCatalogue();
  catalogue.time_zone = "Europe/Paris";
  catalogue.month_starts.clear();
  for (int ahead = 0; ahead <= 24; ++ahead) {
    catalogue.month_starts.push_back(absl::FromCivil(absl::CivilMonth(2026, 1) + ahead, zone));
  }
  const absl::Time since = catalogue.month_starts.front();
  for (auto& [id, site] : catalogue.sites) {
    for (Capacity& capacity : site.capacities) capacity.from = since;
  }
  for (NormalisationRate& rate : catalogue.rates) rate.from = since;
  Programme& chair = catalogue.programmes["chair"];
  chair.bonus = PartsPerMillion(250'000);
  chair.grace_days = 30;
  chair.late_days_warned = 30;
  chair.late_days_max = 60;
  chair.notice_days = 14;
  return catalogue;
}

}  // namespace

ScenarioRun::ScenarioRun()
    : zone_([] {
        absl::TimeZone zone;
        if (!absl::LoadTimeZone("Europe/Paris", &zone)) std::abort();
        return zone;
      }()),
      mesocentre_(ParisCatalogue(zone_), absl::FromCivil(absl::CivilDay(2026, 1, 1), zone_)) {}

absl::StatusOr<absl::Time> ScenarioRun::Instant(const std::string& text) const {
  const bool utc = absl::EndsWith(text, "Z");
  const std::string body = utc ? text.substr(0, text.size() - 1) : text;
  absl::CivilSecond civil;
  absl::CivilDay day;
  if (absl::ParseLenientCivilTime(body, &civil)) {
    return absl::FromCivil(civil, utc ? absl::UTCTimeZone() : zone_);
  }
  if (absl::ParseCivilTime(body, &day)) {
    return absl::FromCivil(day, utc ? absl::UTCTimeZone() : zone_);
  }
  return Wrong(absl::StrCat("\"", text, "\" is not a time: write 2026-03-01T12:00"));
}

absl::StatusOr<Amount> ScenarioRun::AmountOf(const std::string& resource,
                                             const std::string& text) const {
  int64_t units = 0;
  if (absl::EndsWith(text, "s") && absl::SimpleAtoi(text.substr(0, text.size() - 1), &units)) {
    return Amount(units);
  }
  if (text == "0") return Amount();
  return ParseAmount(resource, text);
}

absl::StatusOr<const GrantEntry*> ScenarioRun::GrantNamed(const std::string& text) const {
  int64_t number = 0;
  if (!absl::StartsWith(text, "g") || !absl::SimpleAtoi(text.substr(1), &number)) {
    return Wrong(absl::StrCat("\"", text, "\" is not a grant: write g1"));
  }
  const GrantEntry* entry = mesocentre_.ledger().FindGrant(number);
  if (entry == nullptr) return Wrong(absl::StrCat("there is no grant ", text));
  return entry;
}

absl::Status ScenarioRun::Do(const std::string& line) {
  Words words(line);
  bool known = false;
  absl::Status status = Expectation(words, known);
  if (!known) status = Fact(words);
  if (!status.ok()) return status;
  mesocentre_.Resettle();
  const std::vector<std::string> broken = BrokenInvariants(mesocentre_.ledger());
  if (!broken.empty()) return Differs(absl::StrJoin(broken, "; "));
  return absl::OkStatus();
}

}  // namespace mesolys
