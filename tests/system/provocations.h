#ifndef MESOLYS_TESTS_SYSTEM_PROVOCATIONS_H_
#define MESOLYS_TESTS_SYSTEM_PROVOCATIONS_H_

// Ways to be refused by the real programs, and what a person is told then. A line of words is a
// command line; "_" stands for a space within a word. One thread.

#include <functional>
#include <string>

#include "mesolys/v1/agent.pb.h"
#include "tests/fakes/faulty_event_store.h"
#include "tests/system/cli_world.h"

namespace mesolys {

// What a person was told: the reason, where a program names it, and the sentence.
struct Told {
  std::string reason;
  std::string sentence;
};
using Provoke = std::function<Told(CliWorld&)>;

// Projects of every programme, grants g1 to g5 of lab (g4 has ended, g5 was revoked), job n1:1 that
// runs and n1:2 that was refunded. It is 2026-06-18 then.
void Populate(CliWorld& world);

// `mesolys WORDS` as that user.
Provoke Cli(const std::string& user, const std::string& words);
// `mesolys request create WORDS --dry-run` as the operator.
Provoke Ask(const std::string& words);

// The client sends what it kept of an earlier attempt: with this key, and of this etag.
Provoke Kept(const std::string& request_id, const std::string& etag);
// The client goes on with a list at a mark that is not the scheduler's.
Told PageTokenSpoilt(CliWorld& world);
// Somebody asks for a comparison that the scheduler never made, or has forgotten.
Told ComparisonForgotten(CliWorld& world);
// The certificate is of another trust domain.
Told WithoutAnIdentity(CliWorld& world);
// A change while changes are stopped.
Told ReadOnly(CliWorld& world);

// An agent of north whose report is spoilt on its way: one line of a job, or the whole report.
Provoke SpoiltReport(const std::function<void(v1::ReportUsageRequest&)>& spoil);
// An agent of north that replays these lines of sacct.
Provoke Records(const std::string& lines);
// Jobs whose sum no ledger counts.
Told PassesTheTotal(CliWorld& world);
// An agent whose clock is ahead of the scheduler's.
Told EndsInFuture(CliWorld& world);

// A change, to another scheduler whose store has this fault.
Provoke OnStore(FaultyEventStore::Fault fault);
// `mesolys-scheduler serve` with a catalogue that lacks what the ledger's projects are of.
Told CatalogueOfAnotherPlace(CliWorld& world);

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SYSTEM_PROVOCATIONS_H_
