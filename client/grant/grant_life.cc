// `mesolys grant supplement|extend|transfer|move|adjust|release|revoke|write-off|opening-balance`.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/grant/grant.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/grant.pb.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"

namespace mesolys::client {
namespace {

struct GrantLifeOptions {
  std::string grant;
  std::string amount;
  std::string reason;
  std::vector<std::string> sites;
  std::string site;
  std::string from;
  std::string to;
  std::string overdrawn;
};

// Says of which grant and why, and reads that grant: an amount is only known with its resource.
template <typename Request>
absl::StatusOr<v1::Grant> Begin(Session& session, const GrantLifeOptions& options,
                                Request* request) {
  const absl::StatusOr<std::string> name = ParseGrant(options.grant);
  if (!name.ok()) return name.status();
  request->set_grant(*name);
  request->set_reason(options.reason);
  v1::GetGrantRequest get;
  get.set_name(*name);
  v1::Grant grant;
  if (absl::Status status = session.Read(get, grant); !status.ok()) return status;
  return grant;
}

// The same, and how much of it.
template <typename Request>
absl::StatusOr<v1::Grant> BeginWithAmount(Session& session, const GrantLifeOptions& options,
                                          Request* request) {
  absl::StatusOr<v1::Grant> grant = Begin(session, options, request);
  if (!grant.ok()) return grant.status();
  const absl::StatusOr<Amount> amount =
      ParseAmountOf("--amount", grant->resource(), options.amount);
  if (!amount.ok()) return amount.status();
  request->set_amount_base_units(amount->count());
  return grant;
}

// Makes the change and prints what came of it. Whatever it touches is of the resource of `grant`.
absl::Status Finish(Session& session, const v1::Grant& grant, google::protobuf::Message& request) {
  v1::ChangeGrantResponse answer;
  if (absl::Status status = session.Change(request, answer); !status.ok()) return status;
  const std::string& resource = grant.resource();
  Table grants = GrantsTable(answer.grants(), session.zone());
  grants.for_people = !grants.rows.empty();
  session.Print(
      {{ChangesTable(
            answer.changes(), [&](const v1::GrantChange&) { return resource; }, session.zone()),
        OrdersTable(answer.orders(), resource), grants},
       {}});
  if (!answer.changes().empty()) {
    const std::string name = ShortName(grant.name());
    session.Say(session.dry_run() ? Tr("grant $0 would be changed", name)
                                  : Tr("grant $0 is changed", name));
  }
  for (const v1::ReductionOrder& order : answer.orders()) {
    session.Say(WaitingText(order, resource, session.dry_run()));
  }
  return absl::OkStatus();
}

absl::Status Supplement(Session& session, const GrantLifeOptions& options) {
  v1::SupplementGrantRequest request;
  for (const std::string& site : options.sites) {
    if (absl::Status status = CheckId("--site", site); !status.ok()) return status;
    request.add_sites(site);
  }
  const absl::StatusOr<v1::Grant> grant = BeginWithAmount(session, options, &request);
  if (!grant.ok()) return grant.status();
  return Finish(session, *grant, request);
}

absl::Status Extend(Session& session, const GrantLifeOptions& options) {
  const absl::StatusOr<absl::Time> end = ParseInstant("--to", options.to, session.now());
  if (!end.ok()) return end.status();
  v1::ExtendGrantRequest request;
  *request.mutable_end_time() = ToProto(*end);
  const absl::StatusOr<v1::Grant> grant = Begin(session, options, &request);
  if (!grant.ok()) return grant.status();
  return Finish(session, *grant, request);
}

// "proj_a/g17" or "proj_b".
absl::StatusOr<std::string> ParseReceiver(const std::string& text) {
  const bool is_grant = absl::StartsWith(text, "projects/") ? absl::StrContains(text, "/grants/")
                                                            : absl::StrContains(text, "/");
  absl::StatusOr<std::string> name = is_grant ? ParseGrant(text) : ParseProject(text);
  if (name.ok()) return name;
  return absl::InvalidArgumentError(Tr("$0: $1", "--to", Told(name.status())));
}

absl::Status Transfer(Session& session, const GrantLifeOptions& options) {
  const absl::StatusOr<std::string> receiver = ParseReceiver(options.to);
  if (!receiver.ok()) return receiver.status();
  v1::TransferHoursRequest request;
  request.set_receiver(*receiver);
  const absl::StatusOr<v1::Grant> grant = BeginWithAmount(session, options, &request);
  if (!grant.ok()) return grant.status();
  return Finish(session, *grant, request);
}

absl::StatusOr<std::string> ParseSiteOf(absl::string_view option, const std::string& text) {
  absl::StatusOr<std::string> name = ParseSite(text);
  if (name.ok()) return name;
  return absl::InvalidArgumentError(Tr("$0: $1", option, Told(name.status())));
}

absl::Status Move(Session& session, const GrantLifeOptions& options) {
  const absl::StatusOr<std::string> from = ParseSiteOf("--from", options.from);
  if (!from.ok()) return from.status();
  const absl::StatusOr<std::string> to = ParseSiteOf("--to", options.to);
  if (!to.ok()) return to.status();
  v1::MoveCeilingRequest request;
  request.set_from_site(*from);
  request.set_to_site(*to);
  const absl::StatusOr<v1::Grant> grant = Begin(session, options, &request);
  if (!grant.ok()) return grant.status();
  const absl::StatusOr<Amount> amount = ParseAmountOf("AMOUNT", grant->resource(), options.amount);
  if (!amount.ok()) return amount.status();
  request.set_amount_base_units(amount->count());
  return Finish(session, *grant, request);
}

absl::Status Adjust(Session& session, const GrantLifeOptions& options) {
  const absl::StatusOr<std::string> overdrawn = ParseGrant(options.overdrawn);
  if (!overdrawn.ok()) {
    return absl::InvalidArgumentError(Tr("$0: $1", "--overdrawn", Told(overdrawn.status())));
  }
  v1::AdjustOverdraftRequest request;
  request.set_overdrawn(*overdrawn);
  const absl::StatusOr<v1::Grant> grant = BeginWithAmount(session, options, &request);
  if (!grant.ok()) return grant.status();
  return Finish(session, *grant, request);
}

absl::Status Revoke(Session& session, const GrantLifeOptions& options) {
  v1::RevokeGrantRequest request;
  const absl::StatusOr<v1::Grant> grant = Begin(session, options, &request);
  if (!grant.ok()) return grant.status();
  const std::string name = ShortName(request.grant());
  absl::Status confirmed =
      session.Confirm(Tr("what is left of $0 will be taken back for good", name), name);
  if (!confirmed.ok()) return confirmed;
  return Finish(session, *grant, request);
}

absl::Status PostOpening(Session& session, const GrantLifeOptions& options) {
  const absl::StatusOr<std::string> site = ParseSite(options.site);
  if (!site.ok()) return site.status();
  v1::PostOpeningBalanceRequest request;
  request.set_site(*site);
  const absl::StatusOr<v1::Grant> grant = BeginWithAmount(session, options, &request);
  if (!grant.ok()) return grant.status();
  return Finish(session, *grant, request);
}

// A verb that says no more than how much, and why.
template <typename Request>
absl::Status PostAmount(Session& session, const GrantLifeOptions& options) {
  Request request;
  const absl::StatusOr<v1::Grant> grant = BeginWithAmount(session, options, &request);
  if (!grant.ok()) return grant.status();
  return Finish(session, *grant, request);
}

// What every one of the verbs takes.
void AddCommon(Verb& verb, GrantLifeOptions& options, bool with_amount) {
  verb.Argument("GRANT", &options.grant, "PROJECT/gNUMBER");
  if (with_amount) {
    verb.RequiredOption("--amount", "AMOUNT", &options.amount, Tr("How much: 500h, 2TB or 3d"));
  }
  verb.RequiredOption("--reason", "TEXT", &options.reason, Tr("Why; kept with the entry"));
}

// `body` with options of its own.
Body With(const std::shared_ptr<GrantLifeOptions>& options,
          absl::Status (*body)(Session&, const GrantLifeOptions&)) {
  return [options, body](Session& session) { return body(session, *options); };
}

// More of a grant, or a grant for longer.
void AddGrowth(CommandTree& tree, CLI::App& noun) {
  auto more = std::make_shared<GrantLifeOptions>();
  Verb supplement = tree.Change(
      noun, "supplement", Tr("Give more of a grant"),
      {"mesolys grant supplement proj_a/g17 --amount 500h --reason \"Review of November\"",
       "mesolys grant supplement proj_a/g17 --amount 500h --site psmn --reason TEXT --dry-run"},
      With(more, Supplement));
  AddCommon(supplement, *more, /*with_amount=*/true);
  supplement.Options("--site", "SITE", &more->sites,
                     Tr("Where; where the grant is if not given; repeatable"));
  auto later = std::make_shared<GrantLifeOptions>();
  Verb extend = tree.Change(
      noun, "extend", Tr("Give a grant a later end"),
      {"mesolys grant extend proj_a/g17 --to 2027-09-01 --reason \"The node was late\""},
      With(later, Extend));
  AddCommon(extend, *later, /*with_amount=*/false);
  extend.RequiredOption("--to", "DATE", &later->to, Tr("The day after its last"));
  auto opening = std::make_shared<GrantLifeOptions>();
  Verb opened =
      tree.Change(noun, "opening-balance", Tr("Record what was used before the ledger began"),
                  {"mesolys grant opening-balance proj_a/g17 --site psmn --amount 1200h "
                   "--reason \"Accounts of 2025\""},
                  With(opening, PostOpening));
  AddCommon(opened, *opening, /*with_amount=*/true);
  opened.RequiredOption("--site", "SITE", &opening->site, Tr("Where it was used"));
}

// Hours of one site that go to another, within the grant.
void AddMove(CommandTree& tree, CLI::App& noun) {
  auto options = std::make_shared<GrantLifeOptions>();
  Verb move = tree.Change(
      noun, "move", Tr("Let another site of a grant spend hours that are left at one"),
      {"mesolys grant move proj_a/g17 --from psmn --to p2chpd 100h --reason \"The queue is long\"",
       "mesolys grant move proj_a/g17 --from psmn --to p2chpd 100h --reason TEXT --dry-run"},
      With(options, Move));
  AddCommon(move, *options, /*with_amount=*/false);
  move.Argument("AMOUNT", &options->amount, Tr("How much: 500h, 2TB or 3d"))
      .RequiredOption("--from", "SITE", &options->from, Tr("Where less may be spent"))
      .RequiredOption("--to", "SITE", &options->to, Tr("Where more may be spent"));
}

// Hours that go to somebody else.
void AddMoves(CommandTree& tree, CLI::App& noun) {
  auto moved = std::make_shared<GrantLifeOptions>();
  Verb transfer = tree.Change(
      noun, "transfer", Tr("Move hours that are left to another grant or project"),
      {"mesolys grant transfer proj_a/g17 --amount 100h --to proj_a/g21 --reason \"Second phase\"",
       "mesolys grant transfer proj_a/g17 --amount 100h --to proj_b --reason \"For the partner\""},
      With(moved, Transfer));
  AddCommon(transfer, *moved, /*with_amount=*/true);
  transfer.RequiredOption("--to", "GRANT|PROJECT", &moved->to,
                          Tr("A grant, or a project that gets one of its own"));
  auto paid = std::make_shared<GrantLifeOptions>();
  Verb adjust = tree.Change(noun, "adjust", Tr("Pay the overdraft of another grant of the project"),
                            {"mesolys grant adjust proj_a/g21 --overdrawn proj_a/g18 --amount 10h "
                             "--reason \"Agreed with the PI\""},
                            With(paid, Adjust));
  AddCommon(adjust, *paid, /*with_amount=*/true);
  adjust.RequiredOption("--overdrawn", "GRANT", &paid->overdrawn,
                        Tr("The grant that is overdrawn"));
}

// Hours, or debts, that go to nobody.
void AddEnds(CommandTree& tree, CLI::App& noun) {
  auto released = std::make_shared<GrantLifeOptions>();
  Verb release =
      tree.Change(noun, "release", Tr("Give hours back"),
                  {"mesolys grant release proj_a/g17 --amount 100h --reason \"Finished early\""},
                  With(released, PostAmount<v1::ReleaseHoursRequest>));
  AddCommon(release, *released, /*with_amount=*/true);
  auto revoked = std::make_shared<GrantLifeOptions>();
  Verb revoke =
      tree.Destroy(noun, "revoke", Tr("Take a grant back; asks for its name"),
                   {"mesolys grant revoke proj_a/g17 --reason \"The project was given up\"",
                    "mesolys grant revoke proj_a/g17 --reason TEXT --dry-run"},
                   With(revoked, Revoke));
  AddCommon(revoke, *revoked, /*with_amount=*/false);
  auto forgiven = std::make_shared<GrantLifeOptions>();
  Verb write_off = tree.Change(
      noun, "write-off", Tr("Forget an overdraft that nobody pays"),
      {"mesolys grant write-off proj_a/g18 --amount 10h --reason \"A fault of the site\""},
      With(forgiven, PostAmount<v1::WriteOffOverdraftRequest>));
  AddCommon(write_off, *forgiven, /*with_amount=*/true);
}

}  // namespace

void AddGrantLife(CommandTree& tree, CLI::App& noun) {
  AddGrowth(tree, noun);
  AddMoves(tree, noun);
  AddMove(tree, noun);
  AddEnds(tree, noun);
}

}  // namespace mesolys::client
