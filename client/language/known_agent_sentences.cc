// The sentences that agents tell the scheduler, of grants at their sites and of what hinders them.

#include "client/language/known_sentence.h"
#include "client/language/language.h"

namespace mesolys::client {
namespace {

constexpr const char* kAgentSentences[] = {
    // Whether a site holds what it was told.
    TrLater("the site still holds it"),
    TrLater("the site does not hold it"),
    TrLater("the site holds $0 of $1 core-seconds"),
    TrLater("the site holds $0 of $1 GPU-seconds"),
    TrLater("the site holds $0 of $1 bytes"),
    TrLater("the site holds $0 of $1 person-seconds"),
    TrLater("the site holds $0 of $1 core-seconds of bonus"),
    TrLater("the site holds $0 of $1 GPU-seconds of bonus"),
    TrLater("the site closes it at $0, not at $1"),
    TrLater("$0 is open at the site, not low priority"),
    TrLater("$0 is open at the site, not frozen"),
    TrLater("$0 is low priority at the site, not open"),
    TrLater("$0 is low priority at the site, not frozen"),
    TrLater("$0 is frozen at the site, not open"),
    TrLater("$0 is frozen at the site, not low priority"),
    TrLater("a desired state of no higher generation would remove $0 of the $1 grants, logins and "
            "links held; kept all"),
    TrLater("the desired state would remove $0 of the $1 grants, logins and links held; kept all. "
            "At most $2 go in one step: if this is meant, raise max_removals in [enforcer]"),
    TrLater("what the site reads back is not what was set"),
    TrLater("the agent of this site sets no quotas of $0"),
    // What Slurm is still to be told, and why it is not.
    TrLater("account $0 is to be closed at $1"),
    TrLater("account $0 is to be open at $1"),
    TrLater("account $0 is to be limited to $1 minutes at $2"),
    TrLater("account $0 is to have the QOS $1 at $2"),
    TrLater("account $0 is to be the default of $1 at $2"),
    TrLater("account $0 is to be made below $1 at $2"),
    TrLater("account $0 is to be below $1 at $2"),
    TrLater("account $0 is to have $1 shares at $2"),
    TrLater("user $0 of $1 is to be closed at $2"),
    TrLater("user $0 of $1 is to be open at $2"),
    TrLater("user $0 of $1 is to be limited to $2 minutes at $3"),
    TrLater("user $0 of $1 is to be added at $2"),
    TrLater("user $0 of $1 is to be removed at $2"),
    TrLater("dry run: account $0 is to be closed at $1"),
    TrLater("dry run: account $0 is to be open at $1"),
    TrLater("dry run: account $0 is to be limited to $1 minutes at $2"),
    TrLater("dry run: account $0 is to have the QOS $1 at $2"),
    TrLater("dry run: account $0 is to be the default of $1 at $2"),
    TrLater("dry run: account $0 is to be made below $1 at $2"),
    TrLater("dry run: account $0 is to be below $1 at $2"),
    TrLater("dry run: account $0 is to have $1 shares at $2"),
    TrLater("dry run: user $0 of $1 is to be closed at $2"),
    TrLater("dry run: user $0 of $1 is to be open at $2"),
    TrLater("dry run: user $0 of $1 is to be limited to $2 minutes at $3"),
    TrLater("dry run: user $0 of $1 is to be added at $2"),
    TrLater("dry run: user $0 of $1 is to be removed at $2"),
    TrLater(
        "a higher limit waits: slurmctld of $0 keeps $1 records that slurmdbd has not taken yet"),
    TrLater("a higher limit waits: what was used at $0 is not known up to now"),
    TrLater("the catalogue gives cluster $0 to this site; clusters of [collector] in agent.toml "
            "lacks it"),
    TrLater("clusters of [collector] in agent.toml lacks $0"),
    TrLater("account $0 is among protected_accounts of [enforcer]"),
    TrLater("slurmctld of $0 cannot be asked: limits stay as they are"),
    TrLater("$0: slurmctld does not count $1: add it to AccountingStorageTRES in slurm.conf, and "
            "restart it"),
    TrLater("$0: slurmctld counts GPUs by model only: add gres/gpu to AccountingStorageTRES"),
    TrLater("login $0 waits for its Unix account"),
    TrLater("logins $0 wait for their Unix accounts"),
    TrLater("sacctmgr tells no association of $0, not even root's"),
    TrLater("scontrol show assoc_mgr tells no association of $0"),
    TrLater("$0 has no job $1 in its queue: it has ended, or was never there"),
    TrLater("the agent of this site sets no limits in Slurm, and reads none"),
    // What somebody else has changed in Slurm.
    TrLater("changed by somebody else at $0: account $1: the account is gone"),
    TrLater("changed by somebody else at $0: account $1: user $2 is gone"),
    TrLater("changed by somebody else at $0: account $1: user $2 is new"),
    TrLater("changed by somebody else at $0: account $1: $2 is $3, it was left without"),
    TrLater("changed by somebody else at $0: account $1: $2 is $3, it was left at $4"),
    TrLater("changed by somebody else at $0: account $1: $2 is $3, it was left at $4; repaired"),
    TrLater("changed by somebody else at $0: account $1: $2 is $3, it was left at $4; left so"),
    TrLater("changed by somebody else at $0: account $1: $2 is not set, it was left at $3"),
    TrLater(
        "changed by somebody else at $0: account $1: $2 is not set, it was left at $3; repaired"),
    TrLater(
        "changed by somebody else at $0: account $1: $2 is not set, it was left at $3; left so"),
    TrLater("user $0 is gone"),
    TrLater("user $0 is new"),
    TrLater("$0 is $1, it was left without"),
    TrLater("$0 is $1, it was left at $2"),
    TrLater("$0 is not set, it was left at $1"),
    TrLater("repaired"),
    TrLater("left so"),
    // What hinders an agent, which escapes the apostrophes.
    TrLater("the scheduler did not answer: $0"),
    TrLater("the scheduler did not answer: no connection to the scheduler within $0"),
    TrLater(
        "the scheduler did not answer: the agent was shown a ledger that this scheduler does not "
        "have: its database was replaced or restored from an older copy; restore the newest one"),
    TrLater("the scheduler\\'s ledger ends at revision $0, it has been at $1: is it an old copy?"),
    TrLater("revision $0 of the scheduler\\'s ledger has another hash than before: is it another "
            "ledger?"),
    TrLater("the scheduler did not take records $0 to $1: $2"),
    TrLater("the spool holds $0 of $1 records; no room for $2 until the scheduler has taken some"),
    TrLater("cannot collect: $0"),
    TrLater("cannot collect: $0: exit status $1: $2"),
    TrLater("cannot collect: $0: cannot be started: $1"),
    TrLater("cannot collect: $0: not done after $1"),
    TrLater("cannot collect: $0: ended by signal $1 ($2)"),
    TrLater("cannot import: $0"),
    TrLater("cannot import: $0: exit status $1: $2"),
    TrLater("cannot import: $0: cannot be started: $1"),
    TrLater("cannot import: $0: not done after $1"),
    TrLater("cannot import: $0: ended by signal $1 ($2)"),
    TrLater("cannot read what the site has: $0"),
    TrLater("cannot read what the site has: $0: exit status $1: $2"),
    TrLater("cannot read what the site has: $0: cannot be started: $1"),
    TrLater("cannot read what the site has: $0: not done after $1"),
    TrLater("cannot read what the site has: $0: ended by signal $1 ($2)"),
    TrLater("cannot read what the site has: scontrol names no node of cluster $0 that can be read"),
    TrLater("sacctmgr tells no association of $0, not even root\\'s"),
    TrLater("the collector of this site has no history to read: only one of type slurm has"),
    TrLater("$0: exit status $1: $2"),
    TrLater("$0: cannot be started: $1"),
    TrLater("$0: not done after $1"),
    TrLater("$0: ended by signal $1 ($2)"),
    TrLater("$0 says what is not understood: $1"),
    TrLater("cannot write $0: $1"),
    TrLater("quarantine: cannot $0: $1"),
};

}  // namespace

absl::Span<const char* const> KnownAgentSentences() { return kAgentSentences; }

}  // namespace mesolys::client
