#include "scheduler/store/event_codec.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/event.pb.h"
#include "tests/fakes/test_catalogue.h"

namespace mesolys {
namespace {

using ::testing::IsEmpty;

const Period kPeriod{Day(2026, 6), Day(2027, 1)};

// One event of each kind, every field set to something of its own.
std::vector<Event> EveryEvent() {
  Request request;
  request.number = 3;
  request.project = "alpha";
  request.lines = {{"gpu-a100", Amount(10), Amount(4), {"north", "south"}, false},
                   {"cpu", Amount(80), {}, {}, true}};
  request.period = kPeriod;
  request.justification = "à savoir";
  request.necessity = "need";
  request.energy_median_watt_hours = 5;
  request.energy_p90_watt_hours = 9;
  request.requester = kOlga;
  request.track = Track::kCall;
  request.curve = {{kPeriod.start + absl::Seconds(5), PartsPerMillion(250'000)}};
  Grant grant;
  grant.number = 4;
  grant.project = "alpha";
  grant.resource = "cpu";
  grant.amount = Amount(kAmountMax);
  grant.period = kPeriod;
  grant.request = 3;
  grant.pi = "paul";
  grant.programme = "chair";
  grant.normalised = NormalisedSeconds(77);
  grant.issue_time = TestTime() + absl::Microseconds(123'456);
  grant.placements = {{"north", Month(2026, 12), Amount(1)}, {"south", Month(2027, 1), Amount(2)}};
  grant.ceilings = {{"north", Amount(1)}, {"south", Amount(2)}};
  grant.bonus = PartsPerMillion(250'000);
  grant.curve = request.curve;
  GrantChange change;
  change.grant = 4;
  change.kind = ChangeKind::kTransferOut;
  change.amount = Amount(-5);
  change.end = kPeriod.end;
  change.placements = {{"north", Month(2026, 12), Amount(-3)}};
  change.ceilings = {{"south", Amount(6)}};
  change.reserve = {{"north", Amount(-3)}};
  change.normalised = NormalisedSeconds(-8);
  change.counterpart = 5;
  change.order = 2;
  change.reason = "swapped";
  change.renewal = 3;
  ReductionOrder order;
  order.number = 2;
  order.grant = 4;
  order.kind = ChangeKind::kRelease;
  order.amount = Amount(7);
  order.ceilings = {{"north", Amount(1)}};
  order.end = kPeriod.end;
  order.to_grant = 5;
  order.to_project = "beta";
  order.to_site = "south";
  order.reason = "not needed";
  const Refusal refusal{Reason::kThresholdReached, "too much", {{"asked", "9"}, {"left", "1"}}};
  const std::vector<Posting> postings = {
      {{4, "", "n1", "alpha", "cpu", ChargeKind::kSettled}, Amount(-5)},
      {{0, "alpha", "n1", "old", "cpu", ChargeKind::kInFlight}, Amount(6)},
      {{0, "", "n1", "nobody", "gpu-untyped", ChargeKind::kCommitted}, Amount(7)},
      {{4, "", "n1", "alpha", "cpu", ChargeKind::kRefund}, Amount(8)}};
  const std::string digest("\x00\xff\x80 bytes", 9);
  Member deputy{"dora", ProjectRole::kDeputy, {{"north", "dora1"}}};
  deputy.term = kPeriod;
  Project project = TestProject("alpha");
  project.parent = "beta";
  Catalogue catalogue = TestCatalogue();
  catalogue.programmes["chair"].weight = PartsPerMillion(500'000);
  catalogue.programmes["chair"].eco = true;
  catalogue.institution_factors["ens"] = PartsPerMillion(1'250'000);
  return {
      CatalogueAdopted{catalogue, "# text\n", digest},
      ProjectCreated{project},
      AccountLinked{"alpha", "n1", "Old.Name"},
      AccountUnlinked{"alpha", "n1", "Old.Name", "theirs"},
      MemberAdded{"alpha",
                  {"rosa", ProjectRole::kSupervisor, {{"north", "rosa1"}, {"south", "rosa2"}}}},
      RequestSubmitted{request},
      GrantIssued{grant},
      RequestDecided{{3, RequestState::kPartlyGranted, {refusal}, "as found"}},
      UsageReported{"north", postings, 9, 8, {{1, refusal}}, digest},
      JobsResettled{"n1", "old", JobKey{"n1", 5, Day(2026, 2)}, postings, 2, digest},
      JobsResettled{"n1", "old", std::nullopt, {}, 0, ""},
      GrantChanged{change},
      ReductionOrdered{order},
      CeilingsConfirmed{"north", {{4, Amount(9)}, {5, Amount()}}, true, {{4, Amount(3)}}, "silent"},
      JobRefunded{JobKey{"n1", 5, Day(2026, 2)}, "by hand", postings, digest},
      WindowDeclared{{2, SiteWindow::Kind::kMaintenance, "north", kPeriod, "new pumps"}},
      UnderUseNoticed{{4, 65, Amount(12), TestTime() + absl::Microseconds(3)}},
      MemberRemoved{"alpha", "rosa"},
      MemberCeilingSet{"alpha", "rosa", "north", "cpu", Amount(0)},
      MemberCeilingSet{"alpha", "rosa", "north", "gpu-a100", std::nullopt},
      ProjectArchived{"alpha", "over"},
      ModeSet{true, "moving house"},
      RoleGiven{"rosa", "auditor", true, "left"},
      MemberAdded{"alpha", deputy},
      RequestWithdrawn{3, "too much"},
      ImportOrdered{{5, "north", kPeriod}},
      ImportEnded{5, {9, 8, 1, 2, 3600, "slurmdbd is away"}}};
}

TEST(EventCodecTest, EveryEventIsReadAsItWasWritten) {
  const std::vector<Event> events = EveryEvent();
  const absl::StatusOr<std::vector<Event>> read = DecodeEvents(EncodeEvents(events));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), events.size());
  for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ((*read)[i], events[i]) << "event " << i;
}

TEST(EventCodecTest, TheListAboveHasEveryKindOfEvent) {
  std::vector<bool> seen(std::variant_size_v<Event>);
  for (const Event& event : EveryEvent()) seen[event.index()] = true;
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_TRUE(seen[i]) << "kind " << i;
}

TEST(EventCodecTest, ACommandMayCauseNothing) {
  const absl::StatusOr<std::vector<Event>> read = DecodeEvents(EncodeEvents({}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(*read, IsEmpty());
}

void ExpectLost(const v1::StoredEvents& stored, const char* what) {
  EXPECT_EQ(DecodeEvents(stored.SerializeAsString()).status().code(), absl::StatusCode::kDataLoss)
      << what;
}

TEST(EventCodecTest, BytesThatThisVersionCannotHaveWrittenAreLostData) {
  EXPECT_EQ(DecodeEvents("no events").status().code(), absl::StatusCode::kDataLoss);
  v1::StoredEvents stored;
  stored.add_events();
  ExpectLost(stored, "an event of no kind");
  for (int kind : {0, 5, -1}) {
    stored.Clear();
    stored.add_events()->mutable_usage_reported()->add_postings()->set_kind(kind);
    ExpectLost(stored, "a charge of an unknown kind");
    stored.Clear();
    stored.add_events()->mutable_jobs_resettled()->add_postings()->set_kind(kind);
    ExpectLost(stored, "a charge of an unknown kind");
  }
  for (int number : {5, -1}) {
    stored.Clear();
    stored.add_events()->mutable_member_added()->set_role(number);
    ExpectLost(stored, "an unknown role");
    stored.Clear();
    stored.add_events()->mutable_request_submitted()->set_track(number);
    ExpectLost(stored, "an unknown track");
    stored.Clear();
    stored.add_events()->mutable_request_decided()->set_state(number);
    ExpectLost(stored, "an unknown state");
  }
}

TEST(EventCodecTest, HalfABodyIsLostData) {
  const std::string body = EncodeEvents(EveryEvent());
  int read = 0;
  for (size_t size = 1; size < body.size(); size += 7) {
    const absl::StatusOr<std::vector<Event>> events =
        DecodeEvents(absl::string_view(body).substr(0, size));
    if (events.ok()) {
      ++read;  // cut exactly between two events
    } else {
      EXPECT_EQ(events.status().code(), absl::StatusCode::kDataLoss);
    }
  }
  EXPECT_LT(read, 10);
}

}  // namespace
}  // namespace mesolys
