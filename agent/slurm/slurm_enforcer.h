#ifndef MESOLYS_AGENT_SLURM_SLURM_ENFORCER_H_
#define MESOLYS_AGENT_SLURM_SLURM_ENFORCER_H_

// Makes what the ledger says what Slurm enforces: one limit for each project, cluster and TRES,
// from all grants of the project. Each time everything is read, compared, changed where it differs,
// and read again: a change that was lost, made by hand, or undone by a slurmctld that lost its
// state is right again after one. One thread.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/ports/enforcer.h"
#include "agent/slurm/associations/association_changes.h"
#include "agent/slurm/associations/wanted_associations.h"
#include "agent/slurm/change_log.h"
#include "agent/slurm/fruitless_changes.h"
#include "agent/slurm/left_accounts.h"
#include "agent/slurm/slurm_control.h"

namespace mesolys::agent {

struct SlurmEnforcerOptions {
  std::vector<std::string> clusters;
  SlurmRules rules;
  // Says what it would change, and changes nothing.
  bool is_dry_run = false;
  // What somebody else has changed stays, and is told.
  bool leaves_drift = false;
};

class SlurmEnforcer : public Enforcer {
 public:
  SlurmEnforcer(SlurmEnforcerOptions options, SlurmControl& control, ChangeLog& log,
                LeftAccounts& left);

  // Whatever jobs use up; and support, of which there is nothing to be set.
  bool IsFor(absl::string_view resource) const override;
  bool GivesBonus() const override { return !options_.rules.bonus_qos.empty(); }
  absl::Status Allow(const SiteState* last, const SiteState& wanted, const RemovalLimit& limit,
                     absl::Time now) override;
  InForce PutInForce(const SiteState& wanted, const absl::StatusOr<SiteUse>& use,
                     const RemovalLimit& limit, absl::Time now) override;
  absl::StatusOr<v1::JobSituation> Inspect(const v1::WantedJob& wanted) override;

 private:
  // Why the grants of an account are not in force.
  struct Trouble {
    v1::Ceiling::State state = v1::Ceiling::DRIFTED;
    std::string text;
  };
  using Troubles = std::map<std::pair<std::string, std::string>, Trouble>;  // (account, resource)
  // What PutInForce was asked for, and what comes of it.
  struct Round {
    const SiteState& wanted;
    const SiteUse* use;
    const RemovalLimit& limit;
    absl::Time now;
    InForce result{};
    Troubles troubles{};                         // with the resource "" for all of them
    std::map<std::string, std::string> notes{};  // by account: in force, and yet to be said
  };

  void PutCluster(const std::string& cluster, Round& round);
  // What is held, with what waits where some pot has to be split by it.
  absl::StatusOr<ClusterAssociations> Read(const std::string& cluster, const SiteState& wanted);
  // The changes until nothing is left to do, and what is left then.
  absl::StatusOr<AssociationPlan> Change(const std::string& cluster, ClusterAssociations& held,
                                         absl::Status& said, Round& round);
  absl::Status Make(const std::string& cluster, const std::vector<AssociationChange>& changes,
                    const ClusterAssociations& held, Round& round);
  // What is there now becomes what was left, but for those that somebody else has changed.
  void Leave(const std::string& cluster, const ClusterAssociations& held, Round& round);
  WantedAssociations Wanted(const std::string& cluster, const ClusterAssociations& held,
                            const Round& round) const;
  // The accounts that somebody else has changed and that are to be repaired.
  std::set<std::string> NoteDrift(const std::string& cluster, const ClusterAssociations& held,
                                  Round& round);
  // Of those that cannot work there yet, or not under their name.
  static void NoteLogins(const std::string& cluster, const std::string& id,
                         const std::set<std::string>& logins, const ClusterAssociations& held,
                         Round& round);
  // An older account's matter is that of the project that it bills to.
  static std::string OwnerOf(const std::string& cluster, const std::string& account,
                             const ClusterAssociations& held, const Round& round);
  static void AddNote(const std::string& account, const std::string& text, Round& round);
  void TellLeft(const std::string& cluster, const AssociationPlan& plan,
                const ClusterAssociations& held, const absl::Status& said, Round& round) const;
  static void Tell(const std::string& account, const std::string& resource,
                   v1::Ceiling::State state, const std::string& text, Round& round);
  // Of every account: the site as a whole could not be looked at or changed.
  static void TellAll(const absl::Status& status, Round& round);
  static void Judge(Round& round);
  bool IsProtected(const std::string& account) const;

  const SlurmEnforcerOptions options_;
  SlurmControl& control_;
  ChangeLog& log_;
  LeftAccounts& left_;
  FruitlessChanges fruitless_;
  // Those that somebody else has changed and that are left so, by cluster.
  std::map<std::string, std::set<std::string>> untouched_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SLURM_ENFORCER_H_
