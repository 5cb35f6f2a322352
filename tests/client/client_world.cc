#include "tests/client/client_world.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/runtime/convert.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/engine/engine.h"
#include "tests/fakes/caller.h"
#include "tests/fakes/running_scheduler.h"

namespace mesolys::client {
namespace {

constexpr PartsPerMillion kWhole{1'000'000};
constexpr int64_t kHour = 3600;
constexpr int64_t kTerabyte = 1'000'000'000'000;
constexpr char kPsmn[] = "sites/psmn";

Amount Hours(int64_t hours) { return Amount(hours * kHour); }

Period Between(absl::string_view start, absl::string_view end) {
  return {TimeOf(start), TimeOf(end)};
}

template <typename T>
T Require(absl::StatusOr<T> answer) {
  if (!answer.ok()) {
    std::fprintf(stderr, "ClientWorld: %s\n", answer.status().ToString().c_str());
    std::abort();
  }
  return *std::move(answer);
}

RequestLine Line(const std::string& resource, int64_t hours) {
  return {resource, Hours(hours), Amount(), {"psmn"}};
}

// Available, down, drained, in maintenance, reserved.
void SetCounts(const std::array<int64_t, 5>& counts, v1::MeansCount& out) {
  out.set_available_count(counts[0]);
  out.set_down_count(counts[1]);
  out.set_drained_count(counts[2]);
  out.set_maintenance_count(counts[3]);
  out.set_reserved_count(counts[4]);
}

// What the agent of psmn says of itself at each call.
v1::SynchronizeRequest Said(int64_t generation) {
  v1::SynchronizeRequest said;
  said.set_site(kPsmn);
  said.set_generation(generation);
  said.set_version("0.1.0");
  *said.mutable_agent_time() = ToProto(TimeOf("2026-11-21T09:00:00Z"));
  said.set_spool_record_count(42);
  said.mutable_spool_age()->set_seconds(90);
  said.set_problem("sacctmgr: connection refused");
  *said.mutable_means()->mutable_observe_time() = ToProto(TimeOf("2026-11-21T08:59:00Z"));
  v1::ResourceMeans& cpu = *said.mutable_means()->add_resources();
  cpu.set_resource("cpu");
  SetCounts({7168, 64, 128, 768, 64}, *cpu.mutable_units());
  SetCounts({112, 1, 2, 12, 1}, *cpu.mutable_nodes());
  v1::ResourceMeans& gpu = *said.mutable_means()->add_resources();
  gpu.set_resource("gpu-a100");
  SetCounts({16, 0, 4, 0, 0}, *gpu.mutable_units());
  SetCounts({4, 0, 1, 0, 0}, *gpu.mutable_nodes());
  return said;
}

void AddEnforcement(int64_t grant, v1::Ceiling::State state, int64_t hours, const std::string& text,
                    v1::SynchronizeRequest& said) {
  v1::Enforcement& enforcement = *said.add_enforcements();
  enforcement.set_grant(absl::StrCat("projects/proj_a/grants/g", grant));
  enforcement.set_state(state);
  enforcement.set_ceiling_base_units(hours * kHour);
  enforcement.set_text(text);
}

UsageRecord Running(int64_t id, absl::string_view start, int64_t cores, int64_t limit_hours) {
  UsageRecord record = FinishedJob(id, start, "2026-11-21T09:00:00Z", cores);
  record.state = JobState::kRunning;
  record.time_limit_seconds = limit_hours * kHour;
  return record;
}

}  // namespace

absl::Time TimeOf(absl::string_view rfc3339) {
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_sec, rfc3339, &time, nullptr)) std::abort();
  return time;
}

UsageRecord FinishedJob(int64_t id, absl::string_view start, absl::string_view end, int64_t cores) {
  UsageRecord record;
  record.key = {"psmn", id, TimeOf(start) - absl::Hours(1)};
  record.account = "proj_a";
  record.user = "amartin";
  record.state = JobState::kCompleted;
  record.start_time = TimeOf(start);
  record.end_time = TimeOf(end);
  record.core_count = cores;
  record.node_count = 1;
  record.observe_time = record.end_time;
  return record;
}

Catalogue WorldCatalogue() {
  Catalogue catalogue;
  catalogue.title = "Two sites";
  catalogue.time_zone = "UTC";
  catalogue.first_month = Month(2026, 1);
  for (int ahead = 0; ahead <= 24; ++ahead) {
    catalogue.month_starts.push_back(
        absl::FromCivil(absl::CivilMonth(2026, 1 + ahead), absl::UTCTimeZone()));
  }
  catalogue.dynamic_reserve = kWhole;
  catalogue.institutions = {{"cnrs", "CNRS"}, {"ens-lyon", "ENS de Lyon"}};
  Programme& chair = catalogue.programmes["chair"];
  chair.dynamic = true;
  chair.calls = true;
  // Alice has 63,600 h of it: 50,000 are left.
  chair.threshold = NormalisedSeconds(113'600 * kHour);
  chair.storage_max = Amount(5 * kTerabyte);
  chair.support_max = Hours(70);
  chair.bonus = PartsPerMillion(100'000);
  chair.eco = true;
  catalogue.programmes["springboard"].dynamic = true;
  catalogue.programmes["springboard"].threshold = NormalisedSeconds(10'000 * kHour);
  catalogue.data_classes["open"];
  catalogue.default_data_class = "open";
  const absl::Time since = TimeOf("2026-01-01T00:00:00Z");
  Site& psmn = catalogue.sites["psmn"];
  psmn.title = "PSMN, ENS de Lyon";
  psmn.clusters = {"psmn"};
  psmn.certifications = {"hds"};
  psmn.pue_milli = 1250;
  psmn.cores_per_gpu = 8;
  psmn.gpu_model = "a100";
  psmn.node_share = {64, 256'000'000'000, 0};
  psmn.admin_uids = {0};
  psmn.capacities = {{"cpu", since, 8192, PartsPerMillion(950'000)},
                     {"gpu-a100", since, 20, kWhole},
                     {"gpu-h100", TimeOf("2027-01-01T00:00:00Z"), 8, kWhole},
                     {"storage-scratch", since, 100 * kTerabyte, kWhole},
                     {"support", since, 1, kWhole}};
  Site& p2chpd = catalogue.sites["p2chpd"];
  p2chpd.title = "Pôle de calcul, Lyon 1";
  p2chpd.clusters = {"p2chpd"};
  p2chpd.capacities = {{"cpu", since, 500, kWhole}};
  catalogue.rates = {{"cpu", since, kWhole},
                     {"gpu-a100", since, PartsPerMillion(40'000'000)},
                     {"gpu-h100", since, PartsPerMillion(80'000'000)}};
  catalogue.roles = {{"alice", {"operator"}}};
  return catalogue;
}

std::vector<UsageRecord> WorldJobs() {
  UsageRecord suspended = FinishedJob(4001, "2026-11-19T08:00:00Z", "2026-11-20T09:00:00Z", 32);
  suspended.suspended_seconds = 1800;
  UsageRecord lost = FinishedJob(4002, "2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", 16);
  lost.state = JobState::kNodeFail;
  lost.gpu_counts["a100"] = 2;
  // Its GPU has no model.
  UsageRecord early = FinishedJob(4004, "2026-09-30T20:00:00Z", "2026-10-01T04:00:00Z", 1);
  early.gpu_counts[""] = 1;
  UsageRecord greedy = FinishedJob(4005, "2026-11-10T08:00:00Z", "2026-11-10T18:36:00Z", 80);
  greedy.gpu_counts["a100"] = 10;
  UsageRecord foreign = FinishedJob(4100, "2026-11-20T08:00:00Z", "2026-11-20T17:00:00Z", 10);
  foreign.account = "Old.Account";
  return {FinishedJob(4000, "2026-10-10T00:00:00Z", "2026-10-20T00:00:00Z", 80),
          suspended,
          lost,
          Running(4003, "2026-11-21T08:00:00Z", 8, 11),
          early,
          greedy,
          Running(4006, "2026-11-11T09:00:00Z", 20, 460),
          foreign};
}

ClientWorld::ClientWorld(TestCa& ca, ManualClock& clock) : ca_(ca), clock_(clock) {
  RunningSchedulerOptions options;
  options.catalogue = WorldCatalogue();
  options.interceptors.push_back(Interceptor());
  clock_.Set(TimeOf("2026-08-01T00:00:00Z"));
  scheduler_ = std::make_unique<RunningScheduler>(ca_, clock_, std::move(options));
  target_ = scheduler_->target();
  psmn_ = std::make_unique<Caller>(scheduler_->Connect("site/psmn"));
  Populate();
  GiveHours();
  first_revision_ = scheduler_->engine().head().revision + 1;
}

ClientWorld::~ClientWorld() { Stop(); }

void ClientWorld::Stop() {
  Release();
  psmn_ = nullptr;
  scheduler_ = nullptr;
}

void ClientWorld::Do(const std::string& identity, Command command) {
  std::promise<absl::StatusOr<Answer>> answer;
  scheduler_->engine().Submit(
      {absl::StrCat("spiffe://mesolys/", identity), absl::StrCat("world-", ++done_),
       std::move(command), /*validate_only=*/false,
       [&answer](absl::StatusOr<Answer> came) { answer.set_value(std::move(came)); }});
  Require(answer.get_future().get());
  AwaitSettled();
}

void ClientWorld::AwaitSettled() {
  if (!scheduler_->WaitUntilSettled()) std::abort();
}

void ClientWorld::Report(std::vector<UsageRecord> records) {
  ReportUsage report;
  report.site = "psmn";
  report.records = std::move(records);
  for (size_t i = 0; i < report.records.size(); ++i) {
    report.indexes.push_back(static_cast<int>(i));
  }
  Do("site/psmn", std::move(report));
}

void ClientWorld::Populate() {
  clock_.Set(TimeOf("2026-08-31T22:30:00Z"));
  const Period years = Between("2026-09-01T00:00:00Z", "2029-09-01T00:00:00Z");
  Do("user/alice", CreateProject{{"proj_a", "Apprentissage économe, \"vert\"", "ens-lyon", "chair",
                                  "open", /*parent=*/"", "alice", years}});
  Do("user/alice",
     CreateProject{{"proj_b", "Second", "cnrs", "chair", "open", /*parent=*/"", "bob", years}});
  clock_.Set(TimeOf("2026-09-01T08:00:00Z"));
  Do("user/alice", AddMember{"proj_a", {"alice", ProjectRole::kPi, {{"psmn", "amartin"}}}});
  Do("user/alice", LinkAccount{"proj_a", "psmn", "vert2025", /*etag=*/""});
  clock_.Set(TimeOf("2026-09-20T08:00:00Z"));
  Do("user/alice",
     DeclareWindow{{0, SiteWindow::Kind::kMaintenance, "psmn",
                    Between("2026-10-05T06:00:00Z", "2026-10-06T17:00:00Z"), "New switches"}});
}

void ClientWorld::GiveHours() {
  clock_.Set(TimeOf("2026-09-28T08:00:00Z"));
  Request autumn;
  autumn.project = "proj_a";
  autumn.lines = {Line("gpu-a100", 100), Line("cpu", 40'000)};
  autumn.period = Between("2026-10-01T00:00:00Z", "2027-03-01T00:00:00Z");
  autumn.justification = "Sparse models";
  autumn.requester = "spiffe://mesolys/user/alice";
  Do("user/alice", SubmitRequest{autumn});
  clock_.Set(TimeOf("2026-10-01T08:00:00Z"));
  Do("user/alice", SetMemberCeiling{"proj_a", "alice", "psmn", "cpu", Hours(500)});
  clock_.Set(TimeOf("2026-10-15T08:00:00Z"));
  Do("user/alice", SupplementGrant{2, Hours(10'000), {"psmn"}, "Review of \"October\""});
  Do("user/alice", ExtendGrant{2, TimeOf("2027-04-01T00:00:00Z"), "A node was late"});
  clock_.Set(TimeOf("2026-11-20T08:00:00Z"));
  Request winter = autumn;
  winter.lines = {Line("gpu-a100", 200), Line("cpu", 1600)};
  winter.period = Between("2026-12-01T00:00:00Z", "2027-06-01T00:00:00Z");
  Do("user/alice", SubmitRequest{winter});
  clock_.Set(TimeOf("2026-11-21T09:00:00Z"));
  Report(WorldJobs());
  Do("user/alice", TransferHours{2, Hours(100), 0, "proj_b", "For the partner"});
  // It has not heard of the transfer yet, and cannot set a limit of GPUs.
  v1::SynchronizeRequest said = Said(Generation() - 1);
  AddEnforcement(1, v1::Ceiling::ENFORCED, 100, "", said);
  AddEnforcement(2, v1::Ceiling::ENFORCED, 50'000, "", said);
  AddEnforcement(3, v1::Ceiling::FAILED, 0, "no such TRES", said);
  Require(psmn_->Call(said));
}

int64_t ClientWorld::Generation() const {
  return scheduler_->engine().Read([](const Ledger& ledger) { return ledger.Generation("psmn"); });
}

void ClientWorld::ConfirmAwaited() {
  const v1::DesiredState wanted = Require(psmn_->Call(Said(/*generation=*/0))).desired_state();
  v1::SynchronizeRequest said = Said(wanted.generation());
  for (const v1::DesiredProject& project : wanted.projects()) {
    for (const v1::DesiredGrant& grant : project.grants()) {
      v1::Enforcement& enforcement = *said.add_enforcements();
      enforcement.set_grant(grant.grant());
      enforcement.set_state(v1::Ceiling::ENFORCED);
      enforcement.set_ceiling_base_units(grant.ceiling_base_units());
      enforcement.set_used_base_units(grant.settled_base_units());
    }
  }
  Require(psmn_->Call(said));
}

void ClientWorld::TellAccounting(const std::vector<UsageRecord>& records,
                                 const std::string& problem) {
  const v1::WantedComparison wanted = Require(psmn_->Call(Said(Generation()))).comparison();
  v1::TellUsageRequest page;
  page.set_site(kPsmn);
  page.set_comparison(wanted.number());
  const Period span = Require(FromProto(wanted.period()));
  for (const UsageRecord& record : records) {
    const bool ran = record.start_time < span.end && record.end_time > span.start;
    if (ran) *page.add_records() = ToProto(record);
  }
  *page.mutable_told_until_time() = wanted.period().end_time();
  page.mutable_late_span()->set_seconds(kHour);
  page.set_is_last(true);
  page.set_problem(problem);
  Require(psmn_->Call(page));
}

void ClientWorld::EndImport(const ImportResult& result) {
  v1::DesiredState wanted = Require(psmn_->Call(Said(/*generation=*/0))).desired_state();
  while (wanted.imports().empty()) {
    wanted = Require(psmn_->Call(Said(wanted.generation()))).desired_state();
  }
  v1::SynchronizeRequest said = Said(wanted.generation());
  v1::EndedImport& ended = *said.add_ended_imports();
  ended.set_number(wanted.imports(0).number());
  ended.mutable_result()->set_job_count(result.job_count);
  ended.mutable_result()->set_changed_count(result.changed_count);
  ended.mutable_result()->set_core_seconds(result.core_seconds);
  ended.mutable_result()->set_problem(result.problem);
  Require(psmn_->Call(said));
}

std::vector<std::string> ClientWorld::applied() const {
  std::vector<std::string> ids;
  const absl::Status read = scheduler_->store().Read(first_revision_, [&ids](const LogRow& row) {
    if (!UserOf(row.actor).empty()) ids.push_back(row.request_id);
    return absl::OkStatus();
  });
  if (!read.ok()) std::abort();
  return ids;
}

}  // namespace mesolys::client
