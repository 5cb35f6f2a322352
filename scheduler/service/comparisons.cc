#include "scheduler/service/comparisons.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"
#include "scheduler/store/job_codec.h"

namespace mesolys {
namespace {

// Of one site.
constexpr size_t kKeptMax = 4;
// In one answer.
constexpr int kAccountsMax = 5000;
constexpr absl::Duration kLateMax = absl::Hours(24 * 30);
// So many jobs are compared while the ledger is held still.
constexpr size_t kHeldStillMax = 200;

// Sites tell what they like: a sum that does not fit stays as it is.
void AddTo(Amount& sum, Amount amount) { sum = CheckedAdd(sum, amount).value_or(sum); }

absl::Status NoComparison(const std::string& site, int64_t number) {
  return Refuse(
      Reason::kUnknownComparison,
      Say("comparison $0 of $1 is not known, or not any more; begin it again", number, site),
      {{"site", site}, {"comparison", absl::StrCat(number)}});
}

}  // namespace

void Comparisons::OnChange(std::function<void()> changed) { changed_.Set(std::move(changed)); }

void Comparisons::Begin(Comparison& comparison) {
  Comparison fresh;
  fresh.number = comparison.number;
  fresh.site = comparison.site;
  fresh.span = comparison.span;
  comparison = std::move(fresh);
}

v1::UsageComparison Comparisons::Start(const std::string& site, const Period& period) {
  const absl::Time now = engine_.Now();
  int64_t number = 0;
  {
    MutexLock lock(mutex_);
    Kept& kept = kept_[site];
    if (!kept.empty() && kept.back()->state == v1::UsageComparison::RUNNING) {
      if (kept.back()->span.period == period) return View(*kept.back());
      kept.back()->state = v1::UsageComparison::FAILED;
      kept.back()->problem = SayLater("another span was asked for meanwhile");
    }
    // Another one after a restart, too.
    number = std::max(absl::ToUnixMicros(now), kept.empty() ? 1 : kept.back()->number + 1);
    auto comparison = std::make_shared<Comparison>();
    comparison->number = number;
    comparison->site = site;
    comparison->span = {period, now, absl::ZeroDuration(), false};
    kept.push_back(std::move(comparison));
    if (kept.size() > kKeptMax) kept.pop_front();
  }
  changed_.Call();
  return *Show(site, number);
}

std::shared_ptr<Comparisons::Comparison> Comparisons::Find(const std::string& site,
                                                           int64_t number) const {
  const auto kept = kept_.find(site);
  if (kept == kept_.end()) return nullptr;
  for (const std::shared_ptr<Comparison>& comparison : kept->second) {
    if (comparison->number == number) return comparison;
  }
  return nullptr;
}

std::optional<v1::WantedComparison> Comparisons::WantedOf(const std::string& site) const {
  MutexLock lock(mutex_);
  const auto kept = kept_.find(site);
  if (kept == kept_.end() || kept->second.back()->state != v1::UsageComparison::RUNNING) {
    return std::nullopt;
  }
  v1::WantedComparison wanted;
  wanted.set_number(kept->second.back()->number);
  *wanted.mutable_period() = ToProto(kept->second.back()->span.period);
  return wanted;
}

absl::StatusOr<std::vector<Comparisons::Finding>> Comparisons::Compare(
    const std::string& site, const ComparedSpan& span, const v1::TellUsageRequest& page,
    int64_t& unreadable_count) const {
  std::vector<UsageRecord> records;
  std::vector<JobRowKey> keys;
  for (const v1::UsageRecord& in : page.records()) {
    absl::StatusOr<UsageRecord> record = FromProto(in);
    const bool is_ours =
        record.ok() && CheckUsageRecord(*record).ok() &&
        engine_.Read([&](const Ledger& ledger) { return ledger.SiteOf(in.cluster()) == site; });
    if (!is_ours) {
      ++unreadable_count;
      continue;
    }
    keys.push_back(RowKeyOf(record->key));
    records.push_back(*std::move(record));
  }
  absl::StatusOr<std::vector<JobRow>> rows = engine_.store().FindJobs(keys);
  if (!rows.ok()) return rows.status();
  std::map<JobRowKey, Job> held;
  for (const JobRow& row : *rows) {
    absl::StatusOr<Job> job = DecodeJob(row);
    if (!job.ok()) return job.status();
    held.emplace(row.key, *std::move(job));
  }
  std::vector<Finding> findings;
  for (size_t first = 0; first < records.size(); first += kHeldStillMax) {
    const size_t last = std::min(records.size(), first + kHeldStillMax);
    engine_.Read([&](const Ledger& ledger) {
      for (size_t i = first; i < last; ++i) {
        const auto row = held.find(keys[i]);
        const Job* job = row == held.end() ? nullptr : &row->second;
        findings.push_back({records[i], true, CompareJob(ledger, span, &records[i], job)});
      }
    });
  }
  return findings;
}

absl::StatusOr<std::vector<Comparisons::Finding>> Comparisons::CompareRest(
    const std::string& site, const ComparedSpan& span,
    const absl::flat_hash_set<JobKey>& told) const {
  std::vector<Finding> findings;
  std::map<std::string, bool> is_ours;  // by cluster
  const int64_t end = absl::ToUnixSeconds(span.period.end);
  absl::Status read = engine_.store().ReadJobs([&](const JobRow& row) -> absl::Status {
    if (row.key.submit_time >= end) return absl::OkStatus();
    const auto [ours, is_first] = is_ours.try_emplace(row.key.cluster);
    if (is_first) {
      ours->second = engine_.Read(
          [&](const Ledger& ledger) { return ledger.SiteOf(row.key.cluster) == site; });
    }
    if (!ours->second) return absl::OkStatus();
    absl::StatusOr<Job> job = DecodeJob(row);
    if (!job.ok()) return job.status();
    if (!RanWithin(job->record, span.period) || told.contains(job->record.key)) {
      return absl::OkStatus();
    }
    engine_.Read([&](const Ledger& ledger) {
      findings.push_back({job->record, false, CompareJob(ledger, span, nullptr, &*job)});
    });
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return findings;
}

void Comparisons::Add(Finding finding, Comparison& comparison) {
  const UsageRecord& record = finding.record;
  if (finding.is_told) {
    // The accounting may tell a job twice, when it changes meanwhile.
    if (!comparison.told.insert(record.key).second) return;
    ++comparison.job_count;
    if (finding.job.is_new) ++comparison.new_job_count;
  }
  for (const auto& [resource, amounts] : finding.job.amounts) {
    Total& total = comparison.totals[resource];
    Account& account = comparison.accounts[{record.key.cluster, record.account, resource}];
    for (ComparedAmounts* sum : {&total.amounts, &account.amounts}) {
      AddTo(sum->accounting, amounts.accounting);
      AddTo(sum->ledger, amounts.ledger);
    }
    if (!finding.is_told) continue;
    ++account.job_count;
    if (finding.job.is_new) ++account.new_job_count;
  }
  for (UsageDifference& difference : finding.job.differences) {
    ++comparison.difference_count;
    if (difference.cause == DifferenceCause::kUnexplained) ++comparison.unexplained_count;
    Sum& sum = comparison.totals[difference.resource].causes[difference.cause];
    ++sum.count;
    AddTo(sum.amount, difference.amount);
    if (comparison.differences.size() < kListedMax) {
      comparison.differences.push_back(std::move(difference));
    }
  }
}

void Comparisons::End(Comparison& comparison) {
  comparison.state = v1::UsageComparison::DONE;
  comparison.told.clear();
  std::stable_sort(
      comparison.differences.begin(), comparison.differences.end(),
      [](const UsageDifference& a, const UsageDifference& b) { return a.job < b.job; });
}

absl::StatusOr<v1::TellUsageResponse> Comparisons::Tell(const std::string& site,
                                                        const v1::TellUsageRequest& page) {
  v1::TellUsageResponse response;
  std::shared_ptr<Comparison> comparison;
  ComparedSpan span;
  {
    MutexLock lock(mutex_);
    comparison = Find(site, page.comparison());
    if (comparison == nullptr || comparison->state != v1::UsageComparison::RUNNING) {
      response.set_is_over(true);
      return response;
    }
    if (!page.problem().empty()) {
      comparison->state = v1::UsageComparison::FAILED;
      comparison->problem = page.problem();
      response.set_is_over(true);
      return response;
    }
    // From its beginning: an agent that was started anew.
    if (page.page() == 0) Begin(*comparison);
    if (page.page() != comparison->next_page) {
      response.set_next_page(comparison->next_page);
      return response;
    }
    const absl::Duration late = absl::Seconds(page.late_span().seconds());
    comparison->span.late = std::clamp(late, absl::ZeroDuration(), kLateMax);
    comparison->span.spool_waits = page.spool_record_count() > 0;
    span = comparison->span;
  }
  int64_t unreadable_count = std::max<int64_t>(0, page.unreadable_count());
  absl::StatusOr<std::vector<Finding>> findings = Compare(site, span, page, unreadable_count);
  if (!findings.ok()) return findings.status();
  absl::flat_hash_set<JobKey> told;
  {
    MutexLock lock(mutex_);
    comparison->unreadable_count += unreadable_count;
    for (Finding& finding : *findings) Add(std::move(finding), *comparison);
    comparison->next_page = page.page() + 1;
    response.set_next_page(comparison->next_page);
    if (absl::StatusOr<absl::Time> until = FromProto(page.told_until_time()); until.ok()) {
      comparison->told_until = *until;
    }
    if (!page.is_last()) return response;
    told = std::move(comparison->told);
    comparison->told.clear();
  }
  findings = CompareRest(site, span, told);
  MutexLock lock(mutex_);
  response.set_is_over(true);
  if (comparison->state != v1::UsageComparison::RUNNING) return response;
  if (!findings.ok()) {
    comparison->state = v1::UsageComparison::FAILED;
    comparison->problem = std::string(findings.status().message());
    return response;
  }
  for (Finding& finding : *findings) Add(std::move(finding), *comparison);
  End(*comparison);
  return response;
}

absl::StatusOr<v1::UsageComparison> Comparisons::Show(const std::string& site,
                                                      int64_t number) const {
  MutexLock lock(mutex_);
  const std::shared_ptr<Comparison> comparison = Find(site, number);
  if (comparison == nullptr) return NoComparison(site, number);
  return View(*comparison);
}

v1::UsageComparison Comparisons::View(const Comparison& comparison) {
  v1::UsageComparison out;
  out.set_site(SiteName(comparison.site));
  out.set_number(comparison.number);
  *out.mutable_period() = ToProto(comparison.span.period);
  out.set_state(comparison.state);
  if (comparison.told_until.has_value()) {
    *out.mutable_told_until_time() = ToProto(*comparison.told_until);
  }
  out.set_problem(comparison.problem);
  out.set_job_count(comparison.job_count);
  out.set_new_job_count(comparison.new_job_count);
  out.set_unreadable_count(comparison.unreadable_count);
  out.set_difference_count(comparison.difference_count);
  out.set_unexplained_count(comparison.unexplained_count);
  if (comparison.state != v1::UsageComparison::DONE) return out;
  for (const auto& [resource, total] : comparison.totals) {
    v1::ComparedTotal& shown = *out.add_totals();
    shown.set_resource(resource);
    shown.set_accounting_base_units(total.amounts.accounting.count());
    shown.set_ledger_base_units(total.amounts.ledger.count());
    for (const auto& [cause, sum] : total.causes) {
      v1::ComparedCause& each = *shown.add_causes();
      each.set_cause(static_cast<v1::UsageDifference::Cause>(cause));
      each.set_difference_count(sum.count);
      each.set_amount_base_units(sum.amount.count());
    }
  }
  for (const auto& [key, account] : comparison.accounts) {
    if (out.accounts_size() == kAccountsMax) break;
    v1::ComparedAccount& shown = *out.add_accounts();
    std::tie(*shown.mutable_cluster(), *shown.mutable_account(), *shown.mutable_resource()) = key;
    shown.set_job_count(account.job_count);
    shown.set_new_job_count(account.new_job_count);
    shown.set_accounting_base_units(account.amounts.accounting.count());
    shown.set_ledger_base_units(account.amounts.ledger.count());
  }
  return out;
}

absl::Status Comparisons::List(const std::string& site, int64_t number, bool unexplained,
                               const Page& page, v1::ListUsageDifferencesResponse& out) const {
  const absl::StatusOr<int64_t> shown = LastNumber(page);
  if (!shown.ok()) return shown.status();
  MutexLock lock(mutex_);
  const std::shared_ptr<Comparison> comparison = Find(site, number);
  if (comparison == nullptr) return NoComparison(site, number);
  if (comparison->state != v1::UsageComparison::DONE) {
    return Refuse(Reason::kInvalidArgument,
                  Say("comparison $0 of $1 is not done; its differences can be listed when it is",
                      number, site));
  }
  const std::vector<UsageDifference>& all = comparison->differences;
  const auto first = static_cast<size_t>(std::max<int64_t>(0, *shown));
  for (size_t i = first; i < all.size(); ++i) {
    if (static_cast<size_t>(out.differences_size()) == page.size) {
      out.set_next_page_token(PageToken(absl::StrCat(i)));
      break;
    }
    const UsageDifference& each = all[i];
    if (unexplained && each.cause != DifferenceCause::kUnexplained) continue;
    v1::UsageDifference& difference = *out.add_differences();
    difference.mutable_job()->set_cluster(each.job.cluster);
    difference.mutable_job()->set_job_id(each.job.job_id);
    *difference.mutable_job()->mutable_submit_time() = ToProto(each.job.submit_time);
    difference.set_account(each.account);
    difference.set_user(each.user);
    difference.set_resource(each.resource);
    difference.set_cause(static_cast<v1::UsageDifference::Cause>(each.cause));
    difference.set_amount_base_units(each.amount.count());
    difference.set_accounting_base_units(each.compared.accounting.count());
    difference.set_ledger_base_units(each.compared.ledger.count());
  }
  return absl::OkStatus();
}

}  // namespace mesolys
