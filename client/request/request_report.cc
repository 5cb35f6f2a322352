#include "client/request/request_report.h"

#include <limits>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/grant/grant.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "client/request/request_form.h"
#include "client/request/request_sites.h"
#include "client/session/failure.h"
#include "client/show/cells.h"
#include "nlohmann/json.hpp"
#include "proto/runtime/convert.h"
#include "proto/values/reason.h"

namespace mesolys::client {
namespace {

Tone ToneOf(v1::Request::State state) {
  switch (state) {
    case v1::Request::GRANTED:
      return Tone::kGood;
    case v1::Request::PARTLY_GRANTED:
      return Tone::kWarning;
    case v1::Request::SUBMITTED:
    case v1::Request::WITHDRAWN:
      return Tone::kPlain;
    default:
      return Tone::kBad;
  }
}

// Watt-hours; nothing where none was declared.
Cell EnergyCell(int64_t watt_hours) {
  if (watt_hours == 0) return {"", nullptr};
  return {watt_hours % 1000 == 0 ? absl::StrCat(watt_hours / 1000, " kWh")
                                 : absl::StrCat(watt_hours, " Wh"),
          watt_hours};
}

// "cpu 50000 h, gpu-a100 2000 h"
Cell AskedCell(const v1::Request& request) {
  std::vector<std::string> texts;
  nlohmann::ordered_json by_resource = nlohmann::ordered_json::object();
  for (const v1::RequestLine& line : request.lines()) {
    texts.push_back(absl::StrCat(TextCell(line.resource()).text, " ",
                                 AmountTextOf(line.resource(), line.amount_base_units())));
    by_resource[line.resource()] = line.amount_base_units();
  }
  return {absl::StrJoin(texts, ", "), by_resource};
}

// Of a split, by site; for programs.
nlohmann::ordered_json PartsJson(const v1::RequestLine& line) {
  nlohmann::ordered_json parts = nlohmann::ordered_json::object();
  const std::map<std::string, int64_t> sorted(line.site_base_units().begin(),
                                              line.site_base_units().end());
  for (const auto& [site, amount] : sorted) parts[site] = amount;
  return parts;
}

Table RequestLinesTable(const v1::Request& request) {
  std::map<std::string, int64_t> granted;
  for (const v1::Grant& grant : request.grants()) {
    int64_t& sum = granted[grant.resource()];
    if (__builtin_add_overflow(sum, grant.amount_base_units(), &sum)) {
      sum = std::numeric_limits<int64_t>::max();
    }
  }
  Table table{"lines",
              {{"resource", Tr("RESOURCE")},
               {"amount_base_units", Tr("ASKED"), true},
               {"granted_base_units", Tr("GRANTED"), true},
               {"minimum_base_units", Tr("MINIMUM"), true},
               {"sites", Tr("SITES")},
               {"derived", Tr("NOTE")},
               {"site_base_units", ""},
               {"any_of", ""}},
              {}};
  for (const v1::RequestLine& line : request.lines()) {
    Cell got = AmountCell(line.resource(), granted[line.resource()]);
    if (granted[line.resource()] < line.amount_base_units()) got.tone = Tone::kWarning;
    table.rows.push_back(
        {TextCell(line.resource()), AmountCell(line.resource(), line.amount_base_units()), got,
         AmountCellUnlessZero(line.resource(), line.minimum_base_units()), SitesCell(line),
         Cell{line.derived() ? Tr("comes with the GPUs") : "", line.derived()},
         Cell{"", PartsJson(line)}, Cell{"", line.any_of()}});
  }
  return table;
}

Table RefusalsTable(const v1::Request& request) {
  Table table{"refusals", {{"reason", Tr("REASON")}, {"message", Tr("WHY")}, {"metadata", ""}}, {}};
  for (const v1::Refusal& refusal : request.refusals()) {
    nlohmann::ordered_json metadata = nlohmann::ordered_json::object();
    const std::map<std::string, std::string> sorted(refusal.metadata().begin(),
                                                    refusal.metadata().end());
    for (const auto& [key, value] : sorted) metadata[key] = value;
    table.rows.push_back(
        {TextCell(refusal.reason()), ToldCell(refusal.message()), Cell{"", metadata}});
  }
  table.for_people = !table.rows.empty();
  return table;
}

// Why a request was refused: the first reason, and its code.
absl::Status RefusalStatus(const v1::Request& request) {
  if (request.refusals().empty()) {
    return WithExit(absl::FailedPreconditionError(Tr("the request was refused without a reason")),
                    ExitCode::kRefused);
  }
  Refusal refusal = FromProto(request.refusals(0));
  // A reason of a newer scheduler has no code here.
  if (refusal.reason == Reason::kNone) {
    return WithExit(
        absl::FailedPreconditionError(Tr("$0: $1", request.refusals(0).reason(), refusal.message)),
        ExitCode::kRefused);
  }
  return WithExit(Refuse(refusal), ExitCode::kRefused);
}

// The same of one that is for the committee.
std::string WaitsSentence(const v1::Request& request, bool dry_run) {
  const std::string name = ShortName(request.name());
  if (!dry_run) return Tr("request $0 is submitted, and waits for the committee", name);
  return name.empty() ? Tr("request would be submitted, and waits for the committee")
                      : Tr("request $0 would be submitted, and waits for the committee", name);
}

}  // namespace

Table RequestTable(const std::string& key, bool single) {
  return {key,
          {{"name", Tr("REQUEST")},
           {"state", Tr("STATE")},
           {"asked_base_units", single ? "" : Tr("ASKED")},
           {"start_time", Tr("FROM"), false, false, 2},
           {"end_time", Tr("TO"), false, false, 1},
           {"requester", Tr("REQUESTER"), false, false, 4},
           {"decide_time", Tr("DECIDED"), false, false, 3},
           {"decide_reason", single ? Tr("BECAUSE") : ""},
           {"track", ""},
           {"usage_curve", single ? Tr("USAGE") : ""},
           {"justification", single ? Tr("JUSTIFICATION") : ""},
           {"necessity", single ? Tr("NECESSITY") : ""},
           {"energy_median_watt_hours", single ? Tr("ENERGY, MEDIAN") : ""},
           {"energy_p90_watt_hours", single ? Tr("ENERGY, 90 %") : ""}},
          {},
          single};
}

std::vector<Cell> RequestRow(const v1::Request& request, const absl::TimeZone& zone) {
  const v1::Period& period = request.period();
  return {NameCell(request.name()),
          StateCell(v1::Request::State_Name(request.state()), ToneOf(request.state())),
          AskedCell(request),
          DayCell(period.has_start_time(), period.start_time(), zone),
          DayCell(period.has_end_time(), period.end_time(), zone),
          IdentityCell(request.requester()),
          MinuteCell(request.has_decide_time(), request.decide_time(), zone),
          TextCell(request.decide_reason()),
          Cell{"", v1::Request::Track_Name(request.track())},
          UsageCurveCell(request.usage_curve(), zone),
          TextCell(request.justification()),
          TextCell(request.necessity()),
          EnergyCell(request.energy_median_watt_hours()),
          EnergyCell(request.energy_p90_watt_hours())};
}

Report ReportOf(const v1::Request& request, const absl::TimeZone& zone) {
  Table one = RequestTable("request", /*single=*/true);
  one.rows.push_back(RequestRow(request, zone));
  Table grants = GrantsTable(request.grants(), zone);
  grants.for_people = !grants.rows.empty();
  return {{one, RequestLinesTable(request), grants, RefusalsTable(request)}, {}};
}

std::string StateSentence(const v1::Request& request, bool dry_run) {
  const std::string name = ShortName(request.name());
  const std::string state = StateCell(v1::Request::State_Name(request.state())).text;
  if (!dry_run) return Tr("request $0 is $1", name, state);
  return name.empty() ? Tr("request would be $0", state)
                      : Tr("request $0 would be $1", name, state);
}

absl::Status PrintDecision(Session& session, const v1::Request& request) {
  Report report = ReportOf(request, session.zone());
  // A person reads the reasons beside the tables, with what the program says of them.
  for (Table& table : report.tables) table.for_people &= table.key != "refusals";
  absl::Status status;
  if (request.state() == v1::Request::REFUSED) {
    status = AsPrinted(RefusalStatus(request));
    report.error = ErrorJson(status);
  }
  session.Print(report);
  session.Say(request.state() == v1::Request::SUBMITTED
                  ? WaitsSentence(request, session.dry_run())
                  : StateSentence(request, session.dry_run()));
  for (const v1::RunningJobsMove& move : request.running_jobs_moves()) {
    session.Say(RunningJobsSentence(move, session.dry_run(), session.zone()));
  }
  // The last word of a refused one is its first reason; the caller says it.
  for (int i = status.ok() ? 0 : 1; i < request.refusals_size(); ++i) {
    session.Say(Told(request.refusals(i).message()));
  }
  return status;
}

std::string RunningJobsSentence(const v1::RunningJobsMove& move, bool dry_run,
                                const absl::TimeZone& zone) {
  const auto amount = [&move](int64_t base_units) {
    return AmountTextOf(move.resource(), base_units);
  };
  const auto day = [&zone](bool given, const google::protobuf::Timestamp& time) {
    return DayCell(given, time, zone).text;
  };
  const std::string grant = ShortName(move.grant());
  const std::string granted = amount(move.granted_base_units());
  const std::string end = day(move.has_end_time(), move.end_time());
  const std::string from = ShortName(move.from());
  const std::string from_end = day(move.has_from_end_time(), move.from_end_time());
  const std::string used = amount(move.in_flight_base_units());
  const std::string committed = amount(move.committed_base_units());
  return dry_run
             ? Tr("the grant that ends first pays: $0 ($1, $2) would end on $3, before $4 on $5, "
                  "so the running jobs of $4 would go over to it: $6 used so far and $7 until "
                  "their time limits, at most",
                  grant, move.resource(), granted, end, from, from_end, used, committed)
             : Tr("the grant that ends first pays: $0 ($1, $2) ends on $3, before $4 on $5, so the "
                  "running jobs of $4 go over to it: $6 used so far and $7 until their time "
                  "limits, at most",
                  grant, move.resource(), granted, end, from, from_end, used, committed);
}

}  // namespace mesolys::client
