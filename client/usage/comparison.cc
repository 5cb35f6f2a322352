#include "client/usage/comparison.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "client/session/failure.h"
#include "client/session/pages.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/comparison.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "mesolys/v1/values.pb.h"
#include "nlohmann/json.hpp"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"

namespace mesolys::client {
namespace {

// A slice of accounting is read within two minutes, and an agent asks every half a minute.
constexpr std::chrono::minutes kAgentUnheardMax(4);
constexpr std::chrono::seconds kBetweenWords(5);

absl::Status Silent(const std::string& site) {
  return WithExit(
      absl::UnavailableError(Tr("the agent of $0 has told nothing for 4 minutes; `mesolys site "
                                "show $0` says when it was seen and what hinders it",
                                site)),
      ExitCode::kFailed);
}

constexpr int kDaysCompared = 7;

struct ReconcileOptions {
  std::string site;
  std::string from;
  std::string to;
  std::string limit;
  bool unexplained = false;
};

// Without --from and --to: the last closed days.
absl::StatusOr<Period> PeriodOf(const Session& session, const ReconcileOptions& options) {
  const absl::CivilDay today = absl::ToCivilDay(session.now(), session.zone());
  const auto day = [](absl::CivilDay civil) { return absl::FormatCivilTime(civil); };
  const std::string to = options.to.empty() ? day(today) : options.to;
  const std::string from = options.from.empty() ? day(today - kDaysCompared) : options.from;
  return ParseAccountedPeriod(session, from, to);
}

Cell CauseCell(v1::UsageDifference::Cause cause) {
  return StateCell(v1::UsageDifference::Cause_Name(cause),
                   cause == v1::UsageDifference::UNEXPLAINED ? Tone::kBad : Tone::kPlain);
}

Table DifferencesTable(const std::vector<v1::UsageDifference>& differences,
                       const absl::TimeZone& zone) {
  Table table{"differences",
              {{"cluster", Tr("CLUSTER")},
               {"job_id", Tr("JOB"), true},
               {"submit_time", Tr("SUBMITTED")},
               {"account", Tr("ACCOUNT")},
               {"user", Tr("USER")},
               {"resource", Tr("RESOURCE")},
               {"cause", Tr("CAUSE")},
               {"accounting_base_units", Tr("ACCOUNTING"), true},
               {"ledger_base_units", Tr("LEDGER"), true},
               {"difference_base_units", Tr("DIFFERENCE"), true}},
              {}};
  for (const v1::UsageDifference& each : differences) {
    const v1::JobName& job = each.job();
    table.rows.push_back({TextCell(job.cluster()), NumberCell(job.job_id()),
                          MinuteCell(job.has_submit_time(), job.submit_time(), zone),
                          TextCell(each.account()), TextCell(each.user()),
                          TextCell(each.resource()), CauseCell(each.cause()),
                          AmountCell(each.resource(), each.accounting_base_units()),
                          AmountCell(each.resource(), each.ledger_base_units()),
                          DifferenceCell(each.resource(), each.amount_base_units())});
  }
  table.for_people = !table.rows.empty();
  return table;
}

// The first line of a resource says what accounting and ledger come to, the others why they differ.
Table TotalsTable(const v1::UsageComparison& comparison) {
  Table table{"totals",
              {{"resource", Tr("RESOURCE")},
               {"accounting_base_units", Tr("ACCOUNTING"), true},
               {"ledger_base_units", Tr("LEDGER"), true},
               {"difference_base_units", Tr("DIFFERENCE"), true}},
              {}};
  for (const v1::ComparedTotal& total : comparison.totals()) {
    table.rows.push_back({TextCell(total.resource()),
                          AmountCell(total.resource(), total.accounting_base_units()),
                          AmountCell(total.resource(), total.ledger_base_units()),
                          DifferenceCell(total.resource(), total.ledger_base_units() -
                                                               total.accounting_base_units())});
  }
  return table;
}

Table CausesTable(const v1::UsageComparison& comparison) {
  Table table{"causes",
              {{"resource", Tr("RESOURCE")},
               {"cause", Tr("CAUSE")},
               {"difference_count", Tr("JOBS"), true},
               {"difference_base_units", Tr("DIFFERENCE"), true}},
              {}};
  for (const v1::ComparedTotal& total : comparison.totals()) {
    for (const v1::ComparedCause& each : total.causes()) {
      table.rows.push_back({TextCell(total.resource()), CauseCell(each.cause()),
                            NumberCell(each.difference_count()),
                            DifferenceCell(total.resource(), each.amount_base_units())});
    }
  }
  table.for_people = !table.rows.empty();
  return table;
}

Table ComparisonTable(const v1::UsageComparison& comparison, const absl::TimeZone& zone) {
  const v1::Period& period = comparison.period();
  return {
      "comparison",
      {{"site", Tr("SITE")},
       {"start_time", Tr("FROM")},
       {"end_time", Tr("TO")},
       {"job_count", Tr("JOBS")},
       {"new_job_count", Tr("NOT IN THE LEDGER")},
       {"unreadable_count", Tr("UNREADABLE ROWS")},
       {"difference_count", Tr("DIFFERENCES")},
       {"unexplained_count", Tr("UNEXPLAINED")}},
      {{NameCell(comparison.site()), MinuteCell(period.has_start_time(), period.start_time(), zone),
        MinuteCell(period.has_end_time(), period.end_time(), zone),
        NumberCell(comparison.job_count()), NumberCell(comparison.new_job_count()),
        NumberCell(comparison.unreadable_count()), NumberCell(comparison.difference_count()),
        NumberCell(comparison.unexplained_count())}},
      /*single=*/true};
}

// Nothing when everything is explained.
absl::Status Verdict(const v1::UsageComparison& comparison) {
  if (comparison.unexplained_count() == 0 && comparison.unreadable_count() == 0) {
    return absl::OkStatus();
  }
  return AsPrinted(
      WithExit(absl::DataLossError(Tr(
                   "$0 differences are not explained, $1 rows of the accounting cannot be read; "
                   "`mesolys usage import --site $2` with the same span reports what never came in",
                   comparison.unexplained_count(), comparison.unreadable_count(),
                   ShortName(comparison.site()))),
               ExitCode::kFailed));
}

absl::Status Reconcile(Session& session, const ReconcileOptions& options) {
  const absl::StatusOr<std::string> site = ParseSite(options.site);
  if (!site.ok()) return site.status();
  const absl::StatusOr<Period> period = PeriodOf(session, options);
  if (!period.ok()) return period.status();
  const absl::StatusOr<int64_t> limit = ParseLimit(options.limit);
  if (!limit.ok()) return limit.status();
  const absl::StatusOr<v1::UsageComparison> comparison = CompareUsage(session, *site, *period);
  if (!comparison.ok()) return comparison.status();
  v1::ListUsageDifferencesRequest request;
  request.set_site(*site);
  request.set_number(comparison->number());
  request.set_unexplained(options.unexplained);
  const auto differences =
      ReadPages(session, request, &v1::ListUsageDifferencesResponse::differences, *limit);
  if (!differences.ok()) return differences.status();
  absl::Status verdict = Verdict(*comparison);
  Report report = {
      {ComparisonTable(*comparison, session.zone()), DifferencesTable(*differences, session.zone()),
       TotalsTable(*comparison), CausesTable(*comparison)},
      {}};
  if (!verdict.ok()) report.error = ErrorJson(verdict);
  session.Print(report);
  if (verdict.ok()) {
    session.Say(comparison->difference_count() == 0
                    ? Tr("accounting and ledger of $0 agree", ShortName(*site))
                    : Tr("accounting and ledger of $0 differ, and every difference is explained",
                         ShortName(*site)));
  }
  return verdict;
}

}  // namespace

absl::StatusOr<Period> ParseAccountedPeriod(const Session& session, const std::string& from,
                                            const std::string& to) {
  const absl::StatusOr<absl::Time> start = ParseLocalInstant("--from", from, session.zone());
  if (!start.ok()) return start.status();
  const absl::StatusOr<absl::Time> end = ParseLocalInstant("--to", to, session.zone());
  if (!end.ok()) return end.status();
  if (*end <= *start) {
    return absl::InvalidArgumentError(Tr("--to $0 must be after --from $1", to, from));
  }
  return Period{*start, *end};
}

absl::StatusOr<v1::UsageComparison> CompareUsage(Session& session, const std::string& site,
                                                 const Period& period) {
  v1::CompareUsageRequest request;
  request.set_site(site);
  *request.mutable_period() = ToProto(period);
  v1::UsageComparison comparison;
  if (absl::Status s = session.Read(request, comparison); !s.ok()) return s;
  v1::GetUsageComparisonRequest again;
  again.set_site(site);
  again.set_number(comparison.number());
  auto heard = std::chrono::steady_clock::now();
  auto said = heard;
  while (comparison.state() == v1::UsageComparison::RUNNING) {
    session.Pause();
    v1::UsageComparison next;
    if (absl::Status s = session.Read(again, next); !s.ok()) {
      if (!absl::IsNotFound(s)) return s;
      return WithExit(absl::AbortedError(Tr("the scheduler was started anew meanwhile and has "
                                            "forgotten what was compared; give the command again")),
                      ExitCode::kFailed);
    }
    const auto now = std::chrono::steady_clock::now();
    const bool is_further =
        next.job_count() != comparison.job_count() ||
        next.told_until_time().seconds() != comparison.told_until_time().seconds();
    if (is_further) heard = now;
    comparison = next;
    if (now - heard > kAgentUnheardMax) return Silent(ShortName(site));
    if (now - said < kBetweenWords || !comparison.has_told_until_time()) continue;
    said = now;
    session.Say(
        TrCount("$1 has told $0 job, up to $2", "$1 has told $0 jobs, up to $2",
                comparison.job_count(), ShortName(site),
                MinuteCell(/*given=*/true, comparison.told_until_time(), session.zone()).text));
  }
  if (comparison.state() == v1::UsageComparison::DONE) return comparison;
  return WithExit(absl::AbortedError(Tr("$0 could not tell its accounting: $1", ShortName(site),
                                        Told(comparison.problem()))),
                  ExitCode::kFailed);
}

void AddReconcile(CommandTree& tree, CLI::App& noun) {
  auto options = std::make_shared<ReconcileOptions>();
  tree.Read(noun, "reconcile",
            Tr("Compare the ledger with a site's own accounting, and explain every difference"),
            {"mesolys audit reconcile --site psmn",
             "mesolys audit reconcile --site psmn --from 2026-11-01 --to 2026-12-01 --unexplained"},
            [options](Session& session) { return Reconcile(session, *options); })
      .RequiredOption("--site", "SITE", &options->site, Tr("Its id"))
      .Option("--from", "TIME", &options->from,
              Tr("2026-11-01 or 2026-11-01T08:00, local; a week ago if not given"))
      .Option("--to", "TIME", &options->to,
              Tr("The first moment after it; the last midnight if not given"))
      .Option("--limit", "ROWS", &options->limit, Tr("List at most so many differences"))
      .Flag("--unexplained", &options->unexplained, Tr("List only those that nothing explains"));
}

}  // namespace mesolys::client
