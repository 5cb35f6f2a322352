#include "scheduler/service/job_listing.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "proto/runtime/convert.h"
#include "proto/runtime/methods.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/price.h"
#include "scheduler/core/rules/policy.h"
#include "scheduler/service/access_table.h"
#include "scheduler/store/job_codec.h"

namespace mesolys {

Logins VisibleLogins(const Ledger& ledger, const ProjectEntry& entry, absl::string_view identity,
                     absl::Time now) {
  const std::string user(UserOf(identity));
  if (ledger.HasRole(user, "operator") || ledger.HasRole(user, "auditor")) {
    return std::nullopt;
  }
  const auto it = entry.members.find(user);
  if (it == entry.members.end()) return std::map<std::string, std::string>();
  if (it->second.member.RoleAt(now) != ProjectRole::kResearcher) return std::nullopt;
  return it->second.member.logins;
}

namespace {

using Account = std::pair<std::string, std::string>;  // (cluster, account)

// Every account that bills to the project.
std::set<Account> AccountsOf(const Ledger& ledger, const ProjectEntry& entry) {
  std::set<Account> accounts(entry.links.begin(), entry.links.end());
  for (const auto& [id, site] : ledger.catalogue().sites) {
    for (const std::string& cluster : site.clusters) {
      if (ledger.ProjectOf(cluster, entry.project.id) == &entry) {
        accounts.insert({cluster, entry.project.id});
      }
    }
  }
  return accounts;
}

struct Position {
  Account account;
  std::optional<JobRowKey> after;
};

std::string TokenOf(const Account& account, const JobRowKey& key) {
  return PageToken(
      absl::StrCat(account.first, "\t", account.second, "\t", key.job_id, "\t", key.submit_time));
}

absl::StatusOr<Position> PositionAfter(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '\t');
  JobRowKey key;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[2], &key.job_id) ||
      !absl::SimpleAtoi(parts[3], &key.submit_time)) {
    return ForeignToken();
  }
  key.cluster = parts[0];
  return Position{{parts[0], parts[1]}, key};
}

// Whether some of what it used is paid by nobody, and was not given back.
bool IsUncovered(const Job& job) {
  std::map<std::string, Amount> uncovered;
  for (const Charge& charge : job.charges) {
    if (charge.grant != 0 || charge.kind == ChargeKind::kCommitted) continue;
    Amount& sum = uncovered[charge.resource];
    sum = charge.kind == ChargeKind::kRefund ? sum - charge.amount : sum + charge.amount;
  }
  return std::any_of(uncovered.begin(), uncovered.end(),
                     [](const auto& each) { return each.second > Amount(); });
}

bool IsVisible(const Job& job, const Logins& logins) {
  if (!logins.has_value()) return true;
  const auto it = logins->find(job.site);
  return it != logins->end() && it->second == job.record.user;
}

v1::Job JobView(const Ledger& ledger, const Job& job) {
  v1::Job out;
  *out.mutable_record() = ToProto(job.record);
  out.set_site(job.site);
  if (!job.project.empty()) out.set_project(ProjectName(job.project));
  for (const PricedCharge& priced : Priced(ledger, job)) {
    const Charge& charge = priced.charge;
    v1::Charge& shown = *out.add_charges();
    const GrantEntry* grant = ledger.FindGrant(charge.grant);
    if (grant != nullptr) shown.set_grant(GrantName(grant->grant.project, charge.grant));
    shown.set_resource(charge.resource);
    shown.set_kind(static_cast<v1::Charge::Kind>(charge.kind));
    shown.set_amount_base_units(charge.amount.count());
    shown.set_basis(static_cast<v1::Charge::Basis>(charge.basis));
    shown.set_normalised_seconds(Normalise(charge.amount, priced.rate).count());
    shown.set_rate_ppm(priced.rate.count());
    if (priced.since.has_value()) *shown.mutable_rate_since_time() = ToProto(*priced.since);
    shown.set_is_of_no_resource(charge.grant == 0 &&
                                !ledger.catalogue().Knows(job.site, charge.resource));
  }
  return out;
}

// One page of what the accounts ran, of which `is_shown` says what belongs to the list.
absl::Status ListAccounts(const Engine& engine, const std::set<Account>& accounts, const Page& page,
                          const std::function<bool(const Job&)>& is_shown,
                          v1::ListJobsResponse& out) {
  if (accounts.empty()) return absl::OkStatus();
  Position from{*accounts.begin(), std::nullopt};
  if (!page.after.empty()) {
    absl::StatusOr<Position> position = PositionAfter(page.after);
    if (!position.ok()) return position.status();
    from = *std::move(position);
  }
  for (auto it = accounts.lower_bound(from.account); it != accounts.end(); ++it) {
    JobPage rows_page{*it == from.account ? from.after : std::nullopt, page.size};
    absl::StatusOr<std::vector<JobRow>> rows =
        engine.store().FindJobs(it->first, it->second, rows_page);
    if (!rows.ok()) return rows.status();
    for (const JobRow& row : *rows) {
      absl::StatusOr<Job> job = DecodeJob(row);
      if (!job.ok()) return job.status();
      if (!is_shown(*job)) continue;
      engine.Read([&](const Ledger& ledger) { *out.add_jobs() = JobView(ledger, *job); });
    }
    if (!rows->empty()) {
      out.set_next_page_token(TokenOf(*it, rows->back().key));
      return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ListJobs(const Engine& engine, const std::string& identity, const std::string& project,
                      bool uncovered, const Page& page, v1::ListJobsResponse& out) {
  std::set<Account> accounts;
  Logins logins;
  engine.Read([&](const Ledger& ledger) {
    const ProjectEntry* entry = ledger.FindProject(project);
    if (entry == nullptr) return;
    accounts = AccountsOf(ledger, *entry);
    logins = VisibleLogins(ledger, *entry, identity, engine.Now());
  });
  return ListAccounts(
      engine, accounts, page,
      [&](const Job& job) { return IsVisible(job, logins) && (!uncovered || IsUncovered(job)); },
      out);
}

absl::Status ListUnassignedJobs(const Engine& engine, const v1::AccountLink& account,
                                const Page& page, v1::ListJobsResponse& out) {
  const bool known =
      engine.Read([&](const Ledger& ledger) { return !ledger.SiteOf(account.cluster()).empty(); });
  if (!known) return NoCluster(account.cluster());
  return ListAccounts(
      engine, {{account.cluster(), account.account()}}, page,
      [](const Job& job) { return job.project.empty(); }, out);
}

absl::Status FindJob(const Engine& engine, const std::string& identity, const v1::JobName& name,
                     v1::Job& out) {
  absl::StatusOr<std::vector<JobRow>> rows =
      engine.store().FindJobsById(name.cluster(), name.job_id());
  if (!rows.ok()) return rows.status();
  if (name.has_submit_time()) {
    std::erase_if(*rows, [&](const JobRow& row) {
      return row.key.submit_time != name.submit_time().seconds();
    });
  }
  std::optional<Job> job;
  if (!rows->empty()) {
    absl::StatusOr<Job> newest = DecodeJob(rows->back());
    if (!newest.ok()) return newest.status();
    job = *std::move(newest);
  }
  return engine.Read([&](const Ledger& ledger) -> absl::Status {
    const std::string project = job.has_value() ? job->project : "";
    absl::Status allowed = Authorize(ledger, identity, MethodOf<v1::GetJobRequest>().name,
                                     {project, ""}, engine.Now());
    if (!allowed.ok() && UserOf(identity).empty()) return allowed;
    const ProjectEntry* entry = ledger.FindProject(project);
    const bool shown = allowed.ok() && job.has_value() &&
                       (entry == nullptr ||
                        IsVisible(*job, VisibleLogins(ledger, *entry, identity, engine.Now())));
    // To a person, a job that they may not see does not exist.
    if (!shown) {
      return Refuse(
          Reason::kUnknownJob,
          Say("there is no job $0 of cluster \"$1\" that you may see; `mesolys usage list PROJECT` "
              "lists those of a project",
              name.job_id(), name.cluster()));
    }
    out = JobView(ledger, *job);
    return absl::OkStatus();
  });
}

}  // namespace mesolys
