#include "scheduler/core/rules/request_check.h"

#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

constexpr char kPaul[] = "spiffe://mesolys/user/paul";

Request GoodRequest() {
  Request request;
  request.project = "alpha";
  request.lines = {{"cpu", Amount(3600), Amount(60), {"north", "south"}, false}};
  request.period = {Day(2026, 7), Day(2027, 1)};
  request.justification = "to know";
  request.energy_median_watt_hours = 5;
  request.energy_p90_watt_hours = 9;
  request.requester = kPaul;
  return request;
}

struct Change {
  Reason reason;  // kNone: still right
  std::function<void(Request&)> make;
};

// Its line becomes a split.
void Divide(Request& request, int64_t north, int64_t south) {
  request.lines[0].by_site = {{"north", Amount(north)}, {"south", Amount(south)}};
}

const Change kChanges[] = {
    {Reason::kNone, [](Request&) {}},
    {Reason::kUnknownProject, [](Request& r) { r.project = "omega"; }},
    {Reason::kInvalidPeriod, [](Request& r) { r.period.end = r.period.start; }},
    {Reason::kInvalidPeriod, [](Request& r) { std::swap(r.period.start, r.period.end); }},
    {Reason::kInvalidPeriod,
     [](Request& r) {
       r.period = {Day(2026, 6, 1), TestTime()};
     }},
    {Reason::kInvalidPeriod, [](Request& r) { r.period.end = Day(2028, 1, 2); }},
    {Reason::kNone, [](Request& r) { r.period.end = Day(2028, 1); }},
    {Reason::kInvalidPeriod,
     [](Request& r) { r.period.start = TestTime() - absl::Hours(24) - absl::Seconds(1); }},
    {Reason::kNone, [](Request& r) { r.period.start = TestTime() - absl::Hours(24); }},
    {Reason::kNone,
     [](Request& r) {
       r.period.start = Day(2026, 1);
       r.requester = kOlga;
     }},
    {Reason::kInvalidPeriod,
     [](Request& r) {
       r.period.start = Day(2025, 12, 31);
       r.requester = kOlga;
     }},
    {Reason::kInvalidPeriod,
     [](Request& r) {
       r.period.start = Day(2026, 1);
       r.requester = "spiffe://mesolys/site/olga";  // no user
     }},
    {Reason::kInvalidArgument, [](Request& r) { r.lines.clear(); }},
    {Reason::kInvalidArgument, [](Request& r) { r.lines.resize(17, r.lines[0]); }},
    {Reason::kInvalidArgument, [](Request& r) { r.lines.resize(2, r.lines[0]); }},
    {Reason::kNone, [](Request& r) { r.justification.assign(10'000, 'x'); }},
    {Reason::kInvalidArgument, [](Request& r) { r.justification.assign(10'001, 'x'); }},
    {Reason::kInvalidArgument, [](Request& r) { r.necessity.assign(10'001, 'x'); }},
    {Reason::kInvalidAmount, [](Request& r) { r.energy_median_watt_hours = -1; }},
    {Reason::kInvalidAmount, [](Request& r) { r.energy_p90_watt_hours = (int64_t{1} << 50) + 1; }},
    {Reason::kNone, [](Request& r) { r.energy_p90_watt_hours = int64_t{1} << 50; }},
    {Reason::kUnknownResource, [](Request& r) { r.lines[0].resource = "gpu-h100"; }},
    {Reason::kUnknownResource, [](Request& r) { r.lines[0].resource = "storage-tape"; }},
    {Reason::kInvalidAmount, [](Request& r) { r.lines[0].amount = r.lines[0].minimum = Amount(); }},
    {Reason::kInvalidAmount, [](Request& r) { r.lines[0].amount = Amount(-1); }},
    {Reason::kNone, [](Request& r) { r.lines[0].amount = kAmountMax; }},
    {Reason::kInvalidAmount, [](Request& r) { r.lines[0].amount = kAmountMax + Amount(1); }},
    {Reason::kInvalidAmount, [](Request& r) { r.lines[0].amount = Amount(INT64_MAX); }},
    {Reason::kInvalidAmount, [](Request& r) { r.lines[0].minimum = Amount(-1); }},
    {Reason::kInvalidAmount, [](Request& r) { r.lines[0].minimum = Amount(3601); }},
    {Reason::kUnknownSite,
     [](Request& r) {
       r.lines[0].sites = {"north", "west"};
     }},
    {Reason::kNone, [](Request& r) { r.lines[0].any_of = true; }},
    {Reason::kNone, [](Request& r) { Divide(r, 3000, 600); }},
    {Reason::kInvalidAmount, [](Request& r) { Divide(r, 3000, 601); }},
    {Reason::kInvalidAmount, [](Request& r) { Divide(r, 3000, 599); }},
    {Reason::kInvalidAmount, [](Request& r) { Divide(r, 3600, 0); }},
    {Reason::kInvalidAmount, [](Request& r) { Divide(r, 3601, -1); }},
    {Reason::kInvalidAmount, [](Request& r) { Divide(r, INT64_MAX, INT64_MAX); }},
    {Reason::kInvalidArgument,
     [](Request& r) {
       Divide(r, 3000, 600);
       r.lines[0].any_of = true;
     }},
    {Reason::kInvalidArgument,
     [](Request& r) {
       Divide(r, 3000, 600);
       r.lines[0].sites = {"north"};
     }},
    {Reason::kInvalidArgument,
     [](Request& r) {
       Divide(r, 3000, 600);
       r.lines[0].sites = {"north", "south", "north"};
     }},
    {Reason::kInvalidArgument,
     [](Request& r) {
       Divide(r, 3000, 600);
       r.lines[0].sites = {"north", "east"};
     }},
};

TEST(RequestCheckTest, SaysWhatIsWrongWithARequestThatMakesNoSense) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  int number = 0;
  for (const Change& change : kChanges) {
    Request request = GoodRequest();
    change.make(request);
    const absl::Status status = CheckRequest(mesocentre.ledger(), request, TestTime());
    const absl::string_view reason =
        status.ok() ? ReasonName(Reason::kNone) : ReasonName(RefusalOf(status)->reason);
    EXPECT_EQ(reason, ReasonName(change.reason)) << "change " << number << ": " << status;
    ++number;
  }
}

TEST(RequestCheckTest, AResourceOfNoKindIsRefused) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  Request request = GoodRequest();
  request.lines[0].resource = "gpu";
  EXPECT_EQ(CheckRequest(mesocentre.ledger(), request, TestTime()).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(RequestCheckTest, AMalformedRequestIsAnErrorAndLeavesNoTrace) {
  Mesocentre mesocentre;
  const int64_t revision = mesocentre.ledger().revision();
  SubmitRequest command;
  command.request = GoodRequest();
  EXPECT_EQ(mesocentre.Do(command, kPaul).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(mesocentre.ledger().revision(), revision);
}

}  // namespace
}  // namespace mesolys
