#include "client/request/job_quote.h"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "client/frame/arguments.h"
#include "client/language/language.h"
#include "client/show/cells.h"
#include "proto/values/names.h"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

constexpr int64_t kDayHours = 24;
constexpr int64_t kDaysMax = 3660;  // the ledger knows no longer job

absl::StatusOr<int64_t> ParseCount(absl::string_view option, const std::string& text) {
  int64_t count = 0;
  if (absl::SimpleAtoi(text, &count) && count > 0) return count;
  return absl::InvalidArgumentError(Tr(
      "$0: $1 is not how many a job takes; write --cpu 16 or --gpu a100=2", option, Quoted(text)));
}

absl::StatusOr<int64_t> ParseTime(const std::string& text) {
  absl::string_view days = text;
  int64_t count = 0;
  absl::Duration time;
  const bool is_days = absl::ConsumeSuffix(&days, "d") && absl::SimpleAtoi(days, &count) &&
                       count > 0 && count <= kDaysMax;
  if (is_days) time = absl::Hours(count * kDayHours);
  const bool is_time = is_days || absl::ParseDuration(text, &time);
  if (is_time && time >= absl::Seconds(1) && time <= absl::Hours(kDaysMax * kDayHours))
    return absl::ToInt64Seconds(time);
  return absl::InvalidArgumentError(
      Tr("--time: $0 is not for how long a job runs; write 12h, 90m or 2d", Quoted(text)));
}

bool Fits(const v1::JobQuoteLine& line) {
  return line.amount_base_units() <= line.left_base_units();
}

Table TableOf(const v1::JobQuote& quote) {
  Table table{"lines",
              {{"site", Tr("SITE")},
               {"resource", Tr("RESOURCE")},
               {"amount_base_units", Tr("COSTS AT MOST"), true},
               {"normalised_seconds", Tr("NORMALISED"), true},
               {"left_base_units", Tr("LEFT"), true},
               {"left_after_base_units", Tr("LEFT AFTER IT"), true}},
              {}};
  for (const v1::JobQuoteLine& line : quote.lines()) {
    const std::string& resource = line.resource();
    Cell after = AmountCell(resource, line.left_base_units() - line.amount_base_units());
    if (!Fits(line)) after.tone = Tone::kBad;
    table.rows.push_back({NameCell(line.site()), TextCell(resource),
                          AmountCell(resource, line.amount_base_units()),
                          AmountCell("cpu", line.normalised_seconds()),
                          AmountCell(resource, line.left_base_units()), after});
  }
  return table;
}

// Those where all of it fits.
std::vector<std::string> SitesOf(const v1::JobQuote& quote) {
  std::map<std::string, bool> fits;
  for (const v1::JobQuoteLine& line : quote.lines()) {
    bool& all = fits.try_emplace(ShortName(line.site()), true).first->second;
    all = all && Fits(line);
  }
  std::vector<std::string> sites;
  for (const auto& [site, all] : fits) {
    if (all) sites.push_back(site);
  }
  return sites;
}

}  // namespace

absl::StatusOr<v1::QuoteJobRequest> ToJob(const RequestForm& form, const std::string& project,
                                          const std::string& time) {
  v1::QuoteJobRequest job;
  absl::StatusOr<std::string> name = ParseProject(project);
  if (!name.ok()) return name.status();
  job.set_project(*std::move(name));
  RequestForm others = form;
  others.project.clear();
  others.lines.cpu.clear();
  others.lines.gpus.clear();
  others.lines.sites.clear();
  if (others != RequestForm() || form.lines.sites.size() > 1) {
    return absl::InvalidArgumentError(
        Tr("a job takes --cpu, --gpu, --time and one --site at most; leave out the others"));
  }
  if (!form.lines.cpu.empty()) {
    const absl::StatusOr<int64_t> count = ParseCount("--cpu", form.lines.cpu);
    if (!count.ok()) return count.status();
    job.set_core_count(*count);
  }
  for (const std::string& text : form.lines.gpus) {
    const auto pair = ParsePair("--gpu", "MODEL=COUNT", '=', text);
    if (!pair.ok()) return pair.status();
    const absl::StatusOr<int64_t> count = ParseCount("--gpu", pair->second);
    if (!count.ok()) return count.status();
    (*job.mutable_gpu_counts())[pair->first] = *count;
  }
  const absl::StatusOr<int64_t> seconds = ParseTime(time);
  if (!seconds.ok()) return seconds.status();
  job.set_time_limit_seconds(*seconds);
  if (!form.lines.sites.empty()) job.set_site(SiteName(form.lines.sites.front()));
  return job;
}

absl::Status QuoteJob(Session& session, const v1::QuoteJobRequest& job) {
  v1::JobQuote quote;
  if (absl::Status status = session.Read(job, quote); !status.ok()) return status;
  session.Print({{TableOf(quote)}, {}});
  const std::vector<std::string> sites = SitesOf(quote);
  if (!sites.empty()) {
    session.Say(Tr("it fits into what is left at $0", absl::StrJoin(sites, ", ")));
  } else if (quote.lines().empty()) {
    session.Say(Tr("$0 may spend nothing of what it takes at any site", ShortName(job.project())));
  } else {
    session.Say(
        Tr("it fits nowhere: a shorter time or fewer units would, or ask for more hours with "
           "`mesolys request create $0`",
           ShortName(job.project())));
  }
  return absl::OkStatus();
}

}  // namespace mesolys::client
