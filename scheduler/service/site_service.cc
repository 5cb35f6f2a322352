#include "scheduler/service/site_service.h"

#include "absl/strings/str_cat.h"
#include "mesolys/v1/site_service.grpc.pb.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/rules/import_rules.h"
#include "scheduler/service/commands.h"
#include "scheduler/service/grant_commands.h"
#include "scheduler/service/import_commands.h"
#include "scheduler/service/long_polls.h"
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

class SiteService final : public v1::SiteService::CallbackService {
 public:
  SiteService(Engine& engine, SiteSessions& sessions, Comparisons& comparisons, JobQuestions& jobs,
              WorkQueue& queries, std::chrono::milliseconds patience)
      : engine_(engine),
        sessions_(sessions),
        comparisons_(comparisons),
        jobs_(jobs),
        queries_(queries),
        polls_(engine, comparisons, jobs, patience) {}

  grpc::ServerUnaryReactor* ReportUsage(grpc::CallbackServerContext* context,
                                        const v1::ReportUsageRequest* in,
                                        v1::ReportUsageResponse* out) override {
    absl::StatusOr<std::string> identity =
        AllowedFor(*context, "SiteService.ReportUsage", in->site());
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<Command> command = ToCommand(*in);
    if (!command.ok()) return Reply(context, command.status());
    return Hand(context, engine_, *std::move(identity), *in, *std::move(command),
                /*validate_only=*/false, [out](const Answer& answer) { Fill(answer, *out); });
  }

  grpc::ServerUnaryReactor* Synchronize(grpc::CallbackServerContext* context,
                                        const v1::SynchronizeRequest* in,
                                        v1::SynchronizeResponse* out) override {
    absl::StatusOr<std::string> identity =
        AllowedFor(*context, "SiteService.Synchronize", in->site());
    if (!identity.ok()) return Reply(context, identity.status());
    if (absl::Status status = CheckWitness(in->witness()); !status.ok()) {
      return Reply(context, status);
    }
    const std::string site = *ParseSiteName(in->site());
    const bool known =
        engine_.Read([&](const Ledger& ledger) { return ledger.catalogue().sites.contains(site); });
    if (!known) {
      return Reply(context,
                   Refuse(Reason::kUnknownSite,
                          Say("there is no site \"$0\" in the catalogue", site), {{"site", site}}));
    }
    sessions_.Update(site, *in, engine_.Now());
    ConfirmAwaited(site, *in);
    EndImports(site, *in);
    for (const v1::ToldJob& told : in->told_jobs()) jobs_.Tell(site, told);
    return polls_.Add(site, in->generation(), in->comparison(), out);
  }

  grpc::ServerUnaryReactor* TellUsage(grpc::CallbackServerContext* context,
                                      const v1::TellUsageRequest* in,
                                      v1::TellUsageResponse* out) override {
    absl::StatusOr<std::string> identity =
        AllowedFor(*context, "SiteService.TellUsage", in->site());
    if (!identity.ok()) return Reply(context, identity.status());
    absl::Status size = CheckReportSize(in->records_size(), in->ByteSizeLong());
    if (!size.ok()) return Reply(context, size);
    return ReplyLater(context, queries_, [this, in, out, site = *ParseSiteName(in->site())] {
      absl::StatusOr<v1::TellUsageResponse> told = comparisons_.Tell(site, *in);
      if (told.ok()) *out = *std::move(told);
      return told.status();
    });
  }

 private:
  // A site that has put its lower ceilings in force, and says what it used before, sets the rest
  // free.
  void ConfirmAwaited(const std::string& site, const v1::SynchronizeRequest& in) {
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
  void EndImports(const std::string& site, const v1::SynchronizeRequest& in) {
    for (const v1::EndedImport& ended : in.ended_imports()) {
      const bool is_open = engine_.Read(
          [&](const Ledger& ledger) { return IsOpenImport(ledger, site, ended.number()); });
      if (!is_open) continue;
      engine_.Submit({SiteIdentity(site), absl::StrCat("import-", ended.number(), "-ended"),
                      ToCommand(site, ended), /*validate_only=*/false,
                      [](const absl::StatusOr<Answer>&) {}});
    }
  }

  absl::StatusOr<std::string> AllowedFor(const grpc::CallbackServerContext& context,
                                         absl::string_view method, const std::string& name) {
    absl::StatusOr<std::string> site = ParseSiteName(name);
    if (!site.ok()) return site.status();
    return Allowed(context, engine_, method, {"", *site});
  }

  // An agent that was shown more than the log holds is a witness that the database went back in
  // time.
  absl::Status CheckWitness(const v1::LedgerHead& witness) const {
    const LogHead head = engine_.head();
    const bool ahead = witness.revision() > head.revision;
    const bool differs = witness.revision() == head.revision && witness.revision() > 0 &&
                         witness.hash() != head.hash;
    if (!ahead && !differs) return absl::OkStatus();
    return absl::DataLossError(SayLater(
        "the agent was shown a ledger that this scheduler does not have: its database was replaced "
        "or restored from an older copy; restore the newest one"));
  }

  Engine& engine_;
  SiteSessions& sessions_;
  Comparisons& comparisons_;
  JobQuestions& jobs_;
  WorkQueue& queries_;
  LongPolls polls_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewSiteService(Engine& engine, SiteSessions& sessions,
                                              Comparisons& comparisons, JobQuestions& jobs,
                                              WorkQueue& queries,
                                              std::chrono::milliseconds patience) {
  return std::make_unique<SiteService>(engine, sessions, comparisons, jobs, queries, patience);
}

}  // namespace mesolys
