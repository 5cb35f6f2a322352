// `mesolys request create|withdraw|decide|list|show`: asking for hours, space and support.

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/arguments.h"
#include "client/cells.h"
#include "client/command_tree.h"
#include "client/failure.h"
#include "client/grant.h"
#include "client/pages.h"
#include "client/request_form.h"
#include "client/running_jobs.h"
#include "client/session.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "proto/runtime/convert.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

struct Options {
  RequestForm form;
  std::string request;
  std::vector<std::string> awards;
  bool refuse = false;
  std::string reason;
};

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

Table RequestTable(const std::string& key, bool single) {
  return {key,
          {{"name", "REQUEST"},
           {"state", "STATE"},
           {"asked_base_units", single ? "" : "ASKED"},
           {"start_time", "FROM"},
           {"end_time", "TO"},
           {"requester", "REQUESTER"},
           {"decide_time", "DECIDED"},
           {"decide_reason", single ? "BECAUSE" : ""},
           {"track", ""},
           {"usage_curve", single ? "USAGE" : ""},
           {"justification", single ? "JUSTIFICATION" : ""},
           {"necessity", single ? "NECESSITY" : ""},
           {"energy_median_watt_hours", single ? "ENERGY, MEDIAN" : ""},
           {"energy_p90_watt_hours", single ? "ENERGY, 90 %" : ""}},
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

Table LinesTable(const v1::Request& request) {
  std::map<std::string, int64_t> granted;
  for (const v1::Grant& grant : request.grants()) {
    int64_t& sum = granted[grant.resource()];
    if (__builtin_add_overflow(sum, grant.amount_base_units(), &sum)) {
      sum = std::numeric_limits<int64_t>::max();
    }
  }
  Table table{"lines",
              {{"resource", "RESOURCE"},
               {"amount_base_units", "ASKED", true},
               {"granted_base_units", "GRANTED", true},
               {"minimum_base_units", "MINIMUM", true},
               {"sites", "SITES"},
               {"derived", "NOTE"}},
              {}};
  for (const v1::RequestLine& line : request.lines()) {
    Cell got = AmountCell(line.resource(), granted[line.resource()]);
    if (granted[line.resource()] < line.amount_base_units()) got.tone = Tone::kWarning;
    table.rows.push_back({TextCell(line.resource()),
                          AmountCell(line.resource(), line.amount_base_units()), got,
                          AmountCellUnlessZero(line.resource(), line.minimum_base_units()),
                          TextsCell({line.sites().begin(), line.sites().end()}),
                          Cell{line.derived() ? "comes with the GPUs" : "", line.derived()}});
  }
  return table;
}

Table RefusalsTable(const v1::Request& request) {
  Table table{"refusals", {{"reason", "REASON"}, {"message", "WHY"}, {"metadata", ""}}, {}};
  for (const v1::Refusal& refusal : request.refusals()) {
    nlohmann::ordered_json metadata = nlohmann::ordered_json::object();
    const std::map<std::string, std::string> sorted(refusal.metadata().begin(),
                                                    refusal.metadata().end());
    for (const auto& [key, value] : sorted) metadata[key] = value;
    table.rows.push_back(
        {TextCell(refusal.reason()), TextCell(refusal.message()), Cell{"", metadata}});
  }
  table.for_people = !table.rows.empty();
  return table;
}

Report ReportOf(const v1::Request& request, const absl::TimeZone& zone) {
  Table one = RequestTable("request", /*single=*/true);
  one.rows.push_back(RequestRow(request, zone));
  Table grants = GrantsTable(request.grants(), zone);
  grants.for_people = !grants.rows.empty();
  return {{one, LinesTable(request), grants, RefusalsTable(request)}, {}};
}

// Why a request was refused: the first reason, and its code.
absl::Status RefusalStatus(const v1::Request& request) {
  if (request.refusals().empty()) {
    return WithExit(absl::FailedPreconditionError("the request was refused without a reason"),
                    ExitCode::kRefused);
  }
  Refusal refusal = FromProto(request.refusals(0));
  // A reason of a newer scheduler has no code here.
  if (refusal.reason == Reason::kNone) {
    return WithExit(absl::FailedPreconditionError(
                        absl::StrCat(request.refusals(0).reason(), ": ", refusal.message)),
                    ExitCode::kRefused);
  }
  return WithExit(Refuse(refusal), ExitCode::kRefused);
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
  const std::string state = request.state() == v1::Request::SUBMITTED
                                ? "submitted, and waits for the committee"
                                : StateCell(v1::Request::State_Name(request.state())).text;
  // A dry run may have no name yet.
  session.Say(absl::StrCat("request ", ShortName(request.name()), request.name().empty() ? "" : " ",
                           session.dry_run() ? "would be " : "is ", state));
  for (const v1::RunningJobsMove& move : request.running_jobs_moves()) {
    session.Say(RunningJobsSentence(move, session.dry_run(), session.zone()));
  }
  // The last word of a refused one is its first reason; the caller says it.
  for (int i = status.ok() ? 0 : 1; i < request.refusals_size(); ++i) {
    session.Say(request.refusals(i).message());
  }
  return status;
}

absl::Status Create(Session& session, const Options& options) {
  const absl::StatusOr<std::string> project = ParseProject(options.form.project);
  if (!project.ok()) return project.status();
  absl::StatusOr<v1::Request> wanted = ToRequest(options.form, session.now());
  if (!wanted.ok()) return wanted.status();
  v1::CreateRequestRequest create;
  create.set_project(*project);
  *create.mutable_request() = *std::move(wanted);
  v1::Request decided;
  if (absl::Status status = session.Change(create, decided); !status.ok()) return status;
  return PrintDecision(session, decided);
}

absl::Status Withdraw(Session& session, const Options& options) {
  const absl::StatusOr<std::string> name = ParseRequest(options.request);
  if (!name.ok()) return name.status();
  v1::WithdrawRequestRequest withdraw;
  withdraw.set_name(*name);
  withdraw.set_reason(options.reason);
  v1::Request request;
  if (absl::Status status = session.Change(withdraw, request); !status.ok()) return status;
  return PrintDecision(session, request);
}

// What the committee gives; a refusal by it is what was wanted, and no failure.
absl::Status Decide(Session& session, const Options& options) {
  const absl::StatusOr<std::string> name = ParseRequest(options.request);
  if (!name.ok()) return name.status();
  if (options.refuse == !options.awards.empty()) {
    return absl::InvalidArgumentError(
        "say what is awarded, --award cpu=10000h for each line, or --refuse");
  }
  v1::DecideRequestRequest decide;
  decide.set_name(*name);
  decide.set_reason(options.reason);
  for (const std::string& text : options.awards) {
    const auto pair = ParsePair("--award", "RESOURCE=AMOUNT", '=', text);
    if (!pair.ok()) return pair.status();
    const absl::StatusOr<Amount> amount = ParseAmountOf("--award", pair->first, pair->second);
    if (!amount.ok()) return amount.status();
    v1::Award& award = *decide.add_awards();
    award.set_resource(pair->first);
    award.set_amount_base_units(amount->count());
  }
  v1::Request request;
  if (absl::Status status = session.Change(decide, request); !status.ok()) return status;
  session.Print(ReportOf(request, session.zone()));
  session.Say(absl::StrCat("request ", ShortName(request.name()),
                           session.dry_run() ? " would be " : " is ",
                           StateCell(v1::Request::State_Name(request.state())).text));
  return absl::OkStatus();
}

absl::Status List(Session& session, const std::string& text) {
  const absl::StatusOr<std::string> project = ParseProject(text);
  if (!project.ok()) return project.status();
  v1::ListRequestsRequest request;
  request.set_project(*project);
  const auto requests = ReadPages(session, request, &v1::ListRequestsResponse::requests);
  if (!requests.ok()) return requests.status();
  Table table = RequestTable("requests", /*single=*/false);
  for (const v1::Request& one : *requests) table.rows.push_back(RequestRow(one, session.zone()));
  session.Print({{table}, {}});
  return absl::OkStatus();
}

absl::Status Show(Session& session, const std::string& text) {
  const absl::StatusOr<std::string> name = ParseRequest(text);
  if (!name.ok()) return name.status();
  v1::GetRequestRequest get;
  get.set_name(*name);
  v1::Request request;
  if (absl::Status status = session.Read(get, request); !status.ok()) return status;
  session.Print(ReportOf(request, session.zone()));
  return absl::OkStatus();
}

void AddCreate(CommandTree& tree, CLI::App& noun) {
  auto options = std::make_shared<Options>();
  RequestForm& form = options->form;
  Verb verb = tree.Change(
      noun, "create", "Ask for hours, space or support; decided at once, unless it is for a call",
      {"mesolys request create proj_a --cpu 50000h --gpu a100=2000h --for 6m "
       "--justification \"Training of a sparse model\"",
       "mesolys request create proj_a --storage scratch=2TB --from 2026-12-01 "
       "--to 2027-06-01 --justification \"Checkpoints\" --dry-run",
       "mesolys request create proj_a --call --cpu 900000h --for 1y "
       "--usage 2027-03-01=10% --justification \"Renewal; most of it runs in summer\""},
      [options](Session& session) { return Create(session, *options); });
  AddRequestOptions(verb, form);
  verb.Flag("--call", &form.call,
            "For the committee: it waits, and grants that it would renew stay open meanwhile")
      .Options("--usage", "DATE=SHARE", &form.usage,
               "How much is meant to be used by then: 2027-03-01=10%; repeatable")
      .RequiredOption("--justification", "TEXT", &form.justification, "Why it is needed")
      .Option("--necessity", "TEXT", &form.necessity, "Why AI is necessary here")
      .Option("--energy-median", "ENERGY", &form.energy_median, "Expected: 1200kWh")
      .Option("--energy-p90", "ENERGY", &form.energy_p90, "With 90 % certainty: 2000kWh");
}

void AddDecisions(CommandTree& tree, CLI::App& noun) {
  auto withdrawn = std::make_shared<Options>();
  tree.Change(noun, "withdraw", "Take back a request that waits",
              {"mesolys request withdraw proj_a/r5 --reason \"Asked for too much\""},
              [withdrawn](Session& session) { return Withdraw(session, *withdrawn); })
      .Argument("REQUEST", &withdrawn->request, "PROJECT/rNUMBER")
      .RequiredOption("--reason", "TEXT", &withdrawn->reason, "Why; kept with the entry");
  auto decided = std::make_shared<Options>();
  tree.Change(noun, "decide", "The committee's answer to a request that waits",
              {"mesolys request decide proj_a/r5 --award cpu=400000h --reason \"Session of "
               "December\"",
               "mesolys request decide proj_a/r5 --refuse --reason \"Outside the call\""},
              [decided](Session& session) { return Decide(session, *decided); })
      .Argument("REQUEST", &decided->request, "PROJECT/rNUMBER")
      .Options("--award", "RESOURCE=AMOUNT", &decided->awards,
               "What a line gets: cpu=400000h; a line that is not named gets nothing; repeatable")
      .Flag("--refuse", &decided->refuse, "Nothing is given")
      .RequiredOption("--reason", "TEXT", &decided->reason, "Why; kept with the entry");
}

}  // namespace

void AddRequest(CommandTree& tree) {
  CLI::App& noun = tree.Noun("request", "Asking for hours, space and support");
  AddCreate(tree, noun);
  AddDecisions(tree, noun);
  auto project = std::make_shared<std::string>();
  tree.Read(noun, "list", "The requests of a project", {"mesolys request list proj_a"},
            [project](Session& session) { return List(session, *project); })
      .Argument("PROJECT", project.get(), "Its id");
  auto name = std::make_shared<std::string>();
  tree.Read(noun, "show", "One request, and what came of it", {"mesolys request show proj_a/r5"},
            [name](Session& session) { return Show(session, *name); })
      .Argument("REQUEST", name.get(), "PROJECT/rNUMBER");
}

}  // namespace mesolys
