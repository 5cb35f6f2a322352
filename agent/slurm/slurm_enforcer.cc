#include "agent/slurm/slurm_enforcer.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/ports/in_force.h"
#include "agent/slurm/associations/drift.h"
#include "agent/slurm/associations/hierarchy.h"
#include "agent/slurm/associations/minutes_limits.h"
#include "agent/slurm/text/sacctmgr_line.h"
#include "proto/runtime/ceiling_state.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {
namespace {

// Accounts are made, then limited, then opened; one more for what was changed meanwhile.
constexpr int kPassesMax = 4;

std::set<std::string> LoginsOf(const SiteState& state) {
  std::set<std::string> logins;
  for (const auto& [id, account] : state.accounts) {
    logins.insert(account.logins.begin(), account.logins.end());
  }
  return logins;
}

// A failure says more than that something differs, and that more than that the site lets less pass.
int WeightOf(v1::Ceiling::State state) {
  if (state == v1::Ceiling::FAILED) return 2;
  return state == v1::Ceiling::DRIFTED ? 1 : 0;
}

std::string WaitingText(const ClusterAssociations& held, const std::string& cluster) {
  const int64_t waiting = held.controller.has_value() ? held.controller->waiting_records : 0;
  if (waiting > 0) {
    return Say("a higher limit waits: slurmctld of $0 keeps $1 records that slurmdbd has not taken "
               "yet",
               cluster, waiting)
        .Render();
  }
  return Say("a higher limit waits: what was used at $0 is not known up to now", cluster).Render();
}

}  // namespace

SlurmEnforcer::SlurmEnforcer(SlurmEnforcerOptions options, SlurmControl& control, ChangeLog& log,
                             LeftAccounts& left)
    : options_(std::move(options)), control_(control), log_(log), left_(left) {}

bool SlurmEnforcer::IsFor(absl::string_view resource) const { return !IsStock(resource); }

absl::Status SlurmEnforcer::Allow(const SiteState* last, const SiteState& wanted,
                                  const RemovalLimit& limit, absl::Time now) {
  // Slurm holds no grants; what was wanted before does.
  const Plan plan = Reconcile(last == nullptr ? SiteState() : *last, wanted, now);
  return CheckRemovals({plan.removal_count, plan.held_count}, limit);
}

InForce SlurmEnforcer::PutInForce(const SiteState& wanted, const absl::StatusOr<SiteUse>& use,
                                  const RemovalLimit& limit, absl::Time now) {
  Round round = {wanted, use.ok() ? &*use : nullptr, limit, now};
  for (const std::string& cluster : options_.clusters) {
    if (wanted.clusters.contains(cluster)) PutCluster(cluster, round);
  }
  for (const std::string& cluster : wanted.clusters) {
    const bool is_ours = std::find(options_.clusters.begin(), options_.clusters.end(), cluster) !=
                         options_.clusters.end();
    if (is_ours) continue;
    const std::string text = Say("the catalogue gives cluster $0 to this site; clusters of "
                                 "[collector] in agent.toml lacks it",
                                 cluster)
                                 .Render();
    TellAll(absl::FailedPreconditionError(text), round);
  }
  if (!use.ok()) TellAll(use.status(), round);
  Judge(round);
  return std::move(round.result);
}

void SlurmEnforcer::PutCluster(const std::string& cluster, Round& round) {
  absl::StatusOr<ClusterAssociations> held = Read(cluster, round.wanted);
  if (!held.ok()) return TellAll(held.status(), round);
  const std::set<std::string> drifted = NoteDrift(cluster, *held, round);
  absl::Status said;
  const absl::StatusOr<AssociationPlan> left = Change(cluster, *held, said, round);
  if (!left.ok()) {
    // It is told, and stays as it is until the next round: no news then.
    round.result.status.Update(left_.Forget(cluster, drifted));
    return TellAll(left.status(), round);
  }
  TellLeft(cluster, *left, *held, said, round);
  Leave(cluster, *held, round);
}

absl::StatusOr<ClusterAssociations> SlurmEnforcer::Read(const std::string& cluster,
                                                        const SiteState& wanted) {
  absl::StatusOr<ClusterAssociations> held = control_.Read(cluster, LoginsOf(wanted));
  const bool is_split =
      held.ok() && held->controller.has_value() && FeedsSeveralTres(wanted, *held->controller);
  if (!is_split) return held;
  const auto waiting = control_.ReadWaiting(cluster);
  if (waiting.ok()) {
    held->controller->waiting = SummedUp(*waiting, held->accounts);
  } else {
    // It is split by what runs alone.
    spdlog::warn("{}: {}", cluster, std::string(waiting.status().message()));
  }
  return held;
}

void SlurmEnforcer::Leave(const std::string& cluster, const ClusterAssociations& held,
                          Round& round) {
  LeftAccounts::Accounts now;
  if (const LeftAccounts::Accounts* before = left_.Of(cluster); before != nullptr) {
    for (const std::string& name : untouched_[cluster]) {
      const auto there = before->find(name);
      if (there != before->end()) now.insert(*there);
    }
  }
  for (const auto& [name, wanted] : Wanted(cluster, held, round)) {
    const auto there = held.accounts.find(name);
    if (there != held.accounts.end()) now.insert(*there);
  }
  if (absl::Status kept = left_.Set(cluster, std::move(now)); !kept.ok()) {
    round.result.status.Update(kept);
  }
}

WantedAssociations SlurmEnforcer::Wanted(const std::string& cluster,
                                         const ClusterAssociations& held,
                                         const Round& round) const {
  return WantedAt(cluster, round.wanted, round.use, held, options_.rules, round.now);
}

absl::StatusOr<AssociationPlan> SlurmEnforcer::Change(const std::string& cluster,
                                                      ClusterAssociations& held, absl::Status& said,
                                                      Round& round) {
  for (int pass = 0;; ++pass) {
    const bool may_raise = round.use != nullptr && round.use->is_current &&
                           held.controller.has_value() && held.controller->waiting_records == 0;
    AssociationPlan plan = ChangesTo(Wanted(cluster, held, round), held, may_raise);
    if (pass == 0) {
      const absl::Status allowed =
          CheckRemovals({plan.removal_count, plan.held_count}, round.limit);
      if (!allowed.ok()) return allowed;
    }
    const std::set<std::string>& untouched = untouched_[cluster];
    std::erase_if(plan.changes, [&untouched](const AssociationChange& change) {
      return untouched.contains(change.account);
    });
    std::vector<AssociationChange> tried = plan.changes;
    std::erase_if(tried, [&](const AssociationChange& change) {
      return fruitless_.IsGivenUp(cluster, change, round.now);
    });
    if (tried.empty() || pass == kPassesMax || options_.is_dry_run) {
      if (!options_.is_dry_run) fruitless_.EndTurn(cluster, plan.changes, round.now);
      return plan;
    }
    said = Make(cluster, tried, held, round);
    absl::StatusOr<ClusterAssociations> now = Read(cluster, round.wanted);
    if (!now.ok()) return now.status();
    held = *std::move(now);
  }
}

absl::Status SlurmEnforcer::Make(const std::string& cluster,
                                 const std::vector<AssociationChange>& changes,
                                 const ClusterAssociations& held, Round& round) {
  std::vector<std::string> lines;
  std::vector<std::string> logged;
  std::set<std::string> accounts;
  absl::Status refused;
  size_t restricting_count = 0;
  for (const AssociationChange& change : changes) {
    absl::StatusOr<std::string> line = SacctmgrLine(cluster, change);
    if (line.ok()) {
      const std::string before = FoundText(change, held);
      logged.push_back(absl::StrCat(*line, before.empty() ? "" : "  # it was ", before));
      accounts.insert(change.account);
      lines.push_back(*std::move(line));
      // They come first.
      if (change.kind < AssociationChange::Kind::kMoveDefault) restricting_count = lines.size();
    } else {
      refused.Update(line.status());
    }
  }
  if (lines.empty()) return refused;
  const int64_t generation = round.wanted.generation;
  // What is not in the log is not done, but for what takes away: a full disk keeps nothing open.
  absl::Status begun = log_.Begin(round.now, generation, logged);
  begun.Update(left_.Forget(cluster, accounts));
  if (!begun.ok()) {
    lines.resize(restricting_count);
    refused.Update(begun);
    round.result.status.Update(begun);
    if (lines.empty()) return refused;
  }
  absl::Status said = control_.Make(lines);
  if (absl::Status ended = log_.End(round.now, generation, lines.size(), said); !ended.ok()) {
    spdlog::error("{}", std::string(ended.message()));
  }
  round.result.change_count += static_cast<int64_t>(lines.size());
  said.Update(refused);
  return said;
}

std::set<std::string> SlurmEnforcer::NoteDrift(const std::string& cluster,
                                               const ClusterAssociations& held, Round& round) {
  const LeftAccounts::Accounts* left = left_.Of(cluster);
  std::set<std::string>& untouched = untouched_[cluster];
  const std::set<std::string> before = std::exchange(untouched, {});
  std::set<std::string> drifted;
  if (left == nullptr) return drifted;
  for (const auto& [account, texts] : DriftOf(*left, held.accounts)) {
    const std::string text = Say("changed by somebody else at $0: account $1: $2", cluster, account,
                                 absl::StrJoin(texts, "; "))
                                 .Render();
    if (!before.contains(account)) {
      ++round.result.drift_count;
      spdlog::warn("{}", text);
    }
    const std::string owner = OwnerOf(cluster, account, held, round);
    if (options_.leaves_drift) {
      untouched.insert(account);
      Tell(owner, "", v1::Ceiling::DRIFTED, absl::StrCat(text, "; ", SayLater("left so")), round);
    } else {
      AddNote(owner, absl::StrCat(text, "; ", SayLater("repaired")), round);
      drifted.insert(account);
    }
  }
  return drifted;
}

void SlurmEnforcer::AddNote(const std::string& account, const std::string& text, Round& round) {
  std::string& note = round.notes[account];
  // Each cluster of the site has the same to say of a login.
  if (absl::StrContains(note, text)) return;
  absl::StrAppend(&note, note.empty() ? "" : "; ", text);
}

std::string SlurmEnforcer::OwnerOf(const std::string& cluster, const std::string& account,
                                   const ClusterAssociations& held, const Round& round) {
  if (round.wanted.accounts.contains(account)) return account;
  for (const auto& [id, project] : round.wanted.accounts) {
    if (project.links.contains({cluster, account})) return id;
  }
  const auto above = held.accounts.find(account);
  return above == held.accounts.end() ? account : above->second.parent;
}

void SlurmEnforcer::TellLeft(const std::string& cluster, const AssociationPlan& plan,
                             const ClusterAssociations& held, const absl::Status& said,
                             Round& round) const {
  for (const AssociationChange& change : plan.changes) {
    const std::string what = absl::StrCat(Describe(change), " at ", cluster);
    const std::string account = OwnerOf(cluster, change.account, held, round);
    if (options_.is_dry_run) {
      spdlog::info("dry run: {}", what);
      Tell(account, "", v1::Ceiling::DRIFTED, Say("dry run: $0", what).Render(), round);
      continue;
    }
    std::string text = said.ok() ? what : absl::StrCat(what, ": ", said.message());
    if (const absl::StatusOr<std::string> line = SacctmgrLine(cluster, change); !line.ok()) {
      text = std::string(line.status().message());
    } else if (fruitless_.IsGivenUp(cluster, change, round.now)) {
      text = Say("$0: given up for $1 minutes after $2 turns in which it came to nothing", what,
                 absl::ToInt64Minutes(FruitlessChanges::kRest), FruitlessChanges::kTurnsMax)
                 .Render();
    }
    Tell(account, "", said.ok() ? v1::Ceiling::DRIFTED : v1::Ceiling::FAILED, text, round);
    round.result.status.Update(absl::InternalError(text));
  }
  for (const std::string& account : plan.waiting) {
    Tell(account, "", v1::Ceiling::DRIFTED, WaitingText(held, cluster), round);
    round.result.status.Update(absl::UnavailableError(WaitingText(held, cluster)));
  }
  const WantedAssociations all = Wanted(cluster, held, round);
  for (const auto& [account, wanted] : all) {
    for (const auto& [resource, text] : wanted.problems) {
      Tell(account, resource, v1::Ceiling::FAILED, absl::StrCat(cluster, ": ", text), round);
    }
    for (const auto& [resource, text] : wanted.splits) {
      AddNote(account, absl::StrCat(cluster, ": ", text), round);
    }
    // Nothing that the agent could repair: QOS are the site's.
    if (const std::optional<Deviation> deviation = DeviationOf(account, all, held)) {
      const std::string text = absl::StrCat(cluster, ": ", deviation->text);
      const bool is_more = deviation->kind == Deviation::Kind::kMore;
      Tell(account, "", is_more ? v1::Ceiling::DRIFTED : v1::Ceiling::TIGHTER, text, round);
      // No grant could say so.
      const bool is_wanted = round.wanted.accounts.contains(account);
      if (is_more && !is_wanted) round.result.status.Update(absl::InternalError(text));
    }
  }
  for (const auto& [id, account] : round.wanted.accounts) {
    if (IsProtected(id)) {
      Tell(id, "", v1::Ceiling::FAILED,
           Say("account $0 is among protected_accounts of [enforcer]", id).Render(), round);
    }
    NoteLogins(cluster, id, account.logins, held, round);
  }
  if (!held.controller.has_value()) {
    TellAll(absl::UnavailableError(
                Say("slurmctld of $0 cannot be asked: limits stay as they are", cluster).Render()),
            round);
  }
}

void SlurmEnforcer::NoteLogins(const std::string& cluster, const std::string& id,
                               const std::set<std::string>& logins, const ClusterAssociations& held,
                               Round& round) {
  if (const auto there = held.accounts.find(id); there != held.accounts.end()) {
    for (const std::string& login : logins) {
      const std::string name = HeldLogin(there->second, login);
      if (name == login) continue;
      AddNote(id,
              Say("login $0 is $1 at $2, for Slurm keeps logins in lower case: a Unix account in "
                  "capitals can submit nothing there, unless slurmdbd has PreserveCaseUser",
                  login, name, cluster)
                  .Render(),
              round);
    }
  }
  std::vector<std::string> waiting;
  std::copy_if(logins.begin(), logins.end(), std::back_inserter(waiting),
               [&held](const auto& login) { return held.unknown_logins.contains(login); });
  if (waiting.empty()) return;
  const std::string names = absl::StrJoin(waiting, ", ");
  AddNote(id,
          (waiting.size() == 1 ? Say("login $0 waits for its Unix account", names)
                               : Say("logins $0 wait for their Unix accounts", names))
              .Render(),
          round);
}

void SlurmEnforcer::TellAll(const absl::Status& status, Round& round) {
  round.result.is_judged = false;
  round.result.status.Update(status);
  for (const auto& [id, account] : round.wanted.accounts) {
    Tell(id, "", v1::Ceiling::FAILED, std::string(status.message()), round);
  }
}

absl::StatusOr<v1::JobSituation> SlurmEnforcer::Inspect(const v1::WantedJob& wanted) {
  const std::string& cluster = wanted.cluster();
  const bool is_ours = std::find(options_.clusters.begin(), options_.clusters.end(), cluster) !=
                       options_.clusters.end();
  if (!is_ours) {
    return absl::FailedPreconditionError(
        Say("clusters of [collector] in agent.toml lacks $0", cluster).Render());
  }
  const absl::StatusOr<QueuedJob> job = control_.ReadJob(wanted);
  if (!job.ok()) return job.status();
  const absl::StatusOr<ClusterAssociations> held = control_.Read(cluster, {});
  if (!held.ok()) return held.status();
  return SituationOf(*job, *held);
}

bool SlurmEnforcer::IsProtected(const std::string& account) const {
  return options_.rules.protected_accounts.contains(account);
}

void SlurmEnforcer::Tell(const std::string& account, const std::string& resource,
                         v1::Ceiling::State state, const std::string& text, Round& round) {
  const auto [trouble, is_first] =
      round.troubles.try_emplace({account, resource}, Trouble{state, text});
  if (!is_first && WeightOf(state) > WeightOf(trouble->second.state)) {
    trouble->second = {state, text};
  }
}

void SlurmEnforcer::Judge(Round& round) {
  for (const auto& [id, account] : round.wanted.accounts) {
    for (const auto& [name, grant] : account.grants) {
      v1::Enforcement& judged = round.result.enforcements.emplace_back();
      judged.set_grant(name);
      auto trouble = round.troubles.find({id, ""});
      const auto of_resource = round.troubles.find({id, grant.resource});
      const bool is_worse = of_resource != round.troubles.end() &&
                            (trouble == round.troubles.end() ||
                             WeightOf(of_resource->second.state) > WeightOf(trouble->second.state));
      if (is_worse) trouble = of_resource;
      judged.set_state(v1::Ceiling::ENFORCED);
      if (trouble != round.troubles.end()) {
        judged.set_state(trouble->second.state);
        judged.set_text(trouble->second.text);
      } else if (const auto note = round.notes.find(id); note != round.notes.end()) {
        judged.set_text(note->second);
      }
      if (IsInForce(judged.state())) judged.set_ceiling_base_units(grant.ceiling.count());
    }
  }
}

}  // namespace mesolys::agent
