// The sentences of the scheduler that people meet, and of what scheduler, agents and CLI share.

#include <iterator>
#include <vector>

#include "client/language/known_sentence.h"
#include "client/language/language.h"

namespace mesolys::client {
namespace {

constexpr const char* kSentences[] = {
    // Projects.
    TrLater("there is no project \"$0\"; see `mesolys project list`"),
    TrLater("there is no institution \"$0\"; there are $1"),
    TrLater("there is no programme \"$0\"; there are $1"),
    TrLater("there is no data class \"$0\"; there are $1"),
    TrLater("project $0 exists; choose another id"),
    TrLater("a title has 1 to $0 bytes, this one $1"),
    TrLater("the end of the project must lie after its start"),
    TrLater("project $0 has changed since; read it again and decide again"),
    TrLater("project $0 is archived: nothing new goes under it; name another parent"),
    TrLater("project $0 is archived; open a new one"),
    TrLater("project $0 is archived; choose another one"),
    TrLater("project $0 is archived already"),
    TrLater("request r$0 of $1 waits for its decision; withdraw it first"),
    TrLater("hours of grant g$0 are on their way to $1; wait until every site has confirmed them"),
    TrLater("grant g$0 of $1 is not over; release or revoke it first"),
    TrLater("account $0 of cluster $1 bills to project $2 already, and to no second one; link "
            "another account"),
    TrLater("account $0 of cluster $1 is not linked to project $2; see `mesolys project show $3`"),
    // Members and roles.
    TrLater("$0 is not a member of $1; see `mesolys member list $2`"),
    TrLater("$0 is the PI of $1 and keeps that role"),
    TrLater("$0 is the PI of $1 and stays"),
    TrLater("give a role: researcher, pi, supervisor or deputy"),
    TrLater("only a deputy has dates; leave them out"),
    TrLater("a deputy acts for the PI between two dates; give both, the end after the start"),
    TrLater("the deputy would have ended on $0; give an end in the future"),
    TrLater("nobody can give a role that they do not hold; ask an operator of the mesocentre"),
    TrLater("nobody can take a role away that they could not give: that of $0 in $1; ask an "
            "operator of the mesocentre"),
    TrLater("login $0 at $1 is that of $2 in $3; give the login of $4"),
    TrLater("two logins at site $0; a person has one"),
    TrLater("$0 has no login at $1; give one with `mesolys member add $2 --login $3=LOGIN` first"),
    TrLater("a member's ceiling is of cpu or gpu-<model>, which jobs use up; not of $0"),
    TrLater("a ceiling is 0 to $0 core-seconds; asked: $1"),
    TrLater("a ceiling is 0 to $0 GPU-seconds; asked: $1"),
    TrLater("site $0 has no $1"),
    TrLater("there is no role \"$0\"; there are $1"),
    TrLater("nobody can give or take a role that they do not hold: you are not $0"),
    TrLater("nobody takes a role from themselves; another holder of it may"),
    TrLater("$0 may not use $1 here; allowed: $2"),
    TrLater("$0 may not use $1 here; allowed: any person"),
    TrLater("the agent of $0 may not use $1 here; allowed: any person"),
    TrLater("$0 may not use $1 here; allowed: $2, PI of the project"),
    TrLater("$0 may not use $1 here; allowed: $2, researcher of the project, PI of the project, "
            "supervisor of the project"),
    // Rules of programmes; `mesolys why` puts the code of the reason before.
    TrLater("a project of programme $0 needs a supervisor: `mesolys member add $1 USER --role "
            "supervisor`"),
    TrLater("$0: a project of programme $1 needs a supervisor: `mesolys member add $2 USER --role "
            "supervisor`"),
    TrLater("a team of programme $0 has $1 to $2 researchers; $3 has $4"),
    TrLater("$0: a team of programme $1 has $2 to $3 researchers; $4 has $5"),
    TrLater("project $0 may hold grants from $1 to $2; ask within these dates"),
    TrLater("$0: project $1 may hold grants from $2 to $3; ask within these dates"),
    TrLater("programme $0 takes requests within a call only; submit it for one with --call"),
    TrLater("$0: programme $1 takes requests within a call only; submit it for one with --call"),
    TrLater("programme $0 takes no part in calls; ask without --call, it is decided at once"),
    TrLater("$0: programme $1 takes no part in calls; ask without --call, it is decided at once"),
    TrLater("programme $0 grants at most $1 days at a time; $2 were asked"),
    TrLater("$0: programme $1 grants at most $2 days at a time; $3 were asked"),
    // Requests.
    TrLater("there is no request r$0"),
    TrLater("there is no request $0/r$1; see `mesolys request list $2`"),
    TrLater("request r$0 was withdrawn on $1; only one that waits can be decided or withdrawn: ask "
            "with a new one"),
    TrLater("request r$0 was decided on $1; only one that waits can be decided or withdrawn: ask "
            "with a new one"),
    TrLater("a request has 1 to $0 lines, this one $1; ask for example 1000h of cpu"),
    TrLater("justification and necessity have at most $0 bytes"),
    TrLater("a declared energy is 0 to 2^50 watt-hours"),
    TrLater("a usage curve has at most $0 points, this one $1"),
    TrLater("the points of a usage curve lie within the period, each later than the one before, "
            "with shares from 0 to 100 % that never fall"),
    TrLater("period $0 to $1: the end must lie after the start"),
    TrLater("period $0 to $1: it is over already; give an end in the future"),
    TrLater("period $0 to $1: the catalogue knows $2 to $3"),
    TrLater("period $0 to $1: only an operator may start a period over a day in the past"),
    TrLater("the period ends at $0; it must end after its start, $1"),
    TrLater("$0 is asked twice; add the two amounts"),
    TrLater("no site has $0; there are $1"),
    TrLater("$0: $1 were asked; right is more than 0 and at most $2"),
    TrLater("$0: the minimum of $1 is not within 0 and the $2 that are asked"),
    TrLater("none of the sites allowed ($0) has $1; see `mesolys site show SITE`"),
    TrLater("$0: none of the sites allowed ($1) has $2; see `mesolys site show SITE`"),
    TrLater("$0: data of class $1 may go to $2 only; asked: $3"),
    // What dynamic access can give; `mesolys why` puts the code of the reason before.
    TrLater("$0: $1 asked, $2 would be accepted: programme $3 gives $4 at most $5 more by dynamic "
            "access in 12 months; a call may give more"),
    TrLater("$0: $1: $2 asked, $3 would be accepted: programme $4 gives $5 at most $6 more by "
            "dynamic access in 12 months; a call may give more"),
    TrLater("$0: $1 asked, $2 would be accepted: $3 can still grant $4 within the period; ask for "
            "less, for longer or for other sites"),
    TrLater("$0: $1: $2 asked, $3 would be accepted: $4 can still grant $5 within the period; ask "
            "for less, for longer or for other sites"),
    TrLater("$0: $1 asked, $2 would be accepted: the reserve of dynamic access at $3 has $4 left; "
            "more is released next month"),
    TrLater("$0: $1: $2 asked, $3 would be accepted: the reserve of dynamic access at $4 has $5 "
            "left; more is released next month"),
    TrLater("$0: $1 asked, $2 would be accepted: storage follows compute, and the sites of the "
            "hours have no more"),
    TrLater("$0: $1: $2 asked, $3 would be accepted: storage follows compute, and the sites of the "
            "hours have no more"),
    TrLater("$0: $1 asked, $2 would be accepted: the cores that come with the GPUs are used up; "
            "ask for cpu of another site"),
    TrLater("$0: $1: $2 asked, $3 would be accepted: the cores that come with the GPUs are used "
            "up; ask for cpu of another site"),
    TrLater(
        "$0: $1 could be granted, less than the minimum of $2; lower the minimum or the period"),
    TrLater("$0: $1: $2 could be granted, less than the minimum of $3; lower the minimum or the "
            "period"),
    // Decisions of the committee.
    TrLater("request r$0 asks for no $1; it asks for $2"),
    TrLater("$0 is awarded twice; add the two amounts"),
    TrLater("$0: $1 cannot be awarded; right is more than 0 and at most the $2 that are asked"),
    TrLater("$0: $1 are less than the minimum of $2; award that much, or none of it"),
    TrLater("$0 can still grant $1 of $2 within the period; award at most that"),
    TrLater("$0: the sites can give $1 together with the rest; award at most that"),
    TrLater("the period of request r$0 was over on $1; award nothing, so that it is refused"),
    // Grants and what changes them.
    TrLater("there is no grant g$0"),
    TrLater("there is no grant $0/g$1; see `mesolys grant list $2`"),
    TrLater("$0 has no grant g$1"),
    TrLater("grant g$0 was revoked; ask for a new one"),
    TrLater("grant g$0 is of project $1, which is archived; ask for a new one in another project"),
    TrLater("grant g$0 ended on $1, and its grace of $2 days is over; ask for a new one"),
    TrLater("say why, in 1 to $0 bytes; there are $1"),
    TrLater("$0 of $1 were asked; right is more than 0 and at most $2"),
    TrLater("data of class $0 may not go to $1"),
    TrLater("$0 has no $1; see `mesolys site show $2`"),
    TrLater("$0 can still grant $1 of $2 until $3; $4 were asked"),
    TrLater("grant g$0 lasts until $1, as long as its project; no later end is possible"),
    TrLater("grant g$0 ends on $1; a later end is right, until $2, when its project ends"),
    TrLater("$0 of $1 are left at $2, which has room for $3 until $4; choose another end, or "
            "release the rest"),
    TrLater("grant g$0 has $1 left that are neither used, committed to running jobs nor promised; "
            "$2 were asked"),
    TrLater("$0 and $1 are not under the same chair; ask an operator of the mesocentre"),
    TrLater("data of class $0 of project $1 may not go to $2, where the hours are"),
    TrLater("grant g$0 cannot give hours to itself; name another grant of $1"),
    TrLater("grant g$0 is of $1, g$2 of $3; another grant of the same resource is right"),
    TrLater("grant g$0 has ended, so nothing of it can be a grant of its own; extend it first, or "
            "name a grant that lasts longer"),
    TrLater("grant g$0 is overdrawn by $1; $2 cannot be written off"),
    TrLater("grant g$0 is overdrawn by $1; $2 were offered"),
    TrLater("an overdraft is paid by another grant of the same project and resource; g$0 is $1 of "
            "$2, g$3 is $4 of $5"),
    TrLater("grant g$0 is not at site \"$1\"; it is at $2"),
    TrLater("the use of grant g$0 would pass $1, the most that the ledger counts"),
    TrLater("follows the use"),
    TrLater("not used in time: noticed $0 days late"),
    TrLater("its renewal r$0 is not decided yet"),
    TrLater("its renewal r$0 is decided"),
    // Why a request, a grant or a project stands as it does.
    TrLater("request r$0 was granted in full"),
    TrLater("request r$0 was granted in part"),
    TrLater("request r$0 was refused"),
    TrLater("request r$0 waits for the committee since $1"),
    TrLater("request r$0 was withdrawn on $1"),
    TrLater("grant g$0 came of it, at $1"),
    TrLater("it keeps grant g$0 open until $1, beyond its end on $2"),
    TrLater("grant g$0 was revoked: $1"),
    TrLater("grant g$0 ended on $1 with $2 of $3 unused; `mesolys grant extend` within the grace, "
            "or a new request"),
    TrLater("grant g$0 can be spent from $1 on"),
    TrLater("grant g$0 is used up: $1 of $2 were spent of $3 of $4; jobs may go on to $5 of $6 at "
            "low priority, then no new one starts"),
    TrLater("grant g$0 ended on $1; $2 of $3 may be spent until $4 because its renewal is not "
            "decided yet"),
    TrLater("grant g$0 can be spent until $1: $2 of $3 are left of $4 of $5"),
    TrLater("grant g$0 can be spent until $1, and until $2 while its renewal waits: $3 of $4 are "
            "left of $5 of $6"),
    TrLater("$0 of $1 are kept for running jobs until their time limits"),
    TrLater("$0 of $1 go as soon as $2 confirmed a lower ceiling: $3"),
    TrLater("$0 of $1 go as soon as $2 and $3 confirmed a lower ceiling: $4"),
    TrLater("$0 of $1 move to $2 as soon as $3 confirmed a lower ceiling: $4"),
    TrLater("$0 of $1 move to $2 as soon as $3 and $4 confirmed a lower ceiling: $5"),
    TrLater("$0 of $1 were spent beyond it: running jobs are never killed"),
    TrLater("it is $0 days behind a steady use"),
    TrLater("it is $0 days behind a steady use; on $1 of $2 go back to the reserve unless they are "
            "used"),
    TrLater("at the rate so far it is used up on $0"),
    TrLater("$0 is archived"),
    TrLater("$0 of $1 ran where no grant was valid; a request for that time, or an extension, "
            "would pay them"),
    TrLater("$0 has no grant that can be spent; ask with `mesolys request create`"),
    // Sites, clusters and their windows.
    TrLater("there is no site \"$0\"; see `mesolys site list`"),
    TrLater("there is no cluster \"$0\"; see `mesolys site list`"),
    TrLater("nothing waits for site $0: there is nothing to write off"),
    TrLater("the end must lie after the start, and both within $0 and $1"),
    TrLater("\"$0\" covers part of that time at $1 already; declare the rest"),
    TrLater("the span from $0 to $1 is empty: the end must lie after the start"),
    TrLater("the span ends at $0, which has not come yet: it may end at $1 at the latest"),
    TrLater("comparison $0 of $1 is not known, or not any more; begin it again"),
    TrLater("another span was asked for meanwhile"),
    // Jobs.
    TrLater("no site has reported job $0 of cluster $1; see `mesolys usage list`"),
    TrLater("job $0 is not finished; its price can be given back when it is"),
    TrLater("the price of job $0 was given back already"),
    TrLater("with job $0 a total would pass $1, the most that the ledger counts"),
    TrLater("there is no job $0 of cluster \"$1\" that you may see; see `mesolys usage list`"),
    TrLater("there is no job $0 in the queue of cluster \"$1\" that you may see; one that has "
            "ended is shown by `mesolys usage show $2` once its site has reported it"),
    TrLater(
        "there is no job $0 in the queue of cluster \"$1\" that you may see; the id of one that "
        "has ended is told by `$2`"),
    TrLater("too many ask about jobs of $0; try again in a minute"),
    TrLater("question $0 is not known, or not any more; ask again"),
    // The scheduler itself, and who speaks to it.
    TrLater("the scheduler is in read-only mode: $0; use is still recorded, try the change again "
            "later"),
    TrLater("the scheduler lost its store while it wrote, and cannot tell whether that was kept; "
            "the same command again finds out: $0"),
    TrLater("the scheduler's disk is full, nothing was written: $0; try again when it has room"),
    TrLater("the scheduler cannot write now, nothing was written: $0; try again later"),
    TrLater("the key $0 was used for another change; make a new one for each"),
    TrLater("the log has no revision $0; its newest is $1"),
    TrLater("revision $0 cannot be read"),
    TrLater("the certificate carries $0 URIs; exactly one "
            "spiffe://mesolys/{site|user|service}/{id} is right"),
    TrLater(
        "the URI of the certificate is not of the form spiffe://mesolys/{site|user|service}/{id}"),
    // Names.
    TrLater("project \"$0\" is not an id: use a letter, then at most 29 of a-z, 0-9, _ or -"),
    TrLater("site \"$0\" is not an id: use a letter, then at most 29 of a-z, 0-9, _ or -"),
    TrLater("cluster \"$0\" is not an id: use a letter, then at most 29 of a-z, 0-9, _ or -"),
    TrLater("institution \"$0\" is not an id: use a letter, then at most 29 of a-z, 0-9, _ or -"),
    TrLater("programme \"$0\" is not an id: use a letter, then at most 29 of a-z, 0-9, _ or -"),
    TrLater("data class \"$0\" is not an id: use a letter, then at most 29 of a-z, 0-9, _ or -"),
    TrLater("$0 \"$1\" is not an id: use a letter, then at most 29 of a-z, 0-9, _ or -"),
    TrLater("user \"$0\" is not a login: use a letter, digit or _, then at most 63 of letters, "
            "digits, _, ., @ or -"),
    TrLater("pi \"$0\" is not a login: use a letter, digit or _, then at most 63 of letters, "
            "digits, _, ., @ or -"),
    TrLater("account \"$0\" is not a login: use a letter, digit or _, then at most 63 of letters, "
            "digits, _, ., @ or -"),
    TrLater("login \"$0\" is not a login: use a letter, digit or _, then at most 63 of letters, "
            "digits, _, ., @ or -"),
    TrLater("resource \"$0\" is not one: use cpu, support, gpu-{model} or storage-{tier}, where "
            "model and tier are at most 25 of a-z, 0-9, _ or - and begin with a letter or digit, "
            "for example gpu-a100"),
    // Amounts.
    TrLater("$0 is negative: write it as 50000h, 90min or 3600s"),
    TrLater("$0 is negative: write it as 2TB, 500GB or 1.5TiB"),
    TrLater("$0 is negative: write it as 3d (of 7 hours), 10h or 1800s"),
    TrLater("$0 is not an amount of $1: write it as 50000h, 90min or 3600s"),
    TrLater("$0 is not an amount of $1: write it as 2TB, 500GB or 1.5TiB"),
    TrLater("$0 is not an amount of $1: write it as 3d (of 7 hours), 10h or 1800s"),
    TrLater("$0 has no unit and could be hours or seconds: write it as 50000h, 90min or 3600s"),
    TrLater("$0 has no unit and could be bytes or terabytes: write it as 2TB, 500GB or 1.5TiB"),
    TrLater("$0 has no unit and could be days or hours: write it as 3d (of 7 hours), 10h or 1800s"),
    TrLater("$0 has the unit $1, which $2 does not have: write it as 50000h, 90min or 3600s"),
    TrLater("$0 has the unit $1, which $2 does not have: write it as 2TB, 500GB or 1.5TiB"),
    TrLater(
        "$0 has the unit $1, which $2 does not have: write it as 3d (of 7 hours), 10h or 1800s"),
    TrLater("$0 has more than $1 decimals: write it as 50000h, 90min or 3600s"),
    TrLater("$0 has more than $1 decimals: write it as 2TB, 500GB or 1.5TiB"),
    TrLater("$0 has more than $1 decimals: write it as 3d (of 7 hours), 10h or 1800s"),
    TrLater("$0 is not a whole number of core-seconds: write it as 50000h, 90min or 3600s"),
    TrLater("$0 is not a whole number of GPU-seconds: write it as 50000h, 90min or 3600s"),
    TrLater("$0 is not a whole number of bytes: write it as 2TB, 500GB or 1.5TiB"),
    TrLater(
        "$0 is not a whole number of person-seconds: write it as 3d (of 7 hours), 10h or 1800s"),
    TrLater("$0 is more than $1 core-seconds: write it as 50000h, 90min or 3600s"),
    TrLater("$0 is more than $1 GPU-seconds: write it as 50000h, 90min or 3600s"),
    TrLater("$0 is more than $1 bytes: write it as 2TB, 500GB or 1.5TiB"),
    TrLater("$0 is more than $1 person-seconds: write it as 3d (of 7 hours), 10h or 1800s"),
    // Files of settings and of requests.
    TrLater("$0: may not be read by this user: change its mode or its owner"),
    TrLater("$0: $1: give the path of a TOML file"),
    TrLater("$0: the file is over 1 MiB; a configuration is smaller"),
    TrLater("$0: unknown key \"$1\": did you mean \"$2\"?"),
    TrLater("$0: unknown key \"$1\"; known here: $2"),
    TrLater("$0: missing key \"$1\" at the top of the file"),
    TrLater("$0: a text in quotes is wanted, not an integer"),
    TrLater("$0: a text in quotes is wanted, not a decimal number"),
    TrLater("$0: a text in quotes is wanted, not true or false"),
    TrLater("$0: a text in quotes is wanted, not a date or time"),
    TrLater("$0: a text in quotes is wanted, not a list"),
    TrLater("$0: a list of texts is wanted, not a text"),
    TrLater("$0: a list of texts is wanted, not an integer"),
    TrLater("$0: true or false is wanted, not a text"),
    TrLater("$0: true or false is wanted, not an integer"),
    // Files of keys and certificates.
    TrLater("no $0 file is configured; give the path of a PEM file"),
    TrLater("the $0 file $1 is missing; enrol first, or correct the path"),
    TrLater("the $0 file $1 cannot be read: $2; give this program's user the right to read it"),
    TrLater("the $0 file $1 cannot be read to its end; a PEM file is wanted"),
    TrLater("the $0 file $1 is not a regular file; a PEM file is wanted"),
    TrLater("the $0 file $1 is over 1 MiB; a PEM file is wanted"),
    TrLater("the $0 file $1 expired at $2; renew it"),
    TrLater("the $0 file $1 is valid from $2 only; check the clock of this machine"),
    TrLater("the CA file $0 holds no PEM certificate; the certificate of the CA is wanted"),
    TrLater("the certificate file $0 holds no PEM certificate; our own, and its chain, are wanted"),
    TrLater("the key file $0 holds no PEM private key, or one with a pass phrase"),
    TrLater("the key file $0 has mode $1, so others may use it; chmod 0600 $2"),
    TrLater("the key file $0 is not the key of the certificate $1; install both from the same "
            "enrolment"),
};

}  // namespace

absl::Span<const char* const> KnownSentences() {
  static const auto& sentences = *new std::vector<const char*>([] {
    std::vector<const char*> all(std::begin(kSentences), std::end(kSentences));
    const absl::Span<const char* const> agents = KnownAgentSentences();
    all.insert(all.end(), agents.begin(), agents.end());
    return all;
  }());
  return sentences;
}

}  // namespace mesolys::client
