#include "tests/scheduler/core/mesocentre.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "scheduler/core/facts/identity.h"

namespace mesolys {

Mesocentre::Mesocentre(Catalogue catalogue, absl::Time now) : now_(now) {
  AdoptCatalogue command = AdoptTestCatalogue();
  command.catalogue = std::move(catalogue);
  Must(command);
}

absl::StatusOr<Verdict> Mesocentre::Do(const Command& command, const std::string& actor) {
  absl::StatusOr<Verdict> verdict = DecideCommand({ledger_, rows_, actor, now_}, command);
  if (!verdict.ok() || !verdict->recorded) return verdict;
  const int64_t revision = ledger_.revision() + 1;
  for (const Event& event : verdict->events) ledger_.Apply(event, now_, revision);
  for (const Job& job : verdict->jobs) rows_.insert_or_assign(job.record.key, job);
  log_.push_back({verdict->events, now_, revision});
  return verdict;
}

Verdict Mesocentre::Must(const Command& command, const std::string& actor) {
  absl::StatusOr<Verdict> verdict = Do(command, actor);
  if (!verdict.ok()) {
    std::fprintf(stderr, "refused: %s\n", verdict.status().ToString().c_str());
    std::abort();
  }
  return *std::move(verdict);
}

RequestOutcome Mesocentre::Ask(const std::string& project, std::vector<RequestLine> lines,
                               const Period& period, const std::string& actor) {
  SubmitRequest command;
  command.request.project = project;
  command.request.lines = std::move(lines);
  command.request.period = period;
  const Verdict verdict = Must(command, actor);
  return std::get<RequestDecided>(verdict.events.back()).outcome;
}

UsageReported Mesocentre::Report(const std::vector<UsageRecord>& records) {
  ReportUsage command;
  command.site = ledger_.SiteOf(records.front().key.cluster);
  command.records = records;
  for (size_t i = 0; i < records.size(); ++i) command.indexes.push_back(static_cast<int>(i));
  return std::get<UsageReported>(Must(command).events.front());
}

void Mesocentre::Issue(Grant grant) {
  Request request;
  request.number = grant.request;
  request.project = grant.project;
  request.period = grant.period;
  grant.issue_time = now_;
  const RequestDecided decided{{grant.request, RequestState::kGranted, {}}};
  const int64_t revision = ledger_.revision() + 1;
  Recorded recorded{
      {RequestSubmitted{request}, GrantIssued{std::move(grant)}, decided}, now_, revision};
  for (const Event& event : recorded.events) ledger_.Apply(event, now_, revision);
  log_.push_back(std::move(recorded));
}

void Mesocentre::ResettleOnePage(size_t page_size) {
  const auto& [account, last] = *ledger_.unsettled_accounts().begin();
  ResettleJobs command;
  command.cluster = account.first;
  command.account = account.second;
  command.ledger_revision = ledger_.revision();
  for (const auto& [key, job] : rows_) {
    const bool after = !last.has_value() || *last < key;
    if (key.cluster == account.first && job.record.account == account.second && after) {
      command.page.push_back(key);
    }
  }
  std::sort(command.page.begin(), command.page.end());
  if (command.page.size() > page_size) command.page.resize(page_size);
  Must(command, kSchedulerIdentity);
}

void Mesocentre::Resettle(size_t page_size) {
  while (!ledger_.unsettled_accounts().empty()) ResettleOnePage(page_size);
}

Grant GrantByHand(const Ledger& ledger, const std::string& project, const std::string& resource,
                  const Period& period, std::map<std::string, Amount> ceilings) {
  Grant grant;
  grant.number = ledger.next_grant();
  grant.project = project;
  grant.resource = resource;
  grant.period = period;
  grant.request = ledger.next_request();
  grant.pi = ledger.FindProject(project)->project.pi;
  grant.programme = ledger.FindProject(project)->project.programme;
  for (const auto& [site, ceiling] : ceilings) grant.amount += ceiling;
  grant.ceilings = std::move(ceilings);
  return grant;
}

UsageRecord FinishedJob(int64_t job_id, const std::string& cluster, const std::string& account,
                        absl::Time start, absl::Duration duration) {
  UsageRecord record;
  record.key = {cluster, job_id, start - absl::Minutes(1)};
  record.account = account;
  record.user = "u1";
  record.partition = "main";
  record.state = JobState::kCompleted;
  record.start_time = start;
  record.end_time = start + duration;
  record.core_count = 10;
  record.node_count = 1;
  record.observe_time = record.end_time;
  return record;
}

UsageRecord RunningJob(int64_t job_id, const std::string& cluster, const std::string& account,
                       absl::Time start, absl::Duration duration, absl::Duration time_limit) {
  UsageRecord record = FinishedJob(job_id, cluster, account, start, duration);
  record.state = JobState::kRunning;
  record.time_limit_seconds = absl::ToInt64Seconds(time_limit);
  return record;
}

}  // namespace mesolys
