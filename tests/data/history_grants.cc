// What becomes of the grants: entries of every kind in their lives.

#include <utility>

#include "scheduler/core/facts/identity.h"
#include "tests/data/history.h"

namespace mesolys {

void History::MoveCeilings() {
  ReportRecords(chronicle_, {RecordOf("n1", 1, "move-a", Day(2026, 2, 5), absl::Hours(9))});
  chronicle_.Upkeep();
  chronicle_.ConfirmEverywhere();
  chronicle_.Do(MoveCeiling{grants_["a"], "south", "north", HoursOf(5)}, kSchedulerIdentity);
  chronicle_.Confirm("south");
}

void History::ReleaseAndTransfer() {
  chronicle_.Do(ReleaseHours{grants_["a"], HoursOf(98), "not needed"});
  chronicle_.Confirm("north");
  chronicle_.At(chronicle_.now() + absl::Hours(1));
  chronicle_.Confirm("south");
  chronicle_.Do(TransferHours{grants_["a"], HoursOf(30), 0, "lab-a", "for the lab"},
                "spiffe://mesolys/user/paul");
  chronicle_.ConfirmEverywhere();
  chronicle_.Do(TransferHours{grants_["a"], HoursOf(20), grants_["lab"], "lab-a", "and more"});
  chronicle_.ConfirmEverywhere();
  chronicle_.Refused(Reason::kOtherFamily,
                     TransferHours{grants_["a"], HoursOf(1), 0, "clinic", "to strangers"},
                     "spiffe://mesolys/user/paul");
  chronicle_.Refused(Reason::kNotEnoughLeft,
                     ReleaseHours{grants_["a"], HoursOf(90'000), "more than there is"});
}

void History::Revoke() {
  ReportRecords(chronicle_, {RecordOf("n1", 2, "rev-a", Day(2026, 2, 20), absl::Hours(2))});
  chronicle_.Do(RevokeGrant{grants_["rev"], "left the mesocentre"});
  chronicle_.Refused(Reason::kGrantRevoked, SupplementGrant{grants_["rev"], HoursOf(1), {}, "no"});
  jobs_.PassTo(Day(2026, 3, 3));
  ReportRecords(chronicle_, {RecordOf("n1", 3, "rev-a", Day(2026, 3, 2), absl::Hours(1))});
  chronicle_.Confirm("north");
  jobs_.PassTo(Day(2026, 3, 4));
  // South does not know yet; north does.
  ReportRecords(chronicle_, {RecordOf("s1", 1, "rev-a", Day(2026, 3, 3), absl::Hours(2))});
  ReportRecords(chronicle_, {RecordOf("n1", 4, "rev-a", Day(2026, 3, 3), absl::Hours(2))});
  chronicle_.Confirm("south");
}

void History::PayOverdrafts() {
  ReportRecords(chronicle_, {RecordOf("n1", 5, "short-a", Day(2026, 2, 20), absl::Hours(3))});
  chronicle_.Do(AdjustOverdraft{grants_["long"], grants_["short"], HoursOf(15), "paid later"});
  chronicle_.Confirm("north");
  chronicle_.Do(WriteOffOverdraft{grants_["short"], HoursOf(2), "nobody will pay it"});
  chronicle_.Refused(Reason::kNoOverdraft,
                     WriteOffOverdraft{grants_["short"], HoursOf(90), "more than there is"});
}

void History::GiveBackWhatIsLate() {
  chronicle_.Upkeep();
  chronicle_.ConfirmEverywhere();
  jobs_.PassTo(Day(2026, 3, 15));
  // A job that runs over a report, and one over the end of a month.
  UsageRecord runs = RecordOf("n1", 6, "chair-a", Day(2026, 3, 14), absl::Hours(20));
  runs.state = JobState::kRunning;
  ReportRecords(chronicle_, {runs});
  jobs_.PassTo(Day(2026, 3, 26) + absl::Minutes(1));
  chronicle_.Upkeep();
  chronicle_.ConfirmEverywhere();
}

void History::ExtendAndWriteOff() {
  // Days after its end, within its grace: what ran meanwhile is paid.
  chronicle_.Do(ExtendGrant{grants_["phd"], Day(2026, 8), "the thesis takes longer"});
  chronicle_.Refused(Reason::kInvalidPeriod,
                     ExtendGrant{grants_["phd"], Day(2026, 6), "an end that is earlier"});
  chronicle_.Do(ReleaseHours{grants_["phd"], HoursOf(50), "not needed"});
  chronicle_.Do(WriteOffSite{"east", "silent for a week"});
  chronicle_.Refused(Reason::kNothingAwaited, WriteOffSite{"east", "nothing waits"});
}

void History::RenewInGrace() {
  const int64_t renewal = AskCall("chair-a", "cpu", HoursOf(900), {Day(2026, 5), Day(2026, 12)});
  jobs_.PassTo(Day(2026, 5, 10));
  // Over the end proper, and within the grace.
  ReportRecords(chronicle_,
                {RecordOf("n1", 7, "chair-a", Day(2026, 4, 30) + absl::Hours(20), absl::Hours(8)),
                 RecordOf("n1", 8, "chair-a", Day(2026, 5, 6), absl::Hours(3))});
  chronicle_.Do(DecideRequest{renewal, {{"cpu", HoursOf(700)}}, "as the committee found"});
  jobs_.PassTo(Day(2026, 5, 12));
  // Over the border of the two grants.
  ReportRecords(chronicle_,
                {RecordOf("n1", 9, "chair-a", Day(2026, 5, 9) + absl::Hours(20), absl::Hours(12))});
}

void History::LeaveThingsOpen() {
  jobs_.PassTo(Day(2026, 9, 20));
  AskCall("chair-b", "gpu-v100", HoursOf(50), {Day(2026, 10), Day(2027, 3)});
  jobs_.PassTo(Day(2026, 10, 10));
  chronicle_.Do(ReleaseHours{grants_["b"], HoursOf(100), "not needed"});
  chronicle_.Do(SupplementGrant{grants_["clinic"], HoursOf(3000), {}, "used up"});
  chronicle_.Do(TransferHours{grants_["clinic"], HoursOf(40), 0, "lab-a", "shared means"});
  UsageRecord runs = RecordOf("n2", 10, "chair-b", Day(2026, 10, 9), absl::Hours(20));
  runs.state = JobState::kRunning;
  ReportRecords(chronicle_, {runs});
  jobs_.PassTo(Day(2026, 10, 12));
  chronicle_.Do(RevokeGrant{grants_["lab"], "moved"});
}

}  // namespace mesolys
