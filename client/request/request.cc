// `mesolys request create|withdraw|decide|list|show`: asking for hours, space and support.
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/language/language.h"
#include "client/request/request_form.h"
#include "client/request/request_questions.h"
#include "client/request/request_report.h"
#include "client/session/pages.h"
#include "client/session/session.h"
#include "mesolys/v1/request.pb.h"
#include "proto/config/config_file.h"

namespace mesolys::client {
namespace {

// A request in a TOML file, with the words of the options of `request create`:
//   project = "proj_a"
//   gpu = ["a100=2000h"]
//   for = "6m"
//   justification = "Training of a sparse model"
// Errors name file, line and column, and what would be right (proto/config/config_file.h).
absl::StatusOr<RequestForm> LoadRequestFile(const std::string& path) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Load(path);
  // One that is not there is a mistyped option, nothing that the scheduler lacks.
  if (!file.ok()) return absl::InvalidArgumentError(file.status().message());
  ConfigTable root = file->root();
  const std::vector<std::string> none;
  RequestForm form;
  form.project = root.Text("project", "");
  form.lines.cpu = root.Text("cpu", "");
  form.lines.gpus = root.Texts("gpu", none);
  form.lines.storages = root.Texts("storage", none);
  form.lines.support = root.Text("support", "");
  form.lines.lines = root.Texts("line", none);
  form.lines.minimums = root.Texts("minimum", none);
  form.lines.sites = root.Texts("site", none);
  form.from = root.Text("from", "");
  form.to = root.Text("to", "");
  form.span = root.Text("for", "");
  form.call = root.Flag("call", false);
  form.usage = root.Texts("usage", none);
  form.justification = root.Text("justification");
  form.necessity = root.Text("necessity", "");
  form.energy_median = root.Text("energy-median", "");
  form.energy_p90 = root.Text("energy-p90", "");
  if (absl::Status status = file->Finish(); !status.ok()) return status;
  return form;
}

struct RequestOptions {
  RequestForm form;
  std::string file;
  std::string request;
  std::vector<std::string> awards;
  bool refuse = false;
  std::string reason;
};

// What is asked: by a file, by answers at a terminal where nothing else is given, by options.
absl::StatusOr<RequestForm> FormOf(Session& session, const RequestOptions& options) {
  RequestForm only_project;
  only_project.project = options.form.project;
  const bool has_options = options.form != only_project;
  if (!options.file.empty()) {
    if (has_options) {
      return absl::InvalidArgumentError(Tr(
          "--file holds all that is asked; give no other option but --dry-run, or leave it out"));
    }
    absl::StatusOr<RequestForm> form = LoadRequestFile(options.file);
    if (!form.ok()) return form;
    if (form->project.empty() && options.form.project.empty()) {
      return absl::InvalidArgumentError(Tr(
          "$0: say whose it is: project = \"proj_a\", or mesolys request create proj_a --file ...",
          options.file));
    }
    if (options.form.project.empty()) return form;
    if (!form->project.empty() && form->project != options.form.project) {
      return absl::InvalidArgumentError(
          Tr("$0 is for $1, not for $2", options.file, form->project, options.form.project));
    }
    form->project = options.form.project;
    return form;
  }
  if (!has_options && session.asks()) return AskForRequest(session, options.form.project);
  if (options.form.justification.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        Tr("--justification is required: a sentence that says why it is needed"), "\n",
        Tr("Example: $0",
           "mesolys request create proj_a --cpu 50000h --for 6m --justification TEXT")));
  }
  return options.form;
}

absl::Status CreateRequest(Session& session, const RequestOptions& options) {
  const absl::StatusOr<RequestForm> form = FormOf(session, options);
  if (!form.ok()) return form.status();
  // Other answers, or another file of that name, are another command.
  if (*form != options.form) session.UseWords(WordsOf(*form));
  const absl::StatusOr<std::string> project = ParseProject(form->project);
  if (!project.ok()) return project.status();
  absl::StatusOr<v1::Request> wanted = ToRequest(*form, session.now());
  if (!wanted.ok()) return wanted.status();
  v1::CreateRequestRequest create;
  create.set_project(*project);
  *create.mutable_request() = *std::move(wanted);
  v1::Request decided;
  if (absl::Status status = session.Change(create, decided); !status.ok()) return status;
  return PrintDecision(session, decided);
}

absl::Status Withdraw(Session& session, const RequestOptions& options) {
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
absl::Status Decide(Session& session, const RequestOptions& options) {
  const absl::StatusOr<std::string> name = ParseRequest(options.request);
  if (!name.ok()) return name.status();
  if (options.refuse == !options.awards.empty()) {
    return absl::InvalidArgumentError(
        Tr("say what is awarded, --award cpu=10000h for each line, or --refuse"));
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
  session.Say(StateSentence(request, session.dry_run()));
  return absl::OkStatus();
}

absl::Status ListRequests(Session& session, const std::string& text) {
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

absl::Status ShowRequest(Session& session, const std::string& text) {
  const absl::StatusOr<std::string> name = ParseRequest(text);
  if (!name.ok()) return name.status();
  v1::GetRequestRequest get;
  get.set_name(*name);
  v1::Request request;
  if (absl::Status status = session.Read(get, request); !status.ok()) return status;
  session.Print(ReportOf(request, session.zone()));
  return absl::OkStatus();
}

void AddCreateRequest(CommandTree& tree, CLI::App& noun) {
  auto options = std::make_shared<RequestOptions>();
  RequestForm& form = options->form;
  Verb verb = tree.Change(
      noun, "create",
      Tr("Ask for hours, space or support; decided at once, unless it is for a call"),
      {("mesolys request create proj_a --cpu 50000h --gpu a100=2000h --for 6m "
        "--justification \"Training of a sparse model\""),
       ("mesolys request create proj_a --storage scratch=2TB --from 2026-12-01 "
        "--to 2027-06-01 --justification \"Checkpoints\" --dry-run"),
       "mesolys request create --file request.toml --dry-run", "mesolys request create",
       ("mesolys request create proj_a --call --cpu 900000h --for 1y "
        "--usage 2027-03-01=10% --justification \"Renewal; most of it runs in summer\"")},
      [options](Session& session) { return CreateRequest(session, *options); });
  verb.Argument("PROJECT", &form.project, Tr("Its id; asked for with all else at a terminal"),
                /*required=*/false);
  AddRequestOptions(verb, form);
  verb.Flag("--call", &form.call,
            Tr("For the committee: it waits, and grants that it would renew stay open meanwhile"))
      .Options("--usage", "DATE=SHARE", &form.usage,
               Tr("How much is meant to be used by then: 2027-03-01=10%; repeatable"))
      .Option("--justification", "TEXT", &form.justification, Tr("Why it is needed"))
      .Option("--necessity", "TEXT", &form.necessity, Tr("Why AI is necessary here"))
      .Option("--energy-median", "ENERGY", &form.energy_median, Tr("Expected: 1200kWh"))
      .Option("--energy-p90", "ENERGY", &form.energy_p90, Tr("With 90 % certainty: 2000kWh"))
      .Option("--file", "FILE", &options->file,
              Tr("All of it from a TOML file: project = \"proj_a\", gpu = [\"a100=2000h\"], for = "
                 "\"6m\", justification = \"...\""));
}

void AddDecisions(CommandTree& tree, CLI::App& noun) {
  auto withdrawn = std::make_shared<RequestOptions>();
  tree.Change(noun, "withdraw", Tr("Take back a request that waits"),
              {"mesolys request withdraw proj_a/r5 --reason \"Asked for too much\""},
              [withdrawn](Session& session) { return Withdraw(session, *withdrawn); })
      .Argument("REQUEST", &withdrawn->request, "PROJECT/rNUMBER")
      .RequiredOption("--reason", "TEXT", &withdrawn->reason, Tr("Why; kept with the entry"));
  auto decided = std::make_shared<RequestOptions>();
  tree.Change(noun, "decide", Tr("The committee's answer to a request that waits"),
              {"mesolys request decide proj_a/r5 --award cpu=400000h --reason \"Session of "
               "December\"",
               "mesolys request decide proj_a/r5 --refuse --reason \"Outside the call\""},
              [decided](Session& session) { return Decide(session, *decided); })
      .Argument("REQUEST", &decided->request, "PROJECT/rNUMBER")
      .Options(
          "--award", "RESOURCE=AMOUNT", &decided->awards,
          Tr("What a line gets: cpu=400000h; a line that is not named gets nothing; repeatable"))
      .Flag("--refuse", &decided->refuse, Tr("Nothing is given"))
      .RequiredOption("--reason", "TEXT", &decided->reason, Tr("Why; kept with the entry"));
}

}  // namespace

void AddRequest(CommandTree& tree) {
  CLI::App& noun = tree.Noun("request", Tr("Asking for hours, space and support"));
  AddCreateRequest(tree, noun);
  AddDecisions(tree, noun);
  auto project = std::make_shared<std::string>();
  tree.Read(noun, "list", Tr("The requests of a project"), {"mesolys request list proj_a"},
            [project](Session& session) { return ListRequests(session, *project); })
      .Argument("PROJECT", project.get(), Tr("Its id"));
  auto name = std::make_shared<std::string>();
  tree.Read(noun, "show", Tr("One request, and what came of it"),
            {"mesolys request show proj_a/r5"},
            [name](Session& session) { return ShowRequest(session, *name); })
      .Argument("REQUEST", name.get(), "PROJECT/rNUMBER");
}

}  // namespace mesolys::client
