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
#include "tests/client/world_facts.h"
#include "tests/fakes/caller.h"
#include "tests/fakes/running_scheduler.h"

namespace mesolys::client {
namespace {

constexpr int64_t kHour = 3600;
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
  said.set_gives_bonus(true);
  said.set_quarantined_count(19);
  said.set_held_row_count(1);
  v1::HeldRow& row = *said.add_held_rows();
  row.set_number(17);
  row.set_cluster("psmn");
  row.set_job_id("4002");
  row.set_account("proj_a");
  row.set_user("amartin");
  *row.mutable_set_aside_time() = ToProto(TimeOf("2026-11-20T08:59:00Z"));
  row.set_reason("End: soon");
  for (const auto& [resource, hours] : {std::pair("cpu", 32), std::pair("gpu-a100", 4)}) {
    v1::HeldAmount& amount = *row.add_amounts();
    amount.set_resource(resource);
    amount.set_amount_base_units(hours * kHour);
  }
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

}  // namespace

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

void ClientWorld::TellJob(const v1::JobSituation& situation) {
  const v1::SynchronizeResponse asked = Require(psmn_->Call(Said(Generation())));
  v1::SynchronizeRequest said = Said(/*generation=*/0);
  v1::ToldJob& told = *said.add_told_jobs();
  told.set_number(asked.jobs().at(0).number());
  *told.mutable_situation() = situation;
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
