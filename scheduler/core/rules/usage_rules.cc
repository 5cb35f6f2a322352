#include "scheduler/core/rules/usage_rules.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "proto/values/amount_text.h"
#include "proto/values/day.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/rules/grant_rules.h"

namespace mesolys {
namespace {

std::optional<Refusal> Flaw(const Ledger& ledger, const std::string& site, const SiteSize& size,
                            const GpuNames& names, const UsageRecord& record, absl::Time now) {
  if (absl::Status status = CheckUsageRecord(record); !status.ok()) return RefusalOf(status);
  if (ledger.SiteOf(record.key.cluster) != site) {
    return Refusal{Reason::kRecordForeignCluster,
                   Say("cluster \"$0\" is not of site $1; only its own clusters may be reported",
                       record.key.cluster, site)
                       .Render(),
                   {{"cluster", record.key.cluster}, {"site", site}}};
  }
  const absl::Time latest = std::max(record.end_time, record.observe_time);
  if (latest > now + kRecordAheadMax) {
    const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", latest, absl::UTCTimeZone());
    return Refusal{Reason::kRecordEndsInFuture,
                   Say("job $0 ends or was observed at $1, more than 5 minutes from now; check the "
                       "site's clock",
                       record.key.job_id, time)
                       .Render(),
                   {{"time", time}}};
  }
  if (absl::Status s = CheckPlausible(record, size, names, now); !s.ok()) return RefusalOf(s);
  return std::nullopt;
}

Sentence TooMuch(int64_t job) {
  return Say("with job $0 a total would pass $1, the most that the ledger counts", job,
             FormatAmount("cpu", kTotalMax));
}

// The rows of one command: those of the store, overlaid by what the command itself changed.
class RowChanges {
 public:
  explicit RowChanges(const JobRows& rows) : rows_(rows) {}

  const Job* Find(const JobKey& key) const {
    if (const auto it = changed_.find(key); it != changed_.end()) return &it->second;
    const auto it = rows_.find(key);
    return it == rows_.end() ? nullptr : &it->second;
  }
  void Put(Job job) {
    JobKey key = job.record.key;
    changed_.insert_or_assign(std::move(key), std::move(job));
  }
  std::vector<Job> Take() {
    std::vector<Job> jobs;
    jobs.reserve(changed_.size());
    for (auto& [key, job] : changed_) jobs.push_back(std::move(job));
    return jobs;
  }

 private:
  const JobRows& rows_;
  std::map<JobKey, Job> changed_;  // ordered: rows are written and digested by key
};

}  // namespace

std::vector<JobKey> ReportUsage::Jobs() const {
  std::vector<JobKey> keys;
  keys.reserve(records.size());
  for (const UsageRecord& record : records) keys.push_back(record.key);
  return keys;
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const ReportUsage& command) {
  const auto site = at.ledger.catalogue().sites.find(command.site);
  if (site == at.ledger.catalogue().sites.end()) return NoSite(command.site);
  const SiteSize size = LargerOf(PromisedSize(site->second), command.inventory);
  UsageReported event;
  event.site = command.site;
  event.record_count = static_cast<int64_t>(command.records.size() + command.malformed.size());
  event.rejected = command.malformed;
  Postings postings(at.ledger);
  RowChanges changes(at.rows);
  for (size_t i = 0; i < command.records.size(); ++i) {
    const UsageRecord& record = command.records[i];
    if (std::optional<Refusal> flaw =
            Flaw(at.ledger, command.site, size, site->second.gpu_names, record, at.now);
        flaw.has_value()) {
      event.rejected.push_back({command.indexes[i], *std::move(flaw)});
      continue;
    }
    const Job* held = changes.Find(record.key);
    if (held != nullptr && !Newer(record, held->record)) continue;
    Job job = Charged(at.ledger, record);
    if (!postings.Replace(held, job)) {
      event.rejected.push_back(
          {command.indexes[i], {Reason::kRecordOverflow, TooMuch(record.key.job_id).Render(), {}}});
      continue;
    }
    ++event.changed_count;
    changes.Put(std::move(job));
  }
  std::sort(event.rejected.begin(), event.rejected.end(),
            [](const RejectedRecord& a, const RejectedRecord& b) { return a.index < b.index; });
  event.postings = postings.Take();
  const bool recorded = event.changed_count > 0;
  return Verdict{{std::move(event)}, changes.Take(), recorded};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const ResettleJobs& command) {
  if (!at.ledger.unsettled_accounts().contains({command.cluster, command.account})) {
    return absl::FailedPreconditionError(
        Say("account $0 of $1 is settled", command.account, command.cluster).Render());
  }
  // Another writer may have moved the cursor, or added a job before it, since the page was read.
  if (at.ledger.revision() != command.ledger_revision) {
    return absl::FailedPreconditionError(
        Say("the page was read at revision $0, it is $1 now: read it again",
            command.ledger_revision, at.ledger.revision())
            .Render());
  }
  JobsResettled event;
  event.cluster = command.cluster;
  event.account = command.account;
  Postings postings(at.ledger);
  RowChanges changes(at.rows);
  for (const JobKey& key : command.page) {
    const Job* held = changes.Find(key);
    // Its account was amended since the page was read.
    if (held == nullptr || held->record.account != command.account) continue;
    Job job = Charged(at.ledger, held->record);
    if (job == *held || !postings.Replace(held, job)) continue;
    ++event.changed_count;
    changes.Put(std::move(job));
  }
  if (!command.page.empty()) event.last = command.page.back();
  event.postings = postings.Take();
  return Verdict{{std::move(event)}, changes.Take(), true};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const RefundJob& command) {
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  const auto held = at.rows.find(command.job);
  if (held == at.rows.end()) {
    return Refuse(Reason::kUnknownJob,
                  Say("no site has reported job $0 of cluster $1; see `mesolys usage list`",
                      command.job.job_id, command.job.cluster));
  }
  const Job& before = held->second;
  if (!IsTerminal(before.record.state)) {
    return Refuse(
        Reason::kJobNotFinished,
        Say("job $0 is not finished; its price can be given back when it is", command.job.job_id));
  }
  Job after = Refunded(at.ledger, before.record);
  Postings postings(at.ledger);
  if (at.ledger.IsRefunded(command.job) || after.charges == before.charges) {
    return Refuse(Reason::kJobRefunded,
                  Say("the price of job $0 was given back already", command.job.job_id));
  }
  if (!postings.Replace(&before, after)) {
    return Refuse(Reason::kRecordOverflow, TooMuch(command.job.job_id));
  }
  JobRefunded event{command.job, command.reason, postings.Take(), ""};
  return Verdict{{std::move(event)}, {std::move(after)}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const DeclareWindow& command) {
  SiteWindow window = command.window;
  if (!at.ledger.catalogue().sites.contains(window.site)) {
    return NoSite(window.site);
  }
  if (absl::Status s = CheckReason(window.title); !s.ok()) return s;
  const Period horizon = at.ledger.catalogue().Horizon();
  if (window.period.Seconds() == 0 || window.period.start < horizon.start ||
      window.period.end > horizon.end) {
    return Refuse(Reason::kInvalidPeriod,
                  Say("the end must lie after the start, and both within $0 and $1",
                      DayText(horizon.start), DayText(horizon.end)),
                  {{"start_min", DayText(horizon.start)}, {"end_max", DayText(horizon.end)}});
  }
  for (const SiteWindow& other : at.ledger.windows()) {
    if (other.site == window.site && other.kind == window.kind &&
        Intersection(other.period, window.period).Seconds() > 0) {
      return Refuse(Reason::kWindowsOverlap,
                    Say("\"$0\" covers part of that time at $1 already; declare the rest",
                        other.title, window.site),
                    {{"window", absl::StrCat(other.number)}});
    }
  }
  window.number = static_cast<int64_t>(at.ledger.windows().size()) + 1;
  return Verdict{{WindowDeclared{std::move(window)}}, {}};
}

}  // namespace mesolys
