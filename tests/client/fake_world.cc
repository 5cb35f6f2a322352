// What the fake scheduler knows from the start.

#include <cstdlib>

#include "absl/time/time.h"
#include "proto/runtime/convert.h"
#include "tests/client/fake_allocation_service.h"

namespace mesolys::client {
namespace {

constexpr int64_t kHour = 3600;

void SetPeriod(const std::string& from, const std::string& to, v1::Period* period) {
  *period->mutable_start_time() = FakeTime(from);
  *period->mutable_end_time() = FakeTime(to);
}

void AddCharge(const std::string& grant, const std::string& resource, v1::Charge::Kind kind,
               int64_t amount, v1::Job* job) {
  v1::Charge& charge = *job->add_charges();
  charge.set_grant(grant);
  charge.set_resource(resource);
  charge.set_kind(kind);
  charge.set_amount_base_units(amount);
  const int64_t rate = resource == "cpu" ? 1 : 40;
  charge.set_normalised_seconds(amount * rate);
  charge.set_rate_ppm(rate * 1'000'000);
  *charge.mutable_rate_since_time() = FakeTime("2026-01-01T00:00:00Z");
}

v1::Job Job(int64_t id, v1::UsageRecord::State state, const std::string& start,
            const std::string& end, int64_t cores) {
  v1::Job job;
  job.set_site("psmn");
  job.set_project("projects/proj_a");
  v1::UsageRecord& record = *job.mutable_record();
  record.set_cluster("psmn");
  record.set_job_id(id);
  record.set_account("proj_a");
  record.set_user("amartin");
  record.set_state(state);
  *record.mutable_submit_time() = FakeTime("2026-11-20T07:00:00Z");
  *record.mutable_start_time() = FakeTime(start);
  *record.mutable_end_time() = FakeTime(end);
  record.set_core_count(cores);
  return job;
}

}  // namespace

google::protobuf::Timestamp FakeTime(const std::string& rfc3339) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_sec, rfc3339, &time, &error)) std::abort();
  return ToProto(time);
}

v1::Site FakeSite(const std::string& id) {
  v1::Site site;
  site.set_name("sites/" + id);
  site.add_clusters(id);
  if (id == "p2chpd") {  // its agent has not called yet
    site.set_title("Pôle de calcul, Lyon 1");
    return site;
  }
  site.set_title("PSMN, ENS de Lyon");
  site.add_certifications("hds");
  site.set_pue_milli(1250);
  v1::AgentStatus& agent = *site.mutable_agent();
  *agent.mutable_last_seen_time() = FakeTime("2026-11-21T09:00:00Z");
  agent.set_version("0.1.0");
  agent.set_generation_wanted(12);
  agent.set_generation_in_force(11);
  agent.set_spool_record_count(42);
  agent.mutable_spool_age()->set_seconds(90);
  agent.set_problem("sacctmgr: connection refused");
  for (const char* month : {"2026-11", "2026-12"}) {
    v1::SiteCapacity& capacity = *site.add_capacities();
    capacity.set_resource("cpu");
    capacity.set_month(month);
    capacity.set_capacity_base_units(100'000 * kHour);
    capacity.set_granted_base_units(month == std::string("2026-11") ? 75'000 * kHour : 0);
  }
  *site.mutable_means()->mutable_observe_time() = FakeTime("2026-11-21T08:59:00Z");
  v1::ResourceMeans& cpu = *site.mutable_means()->add_resources();
  cpu.set_resource("cpu");
  cpu.set_promised_count(7782);
  cpu.mutable_units()->set_available_count(7168);
  cpu.mutable_units()->set_down_count(64);
  cpu.mutable_units()->set_drained_count(128);
  cpu.mutable_units()->set_maintenance_count(768);
  cpu.mutable_units()->set_reserved_count(64);
  cpu.mutable_nodes()->set_available_count(112);
  cpu.mutable_nodes()->set_down_count(1);
  cpu.mutable_nodes()->set_drained_count(2);
  cpu.mutable_nodes()->set_maintenance_count(12);
  cpu.mutable_nodes()->set_reserved_count(1);
  v1::SiteExposure& exposure = *site.add_exposures();
  exposure.set_resource("cpu");
  exposure.set_spendable_base_units(25'000 * kHour);
  exposure.set_awaited_base_units(100 * kHour);
  v1::SiteWindow& window = *site.add_windows();
  window.set_site(site.name());
  window.set_kind(v1::SiteWindow::MAINTENANCE);
  SetPeriod("2026-10-05T06:00:00Z", "2026-10-06T17:00:00Z", window.mutable_period());
  window.set_title("New switches");
  window.set_number(1);
  return site;
}

v1::Project FakeProject() {
  v1::Project project;
  project.set_name("projects/proj_a");
  project.set_title("Apprentissage économe, \"vert\"");
  project.set_institution("ens-lyon");
  project.set_programme("chair");
  project.set_data_class("open");
  project.set_pi("alice");
  SetPeriod("2026-09-01T00:00:00Z", "2029-09-01T00:00:00Z", project.mutable_period());
  *project.mutable_create_time() = FakeTime("2026-08-31T22:30:00Z");
  project.set_etag("7");
  project.set_shares(8'000);
  project.set_eco(true);
  return project;
}

// g17 has had a supplement, and gives hours that psmn has not confirmed yet; g18 is overdrawn.
std::vector<v1::Grant> FakeGrants() {
  v1::Grant cpu;
  cpu.set_name("projects/proj_a/grants/g17");
  cpu.set_resource("cpu");
  cpu.set_amount_base_units(50'000 * kHour);
  SetPeriod("2026-10-01T00:00:00Z", "2027-04-01T00:00:00Z", cpu.mutable_period());
  cpu.set_state(v1::Grant::ACTIVE);
  *cpu.mutable_issue_time() = FakeTime("2026-09-28T08:00:00Z");
  cpu.set_bonus_base_units(5'000 * kHour);
  v1::Ceiling& ceiling = *cpu.add_ceilings();
  ceiling.set_site("psmn");
  ceiling.set_wanted_base_units(49'900 * kHour);
  ceiling.set_held_base_units(50'000 * kHour);
  ceiling.set_state(v1::Ceiling::WANTED);
  v1::GrantChange& more = *cpu.add_changes();
  more.set_grant(cpu.name());
  more.set_kind(v1::GrantChange::SUPPLEMENT);
  more.set_amount_base_units(10'000 * kHour);
  *more.mutable_end_time() = FakeTime("2027-03-01T00:00:00Z");
  more.set_reason("Review of October");
  more.add_ceilings()->set_site("psmn");
  more.mutable_ceilings(0)->set_wanted_base_units(10'000 * kHour);
  v1::GrantChange& later = *cpu.add_changes();
  later.set_grant(cpu.name());
  later.set_kind(v1::GrantChange::EXTENSION);
  *later.mutable_end_time() = FakeTime("2027-04-01T00:00:00Z");
  later.set_reason("The node was late");
  v1::ReductionOrder& order = *cpu.add_orders();
  order.set_grant(cpu.name());
  order.set_kind(v1::GrantChange::TRANSFER_OUT);
  order.set_amount_base_units(100 * kHour);
  order.set_receiver("projects/proj_b");
  order.add_sites("psmn");
  order.set_reason("For the partner");
  v1::Grant gpu;
  gpu.set_name("projects/proj_a/grants/g18");
  gpu.set_resource("gpu-a100");
  gpu.set_amount_base_units(100 * kHour);
  *gpu.mutable_period() = cpu.period();
  gpu.set_state(v1::Grant::EXHAUSTED);
  return {cpu, gpu};
}

v1::Balance FakeBalance() {
  v1::Balance balance;
  balance.set_project("projects/proj_a");
  balance.set_revision(1234);
  v1::BalanceLine& cpu = *balance.add_lines();
  cpu.set_grant("projects/proj_a/grants/g17");
  cpu.set_resource("cpu");
  cpu.set_granted_base_units(50'000 * kHour);
  cpu.set_settled_base_units(20'000 * kHour);
  cpu.set_in_flight_base_units(5'000 * kHour);
  cpu.set_committed_base_units(10'000 * kHour);
  cpu.set_left_base_units(15'000 * kHour);
  cpu.set_burn_base_units_per_day(500 * kHour);
  *cpu.mutable_exhaust_time() = FakeTime("2026-12-21T23:30:00Z");
  SetPeriod("2026-10-01T00:00:00Z", "2027-04-01T00:00:00Z", cpu.mutable_period());
  v1::SiteShare& share = *cpu.add_sites();
  share.set_site("psmn");
  share.set_ceiling_base_units(50'000 * kHour);
  share.set_settled_base_units(20'000 * kHour);
  share.set_in_flight_base_units(5'000 * kHour);
  share.set_committed_base_units(10'000 * kHour);
  v1::BalanceLine& gpu = *balance.add_lines();
  gpu.set_grant("projects/proj_a/grants/g18");
  gpu.set_resource("gpu-a100");
  gpu.set_granted_base_units(100 * kHour);
  gpu.set_settled_base_units(110 * kHour);
  gpu.set_overdraft_base_units(10 * kHour);
  gpu.set_burn_base_units_per_day(2 * kHour);
  SetPeriod("2026-10-01T00:00:00Z", "2027-04-01T00:00:00Z", gpu.mutable_period());
  v1::BalanceLine& uncovered = *balance.add_lines();
  uncovered.set_resource("cpu");
  uncovered.set_settled_base_units(3 * kHour);
  uncovered.set_overdraft_base_units(3 * kHour);
  return balance;
}

std::vector<v1::Job> FakeUnassignedJobs() {
  v1::Job job =
      Job(4100, v1::UsageRecord::COMPLETED, "2026-11-20T08:00:00Z", "2026-11-20T17:00:00Z", 10);
  job.clear_project();
  job.mutable_record()->set_account("Old.Account");
  AddCharge("", "cpu", v1::Charge::SETTLED, 90 * kHour, &job);
  return {job};
}

v1::AuditEvent FakeEvent() {
  v1::AuditEvent event;
  v1::AuditEntry& entry = *event.mutable_entry();
  entry.set_revision(17);
  *entry.mutable_time() = FakeTime("2026-11-20T08:00:00Z");
  entry.set_actor("spiffe://mesolys/user/alice");
  entry.set_request_id("key-1");
  entry.add_facts("grant_changed");
  const auto add = [&event](const std::string& what, const std::string& before,
                            const std::string& after, v1::Difference::Form form) {
    v1::Difference& difference = *event.add_differences();
    difference.set_what("projects/proj_a/" + what);
    difference.set_before(before);
    difference.set_after(after);
    difference.set_form(form);
    if (form == v1::Difference::AMOUNT) difference.set_resource("cpu");
  };
  add("grants/g17 end", "2027-03-01T00:00:00Z", "2027-04-01T00:00:00Z", v1::Difference::TIME);
  add("grants/g17 granted", "144000000", "180000000", v1::Difference::AMOUNT);
  add("grants/g17 held psmn", "", "180000000", v1::Difference::AMOUNT);
  add("member bob", "role researcher", "", v1::Difference::FORM_UNSPECIFIED);
  event.set_content_json(
      R"({"events":[{"grant_changed":{"grant":"17","amount":"36000000","reason":"A \"late\" node"}}]})");
  return event;
}

std::vector<v1::Job> FakeJobs() {
  const std::string cpu = "projects/proj_a/grants/g17";
  v1::Job done =
      Job(4001, v1::UsageRecord::COMPLETED, "2026-11-20T08:00:00Z", "2026-11-21T09:30:00Z", 32);
  done.mutable_record()->set_suspended_seconds(1800);
  AddCharge(cpu, "cpu", v1::Charge::SETTLED, 32 * 25 * kHour, &done);
  v1::Job lost =
      Job(4002, v1::UsageRecord::NODE_FAIL, "2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", 16);
  (*lost.mutable_record()->mutable_gpu_counts())["a100"] = 2;
  AddCharge(cpu, "cpu", v1::Charge::SETTLED, 16 * kHour, &lost);
  AddCharge(cpu, "cpu", v1::Charge::REFUND, 16 * kHour, &lost);
  lost.mutable_charges(1)->set_basis(v1::Charge::NODE_FAIL);
  AddCharge("projects/proj_a/grants/g18", "gpu-a100", v1::Charge::SETTLED, 2 * kHour, &lost);
  lost.mutable_charges(2)->set_basis(v1::Charge::NODE_SHARE);
  v1::Job running =
      Job(4003, v1::UsageRecord::RUNNING, "2026-11-21T08:00:00Z", "2026-11-21T09:00:00Z", 8);
  AddCharge(cpu, "cpu", v1::Charge::IN_FLIGHT, 8 * kHour, &running);
  AddCharge(cpu, "cpu", v1::Charge::COMMITTED, 80 * kHour, &running);
  // It began before the grant, and its GPU has no model.
  v1::Job uncovered =
      Job(4004, v1::UsageRecord::COMPLETED, "2026-09-30T20:00:00Z", "2026-10-01T04:00:00Z", 1);
  *uncovered.mutable_record()->mutable_submit_time() = FakeTime("2026-09-30T19:00:00Z");
  (*uncovered.mutable_record()->mutable_gpu_counts())[""] = 1;
  AddCharge("", "cpu", v1::Charge::SETTLED, 4 * kHour, &uncovered);
  AddCharge(cpu, "cpu", v1::Charge::SETTLED, 4 * kHour, &uncovered);
  return {done, lost, running, uncovered};
}

}  // namespace mesolys::client
