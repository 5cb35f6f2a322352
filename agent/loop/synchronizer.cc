#include "agent/loop/synchronizer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "agent/link/site_state_proto.h"
#include "agent/loop/held_back.h"
#include "proto/runtime/ceiling_state.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {
namespace {

constexpr absl::Duration kPatienceMin = absl::Seconds(1);
// A scheduler that answers a poll after half a minute is not to be called late.
absl::Duration PollFor(absl::Duration interval) {
  return interval < absl::Seconds(30) ? interval : Synchronizer::kPatience;
}
// A scheduler that answers at once and says nothing new is not asked more often than this.
constexpr absl::Duration kQuickAnswer = absl::Seconds(1);
constexpr size_t kProblemBytesMax = 1024;
// In one poll: each takes a look at all of a cluster. The others wait for the next one.
constexpr size_t kJobsMax = 2;

}  // namespace

Synchronizer::Synchronizer(Spool& spool, Enforcer& enforcer, SchedulerLink& link,
                           const Clock& clock, CollectionLog& collections, const MeansLog& means,
                           ComparisonWanted& comparison, SynchronizerOptions options)
    : spool_(spool),
      enforcer_(enforcer),
      link_(link),
      clock_(clock),
      options_(std::move(options)),
      backoff_(options_.seed),
      collections_(collections),
      means_(means),
      comparison_(comparison),
      totals_(spool) {}

SynchronizeTick Synchronizer::Tick(const std::string& problem, absl::Duration patience) {
  SynchronizeTick tick;
  const absl::Time begin = clock_.Now();
  trouble_ = absl::OkStatus();
  tick.status = Load();
  if (tick.status.ok()) {
    tick.status = PutLastInForce(begin, tick);
    // Whatever the site says, the scheduler is asked: it shall hear of it, and may want something
    // else.
    tick.status.Update(Poll(problem, patience, begin, tick));
  }
  const bool is_site_well = tick.status.ok();
  tick.status.Update(trouble_);
  problem_ = tick.status.ok() ? "" : std::string(tick.status.message());
  if (!trouble_.ok()) spdlog::warn("synchronize: {}", std::string(trouble_.message()));
  if (is_site_well) {
    if (trouble_.ok()) backoff_.Reset();
    // The next poll waits for news.
    const bool is_polled_next =
        tick.is_new || tick.is_corrected || tick.wanted_answer || !told_jobs_.empty();
    if (!is_polled_next && clock_.Now() - begin < kQuickAnswer) tick.wait = kQuickAnswer;
  } else {
    tick.wait = backoff_.Next();
    if (tick.status.code() != absl::StatusCode::kCancelled) {
      spdlog::warn("synchronize: {}", problem_);
    }
  }
  if (last_.has_value()) tick.generation_wanted = last_->generation;
  if (const absl::StatusOr<int64_t> generation = spool_.GenerationInForce(); generation.ok()) {
    tick.generation_in_force = *generation;
  }
  tick.ceilings = CountCeilings();
  return tick;
}

absl::Status Synchronizer::Load() {
  if (is_loaded_) return absl::OkStatus();
  const absl::StatusOr<std::optional<v1::DesiredState>> kept = spool_.DesiredState();
  if (!kept.ok()) return kept.status();
  if (kept->has_value()) {
    absl::StatusOr<SiteState> state = FromProto(**kept);
    if (!state.ok()) return state.status();
    last_ = *std::move(state);
    kept_ = **kept;
    figures_ = FiguresOf(kept_);
  }
  is_loaded_ = true;
  return absl::OkStatus();
}

absl::Status Synchronizer::PutLastInForce(absl::Time now, SynchronizeTick& tick) {
  if (!last_.has_value()) return absl::OkStatus();
  const absl::StatusOr<SiteUse> use = Use(now);
  InForce in_force = enforcer_.PutInForce(*last_, use, {options_.removals_max, false}, now);
  drift_count_ += in_force.drift_count;
  tick.change_count += in_force.change_count;
  if (use.ok()) tick.standings = StandingsOf(*last_, *use, now);
  enforcements_ = std::move(in_force.enforcements);
  if (use.ok()) TellHeldBack(options_.site, *last_, *use, now, enforcements_);
  NoteSet();
  if (!in_force.is_judged) return in_force.status;
  // The trouble of some accounts is told, and keeps none of the others waiting.
  trouble_ = in_force.status;
  const absl::StatusOr<int64_t> before = spool_.GenerationInForce();
  if (!before.ok()) return before.status();
  if (*before == last_->generation) return absl::OkStatus();
  return spool_.KeepGenerationInForce(last_->generation);
}

absl::StatusOr<v1::SynchronizeRequest> Synchronizer::Question(const std::string& problem,
                                                              absl::Time now) {
  const absl::StatusOr<int64_t> generation = spool_.GenerationInForce();
  if (!generation.ok()) return generation.status();
  const absl::StatusOr<SpoolLevel> level = spool_.Level();
  if (!level.ok()) return level.status();
  const absl::StatusOr<QuarantineMark> mark = spool_.Mark();
  if (!mark.ok()) return mark.status();
  const absl::StatusOr<std::optional<v1::LedgerHead>> witness = spool_.Witness();
  if (!witness.ok()) return witness.status();

  v1::SynchronizeRequest request;
  request.set_site(SiteName(options_.site));
  request.set_generation(*generation);
  request.mutable_enforcements()->Assign(enforcements_.begin(), enforcements_.end());
  request.set_version(options_.version);
  *request.mutable_agent_time() = ToProto(now);
  request.set_spool_record_count(level->record_count);
  const absl::Duration age =
      std::max(absl::ZeroDuration(), now - level->oldest_add_time.value_or(now));
  request.mutable_spool_age()->set_seconds(absl::ToInt64Seconds(age));
  request.set_quarantined_count(mark->line_count);
  const std::string both =
      absl::StrCat(problem, problem.empty() || problem_.empty() ? "" : "; ", problem_);
  // Texts of sites and peers: what is not plain is escaped, for it travels as a protobuf string.
  request.set_problem(absl::CHexEscape(both).substr(0, kProblemBytesMax));
  if (witness->has_value()) *request.mutable_witness() = **witness;
  if (std::optional<v1::SiteMeans> means = means_.Newest(); means.has_value()) {
    *request.mutable_means() = *std::move(means);
  }
  request.set_drift_count(drift_count_);
  request.mutable_told_jobs()->Assign(told_jobs_.begin(), told_jobs_.end());
  request.set_comparison(comparison_.Get().number());
  request.set_correction_revision(kept_.correction_revision());
  const Runaways& runaways = totals_.runaways();
  request.set_runaway_count(runaways.count);
  request.set_beyond_limit_count(runaways.beyond_limit_count);
  request.mutable_runaway_jobs()->Assign(runaways.first.begin(), runaways.first.end());
  request.set_gives_bonus(enforcer_.GivesBonus());
  const HeldRows& held = totals_.held_rows();
  request.set_held_row_count(held.count);
  request.mutable_held_rows()->Assign(held.first.begin(), held.first.end());
  const absl::StatusOr<std::vector<ImportPlace>> imports = spool_.Imports();
  if (!imports.ok()) return imports.status();
  for (const ImportPlace& place : *imports) {
    if (!place.is_read || place.is_waiting) continue;
    v1::EndedImport& ended = *request.add_ended_imports();
    ended.set_number(place.number);
    *ended.mutable_result() = place.result;
  }
  return request;
}

absl::Status Synchronizer::Poll(const std::string& problem, absl::Duration patience, absl::Time now,
                                SynchronizeTick& tick) {
  absl::StatusOr<v1::SynchronizeRequest> request = Question(problem, now);
  if (!request.ok()) return request.status();
  if (last_.has_value() && !TellUse(Use(now), *request) && untold_polls_ > 0) {
    --untold_polls_;
    patience = std::min(patience, kUntold);
  }
  // Its end shall be told soon.
  if (kept_.imports_size() > 0) patience = std::min(patience, kUntold);
  request->set_wants_answer(now < answer_time_ || now - answer_time_ >= kUnanswered);
  // What failed is tried again soon, then less and less often.
  if (!trouble_.ok()) patience = std::min(patience, backoff_.Next());
  patience =
      std::max(kPatienceMin, std::min({patience, PollFor(options_.interval), UntilNextEdge(now)}));
  const absl::StatusOr<v1::SynchronizeResponse> response = link_.Synchronize(*request, patience);
  if (!response.ok()) {
    const bool was_cut_short =
        response.status().code() == absl::StatusCode::kDeadlineExceeded && patience < kPatience;
    if (was_cut_short) return absl::OkStatus();
    return absl::Status(
        response.status().code(),
        Say("the scheduler did not answer: $0", response.status().message()).Render());
  }
  answer_time_ = clock_.Now();
  tick.wanted_answer = request->wants_answer();
  told_jobs_.clear();
  Inspect(*response);
  if (response->has_comparison()) tick.is_asked = comparison_.Set(response->comparison());
  const absl::Status witnessed = KeepWitness(response->head());
  absl::Status taken = Take(response->desired_state(), clock_.Now(), tick);
  taken.Update(witnessed);
  return taken;
}

absl::Status Synchronizer::Take(const v1::DesiredState& wanted, absl::Time now,
                                SynchronizeTick& tick) {
  absl::StatusOr<SiteState> state = FromProto(wanted);
  if (!state.ok()) return state.status();
  if (last_.has_value() && *state == *last_) return TakeFigures(wanted, now, tick);
  const bool is_doubtful = last_.has_value() && state->generation <= last_->generation;
  absl::Status allowed = enforcer_.Allow(last_.has_value() ? &*last_ : nullptr, *state,
                                         {options_.removals_max, is_doubtful}, now);
  if (!allowed.ok()) return allowed;
  // Before anything changes at the site: an agent that is killed in between goes on from here.
  if (absl::Status kept = spool_.KeepDesiredState(wanted); !kept.ok()) return kept;
  last_ = *std::move(state);
  kept_ = wanted;
  figures_ = FiguresOf(kept_);
  tick.is_new = true;
  return PutLastInForce(now, tick);
}

// What was settled moves without a new generation.
absl::Status Synchronizer::TakeFigures(const v1::DesiredState& wanted, absl::Time now,
                                       SynchronizeTick& tick) {
  if (wanted.SerializeAsString() == kept_.SerializeAsString()) return absl::OkStatus();
  if (absl::Status kept = spool_.KeepDesiredState(wanted); !kept.ok()) return kept;
  tick.is_corrected = wanted.correction_revision() != kept_.correction_revision();
  kept_ = wanted;
  figures_ = FiguresOf(kept_);
  // What the site reported itself its jobs have told before.
  return tick.is_corrected ? PutLastInForce(now, tick) : absl::OkStatus();
}

void Synchronizer::Inspect(const v1::SynchronizeResponse& response) {
  for (const v1::WantedJob& wanted : response.jobs()) {
    if (told_jobs_.size() == kJobsMax) return;
    v1::ToldJob& told = told_jobs_.emplace_back();
    told.set_number(wanted.number());
    absl::StatusOr<v1::JobSituation> situation = enforcer_.Inspect(wanted);
    if (situation.ok()) {
      *told.mutable_situation() = *std::move(situation);
    } else {
      told.set_is_unknown(absl::IsNotFound(situation.status()));
      told.set_problem(absl::CHexEscape(situation.status().message()).substr(0, kProblemBytesMax));
    }
  }
}

absl::Status Synchronizer::KeepWitness(const v1::LedgerHead& head) {
  const absl::StatusOr<std::optional<v1::LedgerHead>> kept = spool_.Witness();
  if (!kept.ok()) return kept.status();
  if (!kept->has_value() || head.revision() > (*kept)->revision()) {
    return spool_.KeepWitness(head);
  }
  if (head.revision() < (*kept)->revision()) {
    return absl::DataLossError(
        Say("the scheduler's ledger ends at revision $0, it has been at $1: is it an old copy?",
            head.revision(), (*kept)->revision())
            .Render());
  }
  if (head.hash() != (*kept)->hash()) {
    return absl::DataLossError(Say("revision $0 of the scheduler's ledger has another hash than "
                                   "before: is it another ledger?",
                                   head.revision())
                                   .Render());
  }
  return absl::OkStatus();
}

absl::StatusOr<SiteUse> Synchronizer::Use(absl::Time now) {
  absl::StatusOr<SiteUse> use = totals_.Use(*last_, figures_, now);
  if (use.ok()) use->is_current = collections_.IsCurrent(now);
  return use;
}

void Synchronizer::NoteSet() {
  std::map<std::string, Set> set;
  for (const v1::Enforcement& enforcement : enforcements_) {
    if (!IsInForce(enforcement.state())) continue;
    const absl::StatusOr<NumberedName> name = ParseGrantName(enforcement.grant());
    if (!name.ok()) continue;
    const GrantCeiling& ceiling = last_->accounts.at(name->project).grants.at(enforcement.grant());
    // No job tells how full a storage is: with 0 the ledger would free what is full.
    if (IsStock(ceiling.resource)) continue;
    const auto before = set_.find(enforcement.grant());
    if (before != set_.end() && before->second.ceiling == ceiling) {
      set.insert(*before);
    } else {
      set[enforcement.grant()] = {name->project, ceiling, collections_.Moment()};
      untold_polls_ = kUntoldPolls;
    }
  }
  set_ = std::move(set);
}

bool Synchronizer::TellUse(const absl::StatusOr<SiteUse>& use,
                           v1::SynchronizeRequest& request) const {
  // Of what is in force of a project all or nothing: what one grant may give up depends on the use
  // of the others.
  std::map<std::string, int64_t> newest;
  for (const auto& [grant, set] : set_) {
    int64_t& moment = newest[set.project];
    moment = std::max(moment, set.moment);
  }
  bool is_told = true;
  for (v1::Enforcement& enforcement : *request.mutable_enforcements()) {
    const auto set = set_.find(enforcement.grant());
    if (set == set_.end()) continue;
    if (!use.ok() || !collections_.IsCollectedSince(newest[set->second.project])) {
      collections_.Await();
      is_told = false;
      continue;
    }
    const auto used = use->grants.find(enforcement.grant());
    enforcement.set_used_base_units(used == use->grants.end() ? 0 : used->second.count());
  }
  return is_told;
}

CeilingCounts Synchronizer::CountCeilings() const {
  CeilingCounts counts;
  for (const v1::Enforcement& enforcement : enforcements_) {
    const absl::StatusOr<NumberedName> name = ParseGrantName(enforcement.grant());
    if (!name.ok()) continue;
    const auto account = last_->accounts.find(name->project);
    if (account == last_->accounts.end()) continue;
    const auto grant = account->second.grants.find(enforcement.grant());
    // Quotas are another matter than what jobs use up.
    if (grant == account->second.grants.end() || IsStock(grant->second.resource)) continue;
    if (enforcement.state() == v1::Ceiling::ENFORCED) ++counts.enforced;
    if (enforcement.state() == v1::Ceiling::TIGHTER) ++counts.tighter;
    if (enforcement.state() == v1::Ceiling::DRIFTED) ++counts.drifted;
    if (enforcement.state() == v1::Ceiling::FAILED) ++counts.failed;
  }
  return counts;
}

absl::Duration Synchronizer::UntilNextEdge(absl::Time now) const {
  absl::Duration until = absl::InfiniteDuration();
  if (!last_.has_value()) return until;
  for (const auto& [id, account] : last_->accounts) {
    for (const auto& [name, grant] : account.grants) {
      if (IsEnded(grant, now)) continue;
      until = std::min(until, grant.period.end - now);
      if (grant.period.start > now) until = std::min(until, grant.period.start - now);
    }
  }
  return until;
}

}  // namespace mesolys::agent
