// `mesolys usage show|refund`: one job, and why it cost what it cost.

#include "client/usage/job.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/frame/arguments.h"
#include "client/language/language.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/values.pb.h"
#include "nlohmann/json.hpp"
#include "proto/runtime/convert.h"

namespace mesolys::client {
namespace {

struct JobOptions {
  std::string job;
  std::string reason;
};

// Seconds that the job held its allocation; 0 where the record cannot be right.
int64_t ElapsedSeconds(const v1::UsageRecord& record) {
  int64_t elapsed = 0;
  if (__builtin_sub_overflow(record.end_time().seconds(), record.start_time().seconds(),
                             &elapsed) ||
      __builtin_sub_overflow(elapsed, record.suspended_seconds(), &elapsed)) {
    return 0;
  }
  return std::max<int64_t>(elapsed, 0);
}

Tone ToneOf(v1::UsageRecord::State state) {
  switch (state) {
    case v1::UsageRecord::RUNNING:
    case v1::UsageRecord::COMPLETED:
      return Tone::kPlain;
    case v1::UsageRecord::FAILED:
    case v1::UsageRecord::NODE_FAIL:
    case v1::UsageRecord::BOOT_FAIL:
    case v1::UsageRecord::OUT_OF_MEMORY:
      return Tone::kBad;
    default:
      return Tone::kWarning;
  }
}

// How an entry counts: what a running job may still take is no part of its price.
int SignOf(const v1::Charge& charge) {
  switch (charge.kind()) {
    case v1::Charge::SETTLED:
    case v1::Charge::IN_FLIGHT:
      return 1;
    case v1::Charge::REFUND:
      return -1;
    default:
      return 0;
  }
}

// Adds `amount` with its sign; no honest scheduler sends what does not fit, and that is left out.
void AddTo(int64_t* sum, int sign, int64_t amount) {
  int64_t result = 0;
  const bool overflow = sign < 0 ? __builtin_sub_overflow(*sum, amount, &result)
                                 : __builtin_add_overflow(*sum, amount, &result);
  if (sign != 0 && !overflow) *sum = result;
}

// What those entries that `counts` says add up to, by resource.
std::map<std::string, int64_t> SumsOf(const v1::Job& job, bool (*counts)(const v1::Charge&)) {
  std::map<std::string, int64_t> sums;
  for (const v1::Charge& charge : job.charges()) {
    if (!counts(charge)) continue;
    AddTo(&sums[charge.resource()], SignOf(charge), charge.amount_base_units());
  }
  return sums;
}

Cell SumCell(const std::map<std::string, int64_t>& sums) {
  std::vector<std::string> texts;
  nlohmann::ordered_json by_resource = nlohmann::ordered_json::object();
  for (const auto& [resource, amount] : sums) {
    texts.push_back(absl::StrCat(TextCell(resource).text, " ", AmountTextOf(resource, amount)));
    by_resource[resource] = amount;
  }
  return {absl::StrJoin(texts, ", "), by_resource};
}

// Why an entry is there, in words.
std::string WhyText(const v1::Charge& charge) {
  if (charge.is_of_no_resource()) {
    return Tr("gpu_names of the catalogue does not say what such GPUs are");
  }
  switch (charge.basis()) {
    case v1::Charge::ALLOCATED:
      return Tr("allocated");
    case v1::Charge::NODE_SHARE:
      return Tr("share of the node");
    case v1::Charge::NODE_FAIL:
      return Tr("node failed");
    case v1::Charge::BOOT_FAIL:
      return Tr("node did not start");
    case v1::Charge::PREEMPTED:
      return Tr("made room for another job");
    case v1::Charge::ADMIN_CANCELLED:
      return Tr("cancelled by the site");
    case v1::Charge::INCIDENT:
      return Tr("incident of the site");
    case v1::Charge::OPERATOR:
      return Tr("given back by hand");
    default:
      return Tr("another reason");  // of a newer scheduler
  }
}

// People read what is given back as less; programs read the kind.
Cell SignedCell(const Cell& cell, int64_t amount, int sign) {
  Cell out = cell;
  if (sign < 0 && amount > 0) out.text.insert(out.text.begin(), '-');
  return out;
}

// "0.5": what one core-hour or GPU-hour counts in normalised hours.
Cell RateCell(int64_t ppm) {
  if (ppm <= 0) return {"", ppm};
  constexpr int64_t kWhole = 1'000'000;
  std::string decimals = absl::StrFormat(".%06d", ppm % kWhole);
  decimals.erase(decimals.find_last_not_of("0.") + 1);
  return {absl::StrCat(ppm / kWhole, decimals), ppm};
}

// Whether the rate of one resource changed while the job ran.
bool HasSeveralRates(const google::protobuf::RepeatedPtrField<v1::Charge>& charges) {
  std::map<std::string, int64_t> since;
  return std::any_of(charges.begin(), charges.end(), [&since](const v1::Charge& charge) {
    const int64_t seconds = charge.rate_since_time().seconds();
    return since.try_emplace(charge.resource(), seconds).first->second != seconds;
  });
}

Table ChargesTable(const google::protobuf::RepeatedPtrField<v1::Charge>& charges,
                   const absl::TimeZone& zone) {
  const bool several_rates = HasSeveralRates(charges);
  Table table{"charges",
              {{"grant", Tr("GRANT")},
               {"resource", Tr("RESOURCE")},
               {"kind", Tr("ENTRY")},
               {"amount_base_units", Tr("AMOUNT"), true},
               {"basis", Tr("WHY")},
               {"normalised_seconds", Tr("NORMALISED"), true},
               {"rate_ppm", Tr("RATE"), true},
               {"rate_since_time", several_rates ? Tr("SINCE") : ""}},
              {}};
  for (const v1::Charge& charge : charges) {
    const int sign = SignOf(charge);
    const int64_t amount = charge.amount_base_units();
    const int64_t worth = charge.normalised_seconds();
    Cell grant = NameCell(charge.grant());
    if (charge.grant().empty()) grant = {Tr("(no grant)"), nullptr, Tone::kWarning};
    table.rows.push_back(
        {grant, TextCell(charge.resource()), StateCell(v1::Charge::Kind_Name(charge.kind())),
         SignedCell(AmountCell(charge.resource(), amount), amount, sign),
         Cell{WhyText(charge), v1::Charge::Basis_Name(charge.basis())},
         // Normalised hours are written like those of cores.
         SignedCell(AmountCellUnlessZero("cpu", worth), worth, sign), RateCell(charge.rate_ppm()),
         DayCell(charge.has_rate_since_time(), charge.rate_since_time(), zone)});
  }
  table.for_people = !table.rows.empty();
  return table;
}

// The last line: what the entries add up to.
Table PriceTable(const v1::Job& job) {
  int64_t worth = 0;
  for (const v1::Charge& charge : job.charges()) {
    AddTo(&worth, SignOf(charge), charge.normalised_seconds());
  }
  Cell charged = JobChargedCell(job);
  charged.text = charged.text.empty()
                     ? Tr("nothing")
                     : Tr("$0; worth $1 normalised", charged.text, AmountTextOf("cpu", worth));
  return {"price",
          {{"charged_base_units", Tr("PRICE")}, {"normalised_seconds", ""}},
          {{charged, NumberCell(worth)}},
          /*single=*/true};
}

Table JobTable(const v1::Job& job, const absl::TimeZone& zone) {
  const v1::UsageRecord& record = job.record();
  return {"job",
          {{"cluster", Tr("CLUSTER")},
           {"job_id", Tr("JOB")},
           {"site", Tr("SITE")},
           {"project", Tr("PROJECT")},
           {"account", Tr("ACCOUNT")},
           {"user", Tr("USER")},
           {"partition", Tr("PARTITION")},
           {"qos", Tr("QOS")},
           {"state", Tr("STATE")},
           {"submit_time", Tr("SUBMITTED")},
           {"start_time", Tr("START")},
           {"end_time", record.state() == v1::UsageRecord::RUNNING ? Tr("SEEN") : Tr("END")},
           {"elapsed_seconds", Tr("ELAPSED")},
           {"core_count", Tr("CORES")},
           {"gpu_counts", Tr("GPUS")},
           {"node_count", Tr("NODES")}},
          {{TextCell(record.cluster()), NumberCell(record.job_id()), TextCell(job.site()),
            NameCell(job.project()), TextCell(record.account()), TextCell(record.user()),
            TextCell(record.partition()), TextCell(record.qos()), JobStateCell(record),
            MinuteCell(record.has_submit_time(), record.submit_time(), zone),
            MinuteCell(record.has_start_time(), record.start_time(), zone),
            MinuteCell(record.has_end_time(), record.end_time(), zone), JobElapsedCell(record),
            NumberCell(record.core_count()), JobGpusCell(record), NumberCell(record.node_count())}},
          /*single=*/true};
}

absl::StatusOr<v1::Job> Find(Session& session, const std::string& text) {
  const absl::StatusOr<JobWords> words = ParseJob(text);
  if (!words.ok()) return words.status();
  v1::GetJobRequest request;
  v1::JobName& name = *request.mutable_job();
  name.set_cluster(words->cluster);
  name.set_job_id(words->job_id);
  if (words->submit_time.has_value()) *name.mutable_submit_time() = ToProto(*words->submit_time);
  v1::Job job;
  if (absl::Status status = session.Read(request, job); !status.ok()) return status;
  return job;
}

absl::Status ShowJob(Session& session, const JobOptions& options) {
  const absl::StatusOr<v1::Job> job = Find(session, options.job);
  if (!job.ok()) return job.status();
  session.Print({{JobTable(*job, session.zone()), ChargesTable(job->charges(), session.zone()),
                  PriceTable(*job)},
                 {}});
  return absl::OkStatus();
}

absl::Status Refund(Session& session, const JobOptions& options) {
  const absl::StatusOr<v1::Job> job = Find(session, options.job);
  if (!job.ok()) return job.status();
  const v1::UsageRecord& record = job->record();
  v1::RefundJobRequest request;
  request.mutable_job()->set_cluster(record.cluster());
  request.mutable_job()->set_job_id(record.job_id());
  *request.mutable_job()->mutable_submit_time() = record.submit_time();
  request.set_reason(options.reason);
  v1::RefundJobResponse answer;
  if (absl::Status status = session.Change(request, answer); !status.ok()) return status;
  // An earlier attempt may have been about another job that had this id.
  const v1::JobName& refunded = request.job();
  Table one{"job",
            {{"cluster", ""}, {"job_id", ""}, {"submit_time", ""}},
            {{TextCell(refunded.cluster()), NumberCell(refunded.job_id()),
              MinuteCell(refunded.has_submit_time(), refunded.submit_time(), session.zone())}},
            /*single=*/true,
            /*for_people=*/false};
  session.Print({{one, ChargesTable(answer.charges(), session.zone())}, {}});
  session.Say(session.dry_run() ? Tr("the price of job $0 of $1 would be given back",
                                     refunded.job_id(), refunded.cluster())
                                : Tr("the price of job $0 of $1 is given back", refunded.job_id(),
                                     refunded.cluster()));
  return absl::OkStatus();
}

}  // namespace

Cell JobStateCell(const v1::UsageRecord& record) {
  Cell cell = StateCell(v1::UsageRecord::State_Name(record.state()), ToneOf(record.state()));
  if (record.is_runaway()) {
    cell.text = Tr("runaway");
    cell.tone = Tone::kWarning;
  }
  return cell;
}

Cell JobElapsedCell(const v1::UsageRecord& record) { return ElapsedCell(ElapsedSeconds(record)); }

Cell JobGpusCell(const v1::UsageRecord& record) {
  const std::map<std::string, int64_t> sorted(record.gpu_counts().begin(),
                                              record.gpu_counts().end());
  std::vector<std::string> texts;
  nlohmann::ordered_json by_model = nlohmann::ordered_json::object();
  for (const auto& [model, count] : sorted) {
    const std::string name = model.empty() ? "gpu" : model;
    texts.push_back(absl::StrCat(TextCell(name).text, " x", count));
    by_model[name] = count;
  }
  return {absl::StrJoin(texts, ", "), by_model};
}

std::map<std::string, int64_t> JobChargedAmounts(const v1::Job& job) {
  return SumsOf(job, [](const v1::Charge&) { return true; });
}

std::map<std::string, int64_t> JobUncoveredAmounts(const v1::Job& job) {
  return SumsOf(job, [](const v1::Charge& charge) { return charge.grant().empty(); });
}

Cell JobChargedCell(const v1::Job& job) { return SumCell(JobChargedAmounts(job)); }

Cell JobUncoveredCell(const v1::Job& job) { return SumCell(JobUncoveredAmounts(job)); }

void AddJob(CommandTree& tree, CLI::App& noun) {
  auto shown = std::make_shared<JobOptions>();
  tree.Read(noun, "show", Tr("One job, and every entry of its price"),
            {"mesolys usage show psmn:4002", "mesolys usage show psmn:4002@2026-11-20T07:00:00Z"},
            [shown](Session& session) { return ShowJob(session, *shown); })
      .Argument("JOB", &shown->job,
                Tr("CLUSTER:JOBID[@SUBMIT]; the newest of that id if not given"));
  auto refunded = std::make_shared<JobOptions>();
  tree.Change(noun, "refund", Tr("Give the price of a finished job back"),
              {"mesolys usage refund psmn:4002 --reason \"The file system was full\""},
              [refunded](Session& session) { return Refund(session, *refunded); })
      .Argument("JOB", &refunded->job,
                Tr("CLUSTER:JOBID[@SUBMIT]; the newest of that id if not given"))
      .RequiredOption("--reason", "TEXT", &refunded->reason, Tr("Why; kept with the entry"));
}

}  // namespace mesolys::client
