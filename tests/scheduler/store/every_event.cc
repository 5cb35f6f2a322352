#include "tests/scheduler/store/every_event.h"

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace mesolys {
namespace {

absl::Time At(int year, int month, int day = 1) {
  return absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone());
}

const Period kPeriod{At(2026, 6), At(2027, 1)};

Programme SomeProgramme() {
  Programme programme;
  programme.title = "Research chair";
  programme.dynamic = true;
  programme.calls = true;
  programme.threshold = NormalisedSeconds(20'000'000);
  programme.storage_max = Amount(5'000'000'000'000);
  programme.support_max = Amount(252'000);
  programme.period_days_max = 366;
  programme.team_min = 2;
  programme.team_max = 3;
  programme.supervisor_required = true;
  programme.bonus = PartsPerMillion(250'000);
  programme.grace_days = 30;
  programme.late_days_warned = 31;
  programme.late_days_max = 60;
  programme.notice_days = 14;
  programme.weight = PartsPerMillion(500'000);
  programme.eco = true;
  return programme;
}

Site SomeSite() {
  Site site;
  site.title = "North";
  site.clusters = {"n1", "n2"};
  site.certifications = {"iso", "hds"};
  site.pue_milli = 1350;
  site.cores_per_gpu = 8;
  site.gpu_model = "a100";
  site.gpu_jobs_pay_cpu = false;
  site.node_share.cores = 32;
  site.node_share.memory_bytes = 128'000'000'000;
  site.node_share.gpus = 4;
  site.admin_uids = {0, 380'693};
  site.capacities = {{"cpu", At(2026, 1), 100, PartsPerMillion(950'000)},
                     {"gpu-a100", At(2026, 2), 4, PartsPerMillion(1'000'000)}};
  return site;
}

Catalogue SomeCatalogue() {
  Catalogue catalogue;
  catalogue.title = "One site";
  catalogue.time_zone = "Europe/Paris";
  catalogue.first_month = Month(2026, 1);
  catalogue.month_starts = {At(2026, 1) - absl::Hours(1), At(2026, 2) - absl::Hours(1)};
  catalogue.dynamic_reserve = PartsPerMillion(500'000);
  catalogue.institutions = {{"ens", "ENS de Lyon"}};
  catalogue.institution_factors = {{"ens", PartsPerMillion(1'250'000)}};
  catalogue.programmes = {{"chair", SomeProgramme()}};
  catalogue.data_classes = {{"health", {"Health data", {"hds"}}}};
  catalogue.default_data_class = "health";
  catalogue.sites = {{"north", SomeSite()}};
  catalogue.rates = {{"cpu", At(2026, 1), PartsPerMillion(20'000)}};
  catalogue.roles = {{"olga", {"auditor", "operator"}}};
  return catalogue;
}

Catalogue CatalogueWithSlices() {
  Catalogue catalogue = SomeCatalogue();
  catalogue.sites.at("north").gpu_names = {{"1g.10gb", {"gpu-a100", 1, 7}}};
  return catalogue;
}

Request SomeRequest() {
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
  request.requester = "spiffe://mesolys/user/olga";
  request.track = Track::kCall;
  request.curve = {{kPeriod.start + absl::Seconds(5), PartsPerMillion(250'000)}};
  return request;
}

Grant SomeGrant() {
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
  grant.issue_time = (At(2026, 6, 15) + absl::Hours(12)) + absl::Microseconds(123'456);
  grant.placements = {{"north", Month(2026, 12), Amount(1)}, {"south", Month(2027, 1), Amount(2)}};
  grant.ceilings = {{"north", Amount(1)}, {"south", Amount(2)}};
  grant.bonus = PartsPerMillion(250'000);
  grant.curve = SomeRequest().curve;
  grant.of_call = true;
  return grant;
}

// What 0.1.0 could not say.
Request RequestAtSites() {
  Request request = SomeRequest();
  request.lines[0].by_site = {{"north", Amount(7)}, {"south", Amount(3)}};
  request.lines[1].any_of = true;
  return request;
}

Grant GrantAtAnyOf() {
  Grant grant = SomeGrant();
  grant.any_of = {"north", "south"};
  return grant;
}

GrantChange SomeChange() {
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
  return change;
}

ReductionOrder SomeOrder() {
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
  return order;
}

}  // namespace

std::vector<Event> EveryEvent() {
  const Refusal refusal{Reason::kThresholdReached, "too much", {{"asked", "9"}, {"left", "1"}}};
  const std::vector<Posting> postings = {
      {{4, "", "n1", "alpha", "cpu", ChargeKind::kSettled}, Amount(-5)},
      {{0, "alpha", "n1", "old", "cpu", ChargeKind::kInFlight}, Amount(6)},
      {{0, "", "n1", "nobody", "gpu-untyped", ChargeKind::kCommitted}, Amount(7)},
      {{4, "", "n1", "alpha", "cpu", ChargeKind::kRefund}, Amount(8)}};
  const std::string digest("\x00\xff\x80 bytes", 9);
  const Member deputy{"dora", ProjectRole::kDeputy, {{"north", "dora1"}}, kPeriod};
  const Project project{"alpha",  "Project alpha", "ens",  "chair",
                        "health", "beta",          "paul", {At(2026, 1), At(2028, 1)}};
  return {
      CatalogueAdopted{SomeCatalogue(), "# text\n", digest},
      ProjectCreated{project},
      AccountLinked{"alpha", "n1", "Old.Name"},
      AccountUnlinked{"alpha", "n1", "Old.Name", "theirs"},
      MemberAdded{"alpha",
                  {"rosa", ProjectRole::kSupervisor, {{"north", "rosa1"}, {"south", "rosa2"}}}},
      RequestSubmitted{SomeRequest()},
      GrantIssued{SomeGrant()},
      RequestDecided{{3, RequestState::kPartlyGranted, {refusal}, "as found"}},
      UsageReported{"north", postings, 9, 8, {{1, refusal}}, digest},
      JobsResettled{"n1", "old", JobKey{"n1", 5, At(2026, 2)}, postings, 2, digest},
      JobsResettled{"n1", "old", std::nullopt, {}, 0, ""},
      GrantChanged{SomeChange()},
      ReductionOrdered{SomeOrder()},
      CeilingsConfirmed{"north", {{4, Amount(9)}, {5, Amount()}}, true, {{4, Amount(3)}}, "silent"},
      JobRefunded{JobKey{"n1", 5, At(2026, 2)}, "by hand", postings, digest},
      WindowDeclared{{2, SiteWindow::Kind::kMaintenance, "north", kPeriod, "new pumps"}},
      UnderUseNoticed{
          {4, 65, Amount(12), (At(2026, 6, 15) + absl::Hours(12)) + absl::Microseconds(3)}},
      MemberRemoved{"alpha", "rosa"},
      MemberCeilingSet{"alpha", "rosa", "north", "cpu", Amount(0)},
      MemberCeilingSet{"alpha", "rosa", "north", "gpu-a100", std::nullopt},
      ProjectArchived{"alpha", "over"},
      ModeSet{true, "moving house"},
      RoleGiven{"rosa", "auditor", true, "left"},
      MemberAdded{"alpha", deputy},
      RequestWithdrawn{3, "too much"},
      ImportOrdered{{5, "north", kPeriod}},
      ImportEnded{5, {9, 8, 1, 2, 3600, "slurmdbd is away"}},
      RequestSubmitted{RequestAtSites()},
      GrantIssued{GrantAtAnyOf()},
      RowsDismissed{{"north", 17, 19, "ours, written by a broken prolog"}},
      CatalogueAdopted{CatalogueWithSlices(), "# text", digest}};
}

}  // namespace mesolys
