// `mesolys quote`: what a request would get, where, when and at what price, or what a job would
// cost; nothing is asked.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "client/request/job_quote.h"
#include "client/request/request_form.h"
#include "client/request/request_sites.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/request.pb.h"
#include "mesolys/v1/values.pb.h"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

// Normalised hours are written like those of cores.
Cell NormalisedCell(int64_t seconds) { return AmountCell("cpu", seconds); }

Table QuotedLinesTable(const v1::Request& request) {
  Table table{"lines",
              {{"resource", Tr("RESOURCE")},
               {"amount_base_units", Tr("ASKED"), true},
               {"granted_base_units", Tr("WOULD GET"), true},
               {"sites", Tr("WHERE")},
               {"normalised_seconds", Tr("NORMALISED"), true}},
              {}};
  for (const v1::RequestLine& line : request.lines()) {
    int64_t granted = 0;
    int64_t normalised = 0;
    Cell where = TextsCell({});
    for (const v1::Grant& grant : request.grants()) {
      if (grant.resource() != line.resource()) continue;
      granted = grant.amount_base_units();
      normalised = grant.normalised_seconds();
      where = CeilingSitesCell(grant);
    }
    Cell got = AmountCell(line.resource(), granted);
    if (granted < line.amount_base_units()) got.tone = Tone::kWarning;
    Cell price = NormalisedCell(normalised);
    if (line.derived()) price.text = Tr("in the GPUs");
    table.rows.push_back({TextCell(line.resource()),
                          AmountCell(line.resource(), line.amount_base_units()), got, where,
                          price});
  }
  return table;
}

// Site by site, month by month.
Table PlacementsTable(const v1::Request& request) {
  Table table{"placements",
              {{"resource", Tr("RESOURCE")},
               {"site", Tr("SITE")},
               {"month", Tr("MONTH")},
               {"amount_base_units", Tr("AMOUNT"), true}},
              {}};
  for (const v1::Grant& grant : request.grants()) {
    for (const v1::Placement& placement : grant.placements()) {
      table.rows.push_back({TextCell(grant.resource()), TextCell(placement.site()),
                            TextCell(placement.month()),
                            AmountCell(grant.resource(), placement.amount_base_units())});
    }
  }
  table.for_people = !table.rows.empty();
  return table;
}

Table PriceTable(const v1::QuoteResponse& quote, const absl::TimeZone& zone) {
  return {"price",
          {{"normalised_seconds", Tr("PRICE, NORMALISED")},
           {"threshold_left_normalised_seconds", Tr("LEFT OF THE THRESHOLD")},
           {"threshold_normalised_seconds", Tr("THRESHOLD, 12 MONTHS")},
           {"whole_from_time", Tr("ALL OF IT FROM")}},
          {{NormalisedCell(quote.normalised_seconds()),
            NormalisedCell(std::max<int64_t>(0, quote.threshold_left_normalised_seconds())),
            NormalisedCell(quote.threshold_normalised_seconds()),
            DayCell(quote.has_whole_from_time(), quote.whole_from_time(), zone)}},
          /*single=*/true};
}

absl::Status Quote(Session& session, const RequestForm& form) {
  const absl::StatusOr<std::string> project = ParseProject(form.project);
  if (!project.ok()) return project.status();
  absl::StatusOr<v1::Request> wanted = ToRequest(form, session.now());
  if (!wanted.ok()) return wanted.status();
  v1::QuoteRequest ask;
  ask.set_project(*project);
  *ask.mutable_request() = *std::move(wanted);
  v1::QuoteResponse quote;
  if (absl::Status status = session.Read(ask, quote); !status.ok()) return status;
  const v1::Request& request = quote.request();
  Table decision{"decision",
                 {{"state", Tr("WOULD BE")}},
                 {{StateCell(v1::Request::State_Name(request.state()))}},
                 /*single=*/true};
  session.Print({{decision, QuotedLinesTable(request), PlacementsTable(request),
                  PriceTable(quote, session.zone())},
                 {}});
  for (const v1::Refusal& refusal : request.refusals()) session.Say(Told(refusal.message()));
  return absl::OkStatus();
}

// What is given besides a request.
struct JobTexts {
  std::string project;  // behind the word `job`
  std::string time;
};

absl::Status QuoteEither(Session& session, const RequestForm& form, const JobTexts& job) {
  if (form.project == "job" && !job.project.empty()) {
    const absl::StatusOr<v1::QuoteJobRequest> wanted = ToJob(form, job.project, job.time);
    return wanted.ok() ? QuoteJob(session, *wanted) : wanted.status();
  }
  if (!job.project.empty()) {
    return absl::InvalidArgumentError(
        Tr("$0 is too much; write `mesolys quote $1` or `mesolys quote job $2`",
           Quoted(job.project), form.project, job.project));
  }
  if (!job.time.empty()) {
    return absl::InvalidArgumentError(Tr(
        "--time is of a job: `mesolys quote job $0`; a request has --for or --to", form.project));
  }
  return Quote(session, form);
}

}  // namespace

void AddQuote(CommandTree& tree) {
  auto form = std::make_shared<RequestForm>();
  auto job = std::make_shared<JobTexts>();
  Verb verb = tree.Read(
      tree.root(), "quote", Tr("What a request would get, where, when, or what a job would cost"),
      {"mesolys quote proj_a --gpu a100=2000h --for 6m",
       "mesolys quote proj_a --cpu 50000h --from 2027-01-01 --to 2027-07-01",
       "mesolys quote job proj_a --gpu a100=2 --time 12h"},
      [form, job](Session& session) { return QuoteEither(session, *form, *job); });
  verb.Argument("PROJECT", &form->project, Tr("Its id; or `job`"))
      .Argument("PROJECT_OF_JOB", &job->project,
                Tr("After `job`, whose; --cpu 16 and --gpu a100=2 are then cores and GPUs"),
                /*required=*/false);
  AddRequestOptions(verb, *form);
  verb.Option("--time", "TIME", &job->time, Tr("Of a job, for how long: 12h, 90m or 2d"));
}

}  // namespace mesolys::client
