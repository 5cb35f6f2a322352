// `mesolys member add|list|limit|remove`: the persons of a project.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/frame/suggestion.h"
#include "client/language/language.h"
#include "client/session/pages.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/project.pb.h"
#include "nlohmann/json.hpp"
#include "proto/runtime/convert.h"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

struct MemberOptions {
  std::string project;
  std::string user;
  std::string role;
  std::vector<std::string> logins;
  std::string from;
  std::string to;
  std::string site;
  std::string limit;
};

absl::StatusOr<v1::Member::Role> ParseRole(const std::string& text) {
  v1::Member::Role role = v1::Member::ROLE_UNSPECIFIED;
  if (v1::Member::Role_Parse(absl::AsciiStrToUpper(text), &role) &&
      role != v1::Member::ROLE_UNSPECIFIED) {
    return role;
  }
  const std::string closest = Closest(text, {"deputy", "pi", "researcher", "supervisor"});
  return absl::InvalidArgumentError(
      absl::StrCat(Tr("--role: $0 is none of pi, deputy, researcher and supervisor", Quoted(text)),
                   closest.empty() ? "" : Tr("; did you mean $0?", closest)));
}

Table MemberTable(const std::string& key, bool single) {
  return {key,
          {{"user", Tr("USER")},
           {"role", Tr("ROLE")},
           {"logins", Tr("LOGINS")},
           {"add_time", Tr("SINCE")},
           {"term_start_time", single ? Tr("DEPUTY FROM") : Tr("FROM")},
           {"term_end_time", single ? Tr("DEPUTY TO") : Tr("TO")},
           {"ceilings", Tr("OWN LIMITS"), false, true}},
          {},
          single};
}

// "psmn cpu 100 h since 2026-09-01".
Cell CeilingsCell(const v1::Member& member, const absl::TimeZone& zone) {
  std::vector<std::string> texts;
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const v1::MemberCeiling& ceiling : member.ceilings()) {
    const Cell since = MinuteCell(ceiling.has_set_time(), ceiling.set_time(), zone);
    texts.push_back(Tr("$0 $1 $2 since $3", ShortName(ceiling.site()), ceiling.resource(),
                       AmountTextOf(ceiling.resource(), ceiling.amount_base_units()),
                       DayCell(ceiling.has_set_time(), ceiling.set_time(), zone).text));
    all.push_back({{"site", ceiling.site()},
                   {"resource", ceiling.resource()},
                   {"amount_base_units", ceiling.amount_base_units()},
                   {"set_time", since.value.json()}});
  }
  return {TextsCell(texts).text, all};
}

std::vector<Cell> MemberRow(const v1::Member& member, const absl::TimeZone& zone) {
  std::vector<std::string> texts;
  nlohmann::ordered_json by_site = nlohmann::ordered_json::object();
  for (const v1::Login& login : member.logins()) {
    texts.push_back(absl::StrCat(login.site(), "=", login.login()));
    by_site[login.site()] = login.login();
  }
  return {TextCell(member.user()),
          StateCell(v1::Member::Role_Name(member.role())),
          Cell{TextsCell(texts).text, by_site},
          DayCell(member.has_add_time(), member.add_time(), zone),
          DayCell(member.has_term(), member.term().start_time(), zone),
          DayCell(member.has_term(), member.term().end_time(), zone),
          CeilingsCell(member, zone)};
}

absl::Status ListMembers(Session& session, const MemberOptions& options) {
  const absl::StatusOr<std::string> project = ParseProject(options.project);
  if (!project.ok()) return project.status();
  v1::ListMembersRequest request;
  request.set_project(*project);
  const auto members = ReadPages(session, request, &v1::ListMembersResponse::members);
  if (!members.ok()) return members.status();
  Table table = MemberTable("members", /*single=*/false);
  for (const v1::Member& member : *members) {
    table.rows.push_back(MemberRow(member, session.zone()));
  }
  session.Print({{table}, {}});
  return absl::OkStatus();
}

absl::Status Add(Session& session, const MemberOptions& options) {
  const absl::StatusOr<std::string> project = ParseProject(options.project);
  if (!project.ok()) return project.status();
  const absl::StatusOr<v1::Member::Role> role = ParseRole(options.role);
  if (!role.ok()) return role.status();
  v1::AddMemberRequest request;
  request.set_project(*project);
  request.mutable_member()->set_user(options.user);
  request.mutable_member()->set_role(*role);
  if (*role == v1::Member::DEPUTY) {
    if (options.to.empty()) {
      return absl::InvalidArgumentError(
          Tr("a deputy needs an end: say --to DATE, the day after their last"));
    }
    const absl::StatusOr<Period> term =
        ParsePeriod(options.from, options.to, /*span=*/"", session.now());
    if (!term.ok()) return term.status();
    *request.mutable_member()->mutable_term() = ToProto(*term);
  } else if (!options.from.empty() || !options.to.empty()) {
    return absl::InvalidArgumentError(Tr("--from and --to are for --role deputy; leave them out"));
  }
  for (const std::string& text : options.logins) {
    const auto pair = ParsePair("--login", "SITE=LOGIN", '=', text);
    if (!pair.ok()) return pair.status();
    v1::Login& login = *request.mutable_member()->add_logins();
    login.set_site(pair->first);
    login.set_login(pair->second);
  }
  v1::Member member;
  if (absl::Status status = session.Change(request, member); !status.ok()) return status;
  Table table = MemberTable("member", /*single=*/true);
  table.rows.push_back(MemberRow(member, session.zone()));
  const std::string& role_text = table.rows[0][1].text;
  session.Say(session.dry_run()
                  ? Tr("$0 would be $1 of $2", member.user(), role_text, ShortName(*project))
                  : Tr("$0 is $1 of $2", member.user(), role_text, ShortName(*project)));
  session.Print({{table}, {}});
  return absl::OkStatus();
}

std::string LimitSentence(const v1::MemberCeiling& ceiling, const std::string& project,
                          bool dry_run) {
  const std::string& user = ceiling.user();
  const std::string& resource = ceiling.resource();
  const std::string site = ShortName(ceiling.site());
  if (!ceiling.has_amount_base_units()) {
    return dry_run ? Tr("$0 might use any amount of $1 of $2 at $3 from now on", user, resource,
                        project, site)
                   : Tr("$0 may use any amount of $1 of $2 at $3 from now on", user, resource,
                        project, site);
  }
  const std::string amount = AmountTextOf(resource, ceiling.amount_base_units());
  return dry_run ? Tr("$0 might use at most $1 of $2 of $3 at $4 from now on", user, amount,
                      resource, project, site)
                 : Tr("$0 may use at most $1 of $2 of $3 at $4 from now on", user, amount, resource,
                      project, site);
}

absl::Status Limit(Session& session, const MemberOptions& options) {
  const absl::StatusOr<std::string> project = ParseProject(options.project);
  if (!project.ok()) return project.status();
  const absl::StatusOr<std::string> site = ParseSite(options.site);
  if (!site.ok()) return site.status();
  const auto pair = ParsePair("LIMIT", "RESOURCE=AMOUNT", '=', options.limit);
  if (!pair.ok()) return pair.status();
  v1::SetMemberCeilingRequest request;
  request.set_project(*project);
  request.set_user(options.user);
  request.set_site(*site);
  request.set_resource(pair->first);
  if (pair->second != "none") {
    const absl::StatusOr<Amount> amount = ParseAmountOf("LIMIT", pair->first, pair->second);
    if (!amount.ok()) return amount.status();
    request.set_amount_base_units(amount->count());
  }
  v1::MemberCeiling ceiling;
  if (absl::Status status = session.Change(request, ceiling); !status.ok()) return status;
  session.Say(LimitSentence(ceiling, ShortName(*project), session.dry_run()));
  Table table{"ceiling",
              {{"user", Tr("USER")},
               {"site", Tr("SITE")},
               {"resource", Tr("RESOURCE")},
               {"amount_base_units", Tr("LIMIT"), true},
               {"set_time", Tr("SINCE")}},
              {},
              /*single=*/true};
  table.rows.push_back(
      {TextCell(ceiling.user()), NameCell(ceiling.site()), TextCell(ceiling.resource()),
       ceiling.has_amount_base_units() ? AmountCell(ceiling.resource(), ceiling.amount_base_units())
                                       : Cell{Tr("none"), nullptr},
       MinuteCell(ceiling.has_set_time(), ceiling.set_time(), session.zone())});
  session.Print({{table}, {}});
  return absl::OkStatus();
}

absl::Status Remove(Session& session, const MemberOptions& options) {
  const absl::StatusOr<std::string> project = ParseProject(options.project);
  if (!project.ok()) return project.status();
  v1::RemoveMemberRequest request;
  request.set_project(*project);
  request.set_user(options.user);
  v1::RemoveMemberResponse response;
  if (absl::Status status = session.Change(request, response); !status.ok()) return status;
  session.Say(session.dry_run() ? Tr("$0 would leave $1", options.user, ShortName(*project))
                                : Tr("$0 has left $1", options.user, ShortName(*project)));
  Table table{"removed", {{"project", Tr("PROJECT")}, {"user", Tr("USER")}}, {}, /*single=*/true};
  table.rows.push_back({NameCell(*project), TextCell(options.user)});
  session.Print({{table}, {}});
  return absl::OkStatus();
}

}  // namespace

void AddMember(CommandTree& tree) {
  CLI::App& noun = tree.Noun("member", Tr("The persons of a project"));
  auto added = std::make_shared<MemberOptions>();
  tree.Change(noun, "add", Tr("Add a person, or change their role and logins"),
              {"mesolys member add proj_a bob --role researcher --login psmn=bmartin",
               "mesolys member add proj_a carol --role deputy --to 2027-09-01"},
              [added](Session& session) { return Add(session, *added); })
      .Argument("PROJECT", &added->project, Tr("Its id"))
      .Argument("USER", &added->user, Tr("Their user id"))
      .RequiredOption("--role", "pi|deputy|researcher|supervisor", &added->role,
                      Tr("What they may do in it"))
      .Option("--from", "DATE", &added->from, Tr("A deputy's first day; today if not given"))
      .Option("--to", "DATE", &added->to, Tr("The day after a deputy's last"))
      .Options("--login", "SITE=LOGIN", &added->logins,
               Tr("Their Unix login at a site; repeatable. Others stay"));
  auto limited = std::make_shared<MemberOptions>();
  tree.Change(noun, "limit",
              Tr("Set how much a person may use of a project at a site, from now on"),
              {"mesolys member limit proj_a bob --site psmn cpu=500h",
               "mesolys member limit proj_a bob --site psmn cpu=none"},
              [limited](Session& session) { return Limit(session, *limited); })
      .Argument("PROJECT", &limited->project, Tr("Its id"))
      .Argument("USER", &limited->user, Tr("Their user id"))
      .Argument("LIMIT", &limited->limit, Tr("RESOURCE=AMOUNT, or RESOURCE=none for no limit"))
      .RequiredOption("--site", "SITE", &limited->site, Tr("Where"));
  auto removed = std::make_shared<MemberOptions>();
  tree.Change(noun, "remove", Tr("Take a person out of a project"),
              {"mesolys member remove proj_a bob"},
              [removed](Session& session) { return Remove(session, *removed); })
      .Argument("PROJECT", &removed->project, Tr("Its id"))
      .Argument("USER", &removed->user, Tr("Their user id"));
  auto listed = std::make_shared<MemberOptions>();
  tree.Read(noun, "list", Tr("The members of a project"), {"mesolys member list proj_a"},
            [listed](Session& session) { return ListMembers(session, *listed); })
      .Argument("PROJECT", &listed->project, Tr("Its id"));
}

}  // namespace mesolys::client
