#include "scheduler/core/settlement.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace mesolys {
namespace {

// What a job holds of one resource.
struct Held {
  std::string resource;
  int64_t units = 0;
};

// AllocTRES, never what was asked. An untyped GPU is one of the site's configured model.
std::vector<Held> HeldBy(const UsageRecord& record, const Site& site) {
  std::map<std::string, int64_t> units;
  for (const auto& [model, count] : record.gpu_counts) {
    const std::string& name = model.empty() ? site.gpu_model : model;
    // A site without a configured model still accounts for the GPU, under a name that says so.
    units[name.empty() ? "gpu-untyped" : absl::StrCat("gpu-", name)] += count;
  }
  const bool on_gpus =
      std::any_of(units.begin(), units.end(), [](const auto& entry) { return entry.second > 0; });
  if (!on_gpus || site.gpu_jobs_pay_cpu) units["cpu"] += record.core_count;
  std::vector<Held> held;
  for (const auto& [resource, count] : units) {
    if (count > 0) held.push_back({resource, count});
  }
  return held;
}

void AppendCharges(const std::vector<Payer>& payers, const Held& held, const Period& span,
                   int64_t seconds, ChargeKind kind, std::vector<Charge>& charges) {
  for (const ChargedSeconds& piece : Attribute(payers, span, seconds)) {
    charges.push_back({piece.grant, held.resource, kind, Amount(held.units * piece.seconds)});
  }
}

}  // namespace

Job Charged(const Ledger& ledger, const UsageRecord& record) {
  Job job;
  job.record = record;
  job.site = ledger.SiteOf(record.key.cluster);
  const ProjectEntry* project = ledger.ProjectOf(record.key.cluster, record.account);
  if (project != nullptr) job.project = project->project.id;

  const Period ran{record.start_time, record.end_time};
  const int64_t elapsed = record.ElapsedSeconds();
  const bool terminal = IsTerminal(record.state);
  const int64_t remaining =
      terminal ? 0 : std::max<int64_t>(0, record.time_limit_seconds - elapsed);
  const Period ahead{record.end_time, record.end_time + absl::Seconds(remaining)};
  for (const Held& held : HeldBy(record, ledger.catalogue().sites.at(job.site))) {
    const std::vector<Payer>& payers = ledger.Payers(job.project, held.resource, job.site);
    AppendCharges(payers, held, ran, elapsed,
                  terminal ? ChargeKind::kSettled : ChargeKind::kInFlight, job.charges);
    AppendCharges(payers, held, ahead, remaining, ChargeKind::kCommitted, job.charges);
  }
  return job;
}

bool Postings::Replace(const Job* before, const Job& after) {
  if (before != nullptr && before->project == after.project &&
      before->record.account == after.record.account && before->charges == after.charges) {
    return true;
  }
  Amount moved = moved_;
  for (const Charge& charge : after.charges) moved += charge.amount;
  if (moved > kTotalMax) return false;
  for (const Charge& charge : after.charges) {
    if (EntryFor(after, charge).booked + moved > kTotalMax) return false;
  }
  moved_ = moved;
  for (const Charge& charge : after.charges) EntryFor(after, charge).difference += charge.amount;
  if (before == nullptr) return true;
  for (const Charge& charge : before->charges)
    EntryFor(*before, charge).difference -= charge.amount;
  return true;
}

Postings::Entry& Postings::EntryFor(const Job& job, const Charge& charge) {
  const auto [it, inserted] = entries_.try_emplace(
      {charge.grant, charge.grant == 0 ? job.project : std::string(), job.record.key.cluster,
       job.record.account, charge.resource, charge.kind});
  if (inserted) it->second.booked = ledger_.Booked(it->first);
  return it->second;
}

std::vector<Posting> Postings::Take() const {
  std::vector<Posting> postings;
  for (const auto& [key, entry] : entries_) {
    if (entry.difference != Amount()) postings.push_back({key, entry.difference});
  }
  return postings;
}

}  // namespace mesolys
