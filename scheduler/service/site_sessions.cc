#include "scheduler/service/site_sessions.h"

#include "proto/runtime/ceiling_state.h"
#include "proto/runtime/convert.h"
#include "scheduler/service/means_view.h"

namespace mesolys {
namespace {

constexpr size_t kTextMax = 4096;
constexpr int kEnforcementsMax = 100'000;
constexpr int kRunawaysMax = 20;
constexpr int kHeldRowsMax = 20;
constexpr int kHeldAmountsMax = 20;  // of a row

// The first bytes, in whole characters: with half a one nobody could read the answer that shows it.
std::string Cut(const std::string& text) {
  if (text.size() <= kTextMax) return text;
  size_t end = kTextMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

void AddHeldRows(const v1::SynchronizeRequest& said, v1::AgentStatus& status) {
  status.set_held_row_count(said.held_row_count());
  for (const v1::HeldRow& row : said.held_rows()) {
    if (status.held_rows_size() == kHeldRowsMax) return;
    v1::HeldRow& kept = *status.add_held_rows();
    kept = row;
    kept.set_cluster(Cut(row.cluster()));
    kept.set_job_id(Cut(row.job_id()));
    kept.set_account(Cut(row.account()));
    kept.set_user(Cut(row.user()));
    kept.set_reason(Cut(row.reason()));
    kept.clear_amounts();
    for (const v1::HeldAmount& amount : row.amounts()) {
      if (kept.amounts_size() == kHeldAmountsMax) break;
      *kept.add_amounts() = amount;
      kept.mutable_amounts(kept.amounts_size() - 1)->set_resource(Cut(amount.resource()));
    }
  }
}

}  // namespace

void SiteSessions::Update(const std::string& site, const v1::SynchronizeRequest& said,
                          absl::Time now) {
  Session session;
  v1::AgentStatus& status = session.status;
  *status.mutable_last_seen_time() = ToProto(now);
  status.set_version(Cut(said.version()));
  status.set_generation_in_force(said.generation());
  status.set_spool_record_count(said.spool_record_count());
  *status.mutable_spool_age() = said.spool_age();
  status.set_quarantined_count(said.quarantined_count());
  status.set_problem(Cut(said.problem()));
  status.set_drift_count(said.drift_count());
  status.set_runaway_count(said.runaway_count());
  status.set_beyond_limit_count(said.beyond_limit_count());
  for (const v1::RunawayJob& job : said.runaway_jobs()) {
    if (status.runaway_jobs_size() == kRunawaysMax) break;
    v1::RunawayJob& kept = *status.add_runaway_jobs();
    kept = job;
    if (job.cause() == v1::RunawayJob::CAUSE_UNSPECIFIED) kept.set_cause(v1::RunawayJob::LOST);
    kept.set_cluster(Cut(job.cluster()));
    kept.set_account(Cut(job.account()));
    kept.set_user(Cut(job.user()));
  }
  AddHeldRows(said, status);
  if (absl::StatusOr<absl::Time> theirs = FromProto(said.agent_time()); theirs.ok()) {
    const int64_t skew = absl::ToInt64Milliseconds(*theirs - now);
    status.mutable_clock_skew()->set_seconds(skew / 1000);
    status.mutable_clock_skew()->set_nanos(static_cast<int32_t>(skew % 1000 * 1'000'000));
  }
  for (const v1::Enforcement& enforcement : said.enforcements()) {
    if (session.enforcements.size() == kEnforcementsMax) break;
    session.enforcements[enforcement.grant()] = enforcement;
  }
  session.gives_bonus = said.gives_bonus();
  if (said.has_means()) session.means = SaneMeans(said.means());
  MutexLock lock(mutex_);
  Session& kept = sessions_[site];
  if (!session.means.has_value()) session.means = std::move(kept.means);
  kept = std::move(session);
}

std::optional<v1::AgentStatus> SiteSessions::StatusOf(const std::string& site) const {
  MutexLock lock(mutex_);
  const auto it = sessions_.find(site);
  if (it == sessions_.end()) return std::nullopt;
  return it->second.status;
}

std::optional<v1::SiteMeans> SiteSessions::MeansOf(const std::string& site) const {
  MutexLock lock(mutex_);
  const auto it = sessions_.find(site);
  return it == sessions_.end() ? std::nullopt : it->second.means;
}

std::set<std::string> SiteSessions::BonusSites() const {
  MutexLock lock(mutex_);
  std::set<std::string> sites;
  for (const auto& [site, session] : sessions_) {
    if (session.gives_bonus) sites.insert(site);
  }
  return sites;
}

v1::Ceiling SiteSessions::EnforcementOf(const std::string& site, const std::string& grant,
                                        std::optional<Amount> wanted) const {
  v1::Ceiling ceiling;
  ceiling.set_site(site);
  ceiling.set_state(v1::Ceiling::WANTED);
  MutexLock lock(mutex_);
  const auto session = sessions_.find(site);
  if (session == sessions_.end()) return ceiling;
  const auto it = session->second.enforcements.find(grant);
  if (it == session->second.enforcements.end()) return ceiling;
  if (it->second.state() != v1::Ceiling::STATE_UNSPECIFIED) ceiling.set_state(it->second.state());
  ceiling.set_text(Cut(it->second.text()));
  const bool is_older = IsInForce(ceiling.state()) && wanted.has_value() &&
                        it->second.ceiling_base_units() != wanted->count();
  if (is_older) ceiling.set_state(v1::Ceiling::WANTED);
  return ceiling;
}

}  // namespace mesolys
