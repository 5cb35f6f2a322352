#include "client/usage/usage_import.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client/frame/arguments.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "client/session/failure.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "client/usage/comparison.h"
#include "mesolys/v1/comparison.pb.h"
#include "mesolys/v1/site.pb.h"
#include "mesolys/v1/values.pb.h"
#include "nlohmann/json.hpp"
#include "proto/runtime/convert.h"

namespace mesolys::client {
namespace {

struct ImportOptions {
  std::string site;
  std::string from;
  std::string to;
  bool wait = false;
};

std::vector<Column> ImportColumns() {
  return {{"site", ""},
          {"number", Tr("IMPORT"), true},
          {"state", Tr("STATE")},
          {"start_time", Tr("FROM")},
          {"end_time", Tr("TO")},
          {"order_time", Tr("ORDERED")},
          {"done_time", ""},
          {"job_count", Tr("JOBS"), true},
          {"changed_count", Tr("NEW"), true},
          {"rejected_count", Tr("REJECTED"), true},
          {"unreadable_count", Tr("UNREADABLE"), true},
          {"core_seconds", Tr("CORE HOURS"), true},
          {"problem", Tr("PROBLEM")}};
}

// Nothing until the import has ended.
Cell ResultCell(const v1::UsageImport& import, int64_t count) {
  return import.has_result() ? NumberCell(count) : Cell{"", nullptr};
}

std::vector<Cell> ImportRow(const v1::UsageImport& import, const absl::TimeZone& zone) {
  const v1::Period& period = import.period();
  const v1::ImportResult& result = import.result();
  Cell problem = ToldCell(result.problem());
  problem.tone = Tone::kBad;
  return {NameCell(import.site()),
          NumberCell(import.number()),
          StateCell(v1::UsageImport::State_Name(import.state())),
          MinuteCell(period.has_start_time(), period.start_time(), zone),
          MinuteCell(period.has_end_time(), period.end_time(), zone),
          MinuteCell(import.has_order_time(), import.order_time(), zone),
          MinuteCell(import.has_end_time(), import.end_time(), zone),
          ResultCell(import, result.job_count()),
          ResultCell(import, result.changed_count()),
          ResultCell(import, result.rejected_count()),
          ResultCell(import, result.unreadable_count()),
          import.has_result() ? AmountCell("cpu", result.core_seconds()) : Cell{"", nullptr},
          problem};
}

// What an import would report, account by account.
absl::Status Rehearse(Session& session, const std::string& site, const Period& period) {
  const absl::StatusOr<v1::UsageComparison> told = CompareUsage(session, site, period);
  if (!told.ok()) return told.status();
  Table accounts{"accounts",
                 {{"cluster", Tr("CLUSTER")},
                  {"account", Tr("ACCOUNT")},
                  {"resource", Tr("RESOURCE")},
                  {"job_count", Tr("JOBS"), true},
                  {"new_job_count", Tr("NEW"), true},
                  {"accounting_base_units", Tr("USED"), true},
                  {"ledger_base_units", Tr("CHARGED SO FAR"), true}},
                 {}};
  for (const v1::ComparedAccount& account : told->accounts()) {
    accounts.rows.push_back({TextCell(account.cluster()), TextCell(account.account()),
                             TextCell(account.resource()), NumberCell(account.job_count()),
                             NumberCell(account.new_job_count()),
                             AmountCell(account.resource(), account.accounting_base_units()),
                             AmountCell(account.resource(), account.ledger_base_units())});
  }
  Table one{"import",
            {{"site", ""}, {"job_count", ""}, {"new_job_count", ""}, {"unreadable_count", ""}},
            {{NameCell(told->site()), NumberCell(told->job_count()),
              NumberCell(told->new_job_count()), NumberCell(told->unreadable_count())}},
            /*single=*/true,
            /*for_people=*/false};
  session.Print({{one, accounts}, {}});
  session.Say(
      Tr("$0 jobs would be read at $1, $2 of them new to the ledger; $3 rows cannot be read",
         told->job_count(), ShortName(site), told->new_job_count(), told->unreadable_count()));
  return absl::OkStatus();
}

// Until the import has ended; says what hinders the agent meanwhile.
absl::Status Wait(Session& session, v1::UsageImport& import) {
  v1::GetSiteRequest request;
  request.set_name(import.site());
  std::string problem;
  while (import.state() == v1::UsageImport::ORDERED) {
    session.Pause();
    v1::Site site;
    if (absl::Status status = session.Read(request, site); !status.ok()) return status;
    bool is_known = false;
    for (const v1::UsageImport& each : site.imports()) {
      if (each.number() != import.number()) continue;
      import = each;
      is_known = true;
    }
    if (!is_known) {
      return absl::InternalError(
          Tr("import $0 of $1 is not listed any more", import.number(), ShortName(import.site())));
    }
    if (site.agent().problem() != problem) {
      problem = site.agent().problem();
      if (!problem.empty()) session.Say(Tr("$0: $1", ShortName(site.name()), Told(problem)));
    }
  }
  return absl::OkStatus();
}

absl::Status Import(Session& session, const ImportOptions& options) {
  const absl::StatusOr<std::string> site = ParseSite(options.site);
  if (!site.ok()) return site.status();
  const absl::StatusOr<Period> period = ParseAccountedPeriod(session, options.from, options.to);
  if (!period.ok()) return period.status();
  if (session.dry_run()) return Rehearse(session, *site, *period);
  v1::ImportUsageRequest request;
  request.set_site(*site);
  *request.mutable_period() = ToProto(*period);
  v1::UsageImport import;
  if (absl::Status status = session.Change(request, import); !status.ok()) return status;
  const int64_t number = import.number();
  const std::string where = ShortName(*site);
  if (options.wait) {
    session.Say(Tr("import $0 of $1 is ordered; it goes on without this program", number, where));
    if (absl::Status waited = Wait(session, import); !waited.ok()) return waited;
  }
  Report report = {{{"import", ImportColumns(), {ImportRow(import, session.zone())}, true}}, {}};
  report.tables[0].columns[0].heading = Tr("SITE");
  absl::Status status;
  if (import.state() == v1::UsageImport::FAILED) {
    status = AsPrinted(WithExit(
        absl::AbortedError(Tr("import $0 of $1 failed: $2; what was read before is charged", number,
                              where, Told(import.result().problem()))),
        ExitCode::kFailed));
    report.error = ErrorJson(status);
  }
  session.Print(report);
  if (import.state() == v1::UsageImport::ORDERED) {
    session.Say(Tr("import $0 of $1 is ordered; `mesolys site show $1` tells what came of it",
                   number, where));
  } else if (status.ok()) {
    session.Say(Tr("import $0 of $1 is done", number, where));
  }
  return status;
}

}  // namespace

Table ImportsTable(const google::protobuf::RepeatedPtrField<v1::UsageImport>& imports,
                   const absl::TimeZone& zone) {
  Table table{"imports", ImportColumns(), {}};
  for (const v1::UsageImport& import : imports) table.rows.push_back(ImportRow(import, zone));
  table.for_people = !table.rows.empty();
  return table;
}

void AddUsageImport(CommandTree& tree, CLI::App& noun) {
  auto options = std::make_shared<ImportOptions>();
  tree.Change(noun, "import",
              Tr("Have a site read a span of its accounting anew: history, or what was lost"),
              {"mesolys usage import --site psmn --from 2026-09-01 --to 2026-10-01 --dry-run",
               "mesolys usage import --site psmn --from 2026-09-01 --to 2026-10-01 --wait"},
              [options](Session& session) { return Import(session, *options); })
      .RequiredOption("--site", "SITE", &options->site, Tr("Its id"))
      .RequiredOption("--from", "TIME", &options->from,
                      Tr("2026-09-01 or 2026-09-01T08:00, local: what ran from then on"))
      .RequiredOption("--to", "TIME", &options->to,
                      Tr("The first moment after it; not in the future"))
      .Flag("--wait", &options->wait, Tr("Wait until everything is read and charged"));
}

}  // namespace mesolys::client
