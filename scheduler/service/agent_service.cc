#include "scheduler/service/agent_service.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mesolys/v1/agent.grpc.pb.h"
#include "proto/runtime/convert.h"
#include "proto/runtime/tls.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/rules/import_rules.h"
#include "scheduler/service/agent_commands.h"
#include "scheduler/service/means_view.h"
#include "scheduler/service/reply.h"

namespace mesolys {
namespace {

void Fill(const Answer& answer, v1::ReportUsageResponse& out) {
  for (const Event& event : answer.events) {
    const auto* reported = std::get_if<UsageReported>(&event);
    if (reported == nullptr) continue;
    out.set_changed_count(reported->changed_count);
    for (const RejectedRecord& rejected : reported->rejected) {
      v1::RejectedRecord& record = *out.add_rejected();
      record.set_index(rejected.index);
      *record.mutable_refusal() = ToProto(rejected.refusal);
    }
  }
}

// A call as gRPC has it. The caller may give it up.
class WaitingSynchronize final : public grpc::ServerUnaryReactor {
 public:
  explicit WaitingSynchronize(AgentCalls& calls) : calls_(calls) {}

  void OnCancel() override { calls_.Cancel(number); }
  void OnDone() override { delete this; }

  int64_t number = 0;  // written before gRPC has it

 private:
  AgentCalls& calls_;
};

AgentCalls::Done FinishOf(grpc::ServerUnaryReactor* reactor) {
  return [reactor](const absl::Status& status) { reactor->Finish(ToGrpcStatus(status)); };
}

class AgentService final : public v1::AgentService::CallbackService {
 public:
  explicit AgentService(AgentCalls& calls) : calls_(calls) {}

  grpc::ServerUnaryReactor* ReportUsage(grpc::CallbackServerContext* context,
                                        const v1::ReportUsageRequest* in,
                                        v1::ReportUsageResponse* out) override {
    const absl::StatusOr<std::string> identity = PeerIdentity(*context);
    if (!identity.ok()) return Reply(context, identity.status());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    calls_.Report(*identity, *in, *out, FinishOf(reactor));
    return reactor;
  }

  grpc::ServerUnaryReactor* Synchronize(grpc::CallbackServerContext* context,
                                        const v1::SynchronizeRequest* in,
                                        v1::SynchronizeResponse* out) override {
    const absl::StatusOr<std::string> identity = PeerIdentity(*context);
    if (!identity.ok()) return Reply(context, identity.status());
    auto* reactor = new WaitingSynchronize(calls_);  // deletes itself in OnDone
    reactor->number = calls_.Synchronize(*identity, *in, *out, FinishOf(reactor));
    return reactor;
  }

  grpc::ServerUnaryReactor* TellUsage(grpc::CallbackServerContext* context,
                                      const v1::TellUsageRequest* in,
                                      v1::TellUsageResponse* out) override {
    const absl::StatusOr<std::string> identity = PeerIdentity(*context);
    if (!identity.ok()) return Reply(context, identity.status());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    calls_.Tell(*identity, *in, *out, FinishOf(reactor));
    return reactor;
  }

 private:
  AgentCalls& calls_;
};

}  // namespace

AgentCalls::AgentCalls(Runtime& runtime, Engine& engine, SiteSessions& sessions,
                       Comparisons& comparisons, JobQuestions& jobs, WorkQueue& queries,
                       absl::Duration patience)
    : engine_(engine),
      sessions_(sessions),
      comparisons_(comparisons),
      jobs_(jobs),
      queries_(queries),
      polls_(runtime, engine, comparisons, jobs, patience) {}

void AgentCalls::Report(const std::string& identity, const v1::ReportUsageRequest& in,
                        v1::ReportUsageResponse& out, Done done) {
  const absl::Status allowed = Allow(identity, "AgentService.ReportUsage", in.site());
  if (!allowed.ok()) return done(allowed);
  absl::StatusOr<Command> command = ToCommand(in);
  if (!command.ok()) return done(command.status());
  auto& report = std::get<ReportUsage>(*command);
  if (sessions_.StatusOf(report.site).has_value()) {
    report.inventory = SizeOf(sessions_.MeansOf(report.site).value_or(v1::SiteMeans()));
  }
  engine_.Submit({identity, in.request_id(), *std::move(command), /*validate_only=*/false,
                  [&out, done = std::move(done)](const absl::StatusOr<Answer>& answer) {
                    if (answer.ok()) Fill(*answer, out);
                    done(answer.status());
                  }});
}

int64_t AgentCalls::Synchronize(const std::string& identity, const v1::SynchronizeRequest& in,
                                v1::SynchronizeResponse& out, Done done) {
  absl::Status checked = Allow(identity, "AgentService.Synchronize", in.site());
  checked.Update(CheckWitness(in.witness()));
  if (!checked.ok()) {
    done(checked);
    return 0;
  }
  const std::string site = *ParseSiteName(in.site());
  const bool known =
      engine_.Read([&](const Ledger& ledger) { return ledger.catalogue().sites.contains(site); });
  if (!known) {
    done(Refuse(Reason::kUnknownSite, Say("there is no site \"$0\" in the catalogue", site),
                {{"site", site}}));
    return 0;
  }
  sessions_.Update(site, in, engine_.Now());
  ConfirmAwaited(site, in);
  EndImports(site, in);
  for (const v1::ToldJob& told : in.told_jobs()) jobs_.Tell(site, told);
  const auto correction =
      in.has_correction_revision() ? std::optional(in.correction_revision()) : std::nullopt;
  return polls_.Add({site, in.generation(), in.comparison(), correction, in.wants_answer(), &out,
                     std::move(done)});
}

void AgentCalls::Cancel(int64_t synchronize) { polls_.Cancel(synchronize); }

void AgentCalls::Tell(const std::string& identity, const v1::TellUsageRequest& in,
                      v1::TellUsageResponse& out, Done done) {
  absl::Status checked = Allow(identity, "AgentService.TellUsage", in.site());
  checked.Update(CheckReportSize(in.records_size(), in.ByteSizeLong()));
  if (!checked.ok()) return done(checked);
  queries_.Add([&comparisons = comparisons_, &in, &out, site = *ParseSiteName(in.site()),
                done = std::move(done)] {
    absl::StatusOr<v1::TellUsageResponse> told = comparisons.Tell(site, in);
    if (told.ok()) out = *std::move(told);
    done(told.status());
  });
}

absl::Status AgentCalls::Allow(const std::string& identity, absl::string_view method,
                               const std::string& site) const {
  const absl::StatusOr<std::string> id = ParseSiteName(site);
  if (!id.ok()) return id.status();
  return Allowed(identity, engine_, method, {"", *id});
}

// An agent that was shown more than the log holds is a witness that the database went back in
// time.
absl::Status AgentCalls::CheckWitness(const v1::LedgerHead& witness) const {
  const LogHead head = engine_.head();
  const bool ahead = witness.revision() > head.revision;
  const bool differs =
      witness.revision() == head.revision && witness.revision() > 0 && witness.hash() != head.hash;
  if (!ahead && !differs) return absl::OkStatus();
  return absl::DataLossError(SayLater(
      "the agent was shown a ledger that this scheduler does not have: its database was replaced "
      "or restored from an older copy; restore the newest one"));
}

// A site that has put its lower ceilings in force, and says what it used before, sets the rest
// free.
void AgentCalls::ConfirmAwaited(const std::string& site, const v1::SynchronizeRequest& in) {
  const bool awaited =
      engine_.Read([&](const Ledger& ledger) { return !ledger.Awaited(site).empty(); });
  if (!awaited) return;
  absl::StatusOr<Command> command = ToCommand(in);
  if (!command.ok() || std::get<ConfirmCeilings>(*command).read_back.empty()) return;
  // One key per state of the ledger: said twice, it says nothing new. Only a confirmation that
  // was recorded uses its key up, and that moves the revision.
  const std::string key = absl::StrCat("confirm-", in.generation(), "-", engine_.head().revision);
  engine_.Submit({SiteIdentity(site), key, *std::move(command), /*validate_only=*/false,
                  [](const absl::StatusOr<Answer>&) {}});
}

// What the site has read anew ends; said again, it says nothing new.
void AgentCalls::EndImports(const std::string& site, const v1::SynchronizeRequest& in) {
  for (const v1::EndedImport& ended : in.ended_imports()) {
    const bool is_open = engine_.Read(
        [&](const Ledger& ledger) { return IsOpenImport(ledger, site, ended.number()); });
    if (!is_open) continue;
    engine_.Submit({SiteIdentity(site), absl::StrCat("import-", ended.number(), "-ended"),
                    ToCommand(site, ended), /*validate_only=*/false,
                    [](const absl::StatusOr<Answer>&) {}});
  }
}

std::unique_ptr<grpc::Service> NewAgentService(AgentCalls& calls) {
  return std::make_unique<AgentService>(calls);
}

}  // namespace mesolys
