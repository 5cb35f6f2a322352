// What is said in a scenario: each line becomes a command.

#include "tests/scheduler/core/scenario.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/rules/upkeep.h"

namespace mesolys {

absl::Status ScenarioRun::Fact(Words& words) {
  if (words.left.front() == "at") {
    words.Take();
    absl::StatusOr<absl::Time> time = Instant(words.Take());
    if (!time.ok()) return time.status();
    if (*time < mesocentre_.now()) return Wrong("time does not go back");
    mesocentre_.SetNow(*time);
    return absl::OkStatus();
  }
  if (words.left.front() == "grant") return IssueByHand(words);
  if (words.left.front() == "upkeep") {
    for (const Command& due : DueUpkeep(mesocentre_.ledger(), mesocentre_.now())) {
      absl::StatusOr<Verdict> verdict = mesocentre_.Do(due, kSchedulerIdentity);
      if (!verdict.ok()) return Differs(std::string(verdict.status().message()));
    }
    return absl::OkStatus();
  }
  const std::string actor =
      absl::StrCat("spiffe://mesolys/user/", words.After("by-user").value_or("olga"));
  absl::StatusOr<Command> command = CommandOf(words);
  if (!command.ok()) return command.status();
  if (!words.empty()) return Wrong(absl::StrCat("not understood: ", words.All()));
  absl::StatusOr<Verdict> verdict = mesocentre_.Do(*command, actor);
  if (verdict.ok()) {
    for (const Event& event : verdict->events) {
      const auto* reported = std::get_if<UsageReported>(&event);
      if (reported != nullptr && !reported->rejected.empty()) {
        return Differs(absl::StrCat("rejected: ", reported->rejected.front().refusal.message));
      }
    }
    return absl::OkStatus();
  }
  const std::optional<Refusal> refusal = RefusalOf(verdict.status());
  return Differs(absl::StrCat("refused: ", refusal.has_value() ? ReasonName(refusal->reason) : "",
                              " ", verdict.status().message()));
}

absl::StatusOr<Command> ScenarioRun::CommandOf(Words& words) {
  const std::string verb = words.Take();
  for (const char* request : {"request", "withdraw", "decide"}) {
    if (verb == request) return RequestVerb(verb, words);
  }
  if (verb == "catalogue") return CatalogueVerb(words);
  if (verb == "job" || verb == "running" || verb == "refund") return Report(verb, words);
  for (const char* office : {"read-only", "give-role", "take-role"}) {
    if (verb == office) return OfficeVerb(verb, words);
  }
  for (const char* project :
       {"project", "link", "unlink", "member", "limit", "remove-member", "archive"}) {
    if (verb == project) return ProjectVerb(verb, words);
  }
  for (const char* site : {"incident", "maintenance", "confirm", "write-off-site"}) {
    if (verb == site) return SiteVerb(verb, words);
  }
  return GrantVerb(verb, words);
}

absl::StatusOr<Command> ScenarioRun::ProjectVerb(const std::string& verb, Words& words) {
  const Ledger& ledger = mesocentre_.ledger();
  if (verb == "project") {
    CreateProject command{TestProject(words.Take())};
    command.project.period = {ledger.catalogue().month_starts.front(),
                              ledger.catalogue().month_starts.back()};
    command.project.pi = words.After("pi").value_or("paul");
    command.project.programme = words.After("programme").value_or("chair");
    command.project.parent = words.After("parent").value_or("");
    command.project.data_class = words.After("class").value_or("open");
    if (const auto until = words.After("until"); until.has_value()) {
      absl::StatusOr<absl::Time> end = Instant(*until);
      if (!end.ok()) return end.status();
      command.project.period.end = *end;
    }
    return command;
  }
  if (verb == "link") {
    LinkAccount command{words.Take(), "", "", ""};
    const std::vector<std::string> account = absl::StrSplit(words.Take(), ':');
    if (account.size() != 2) return Wrong("write link PROJECT CLUSTER:ACCOUNT");
    command.cluster = account[0];
    command.account = account[1];
    return command;
  }
  if (verb == "unlink") {
    UnlinkAccount command{words.Take(), "", "", "", "asked for"};
    const std::vector<std::string> account = absl::StrSplit(words.Take(), ':');
    if (account.size() != 2) return Wrong("write unlink PROJECT CLUSTER:ACCOUNT");
    command.cluster = account[0];
    command.account = account[1];
    return command;
  }
  if (verb == "member") {
    AddMember command{words.Take(), {}};
    command.member.user = words.Take();
    const std::string role = words.Take();
    command.member.role = role == "pi"           ? ProjectRole::kPi
                          : role == "supervisor" ? ProjectRole::kSupervisor
                          : role == "deputy"     ? ProjectRole::kDeputy
                                                 : ProjectRole::kResearcher;
    if (role == "deputy") {
      absl::StatusOr<absl::Time> from = Instant(words.After("from").value_or(""));
      absl::StatusOr<absl::Time> to = Instant(words.After("to").value_or(""));
      if (!from.ok()) return from.status();
      if (!to.ok()) return to.status();
      command.member.term = {*from, *to};
    }
    if (const auto login = words.After("login"); login.has_value()) {
      const auto [site, name] = Split(*login);
      command.member.logins[site] = name;
    }
    return command;
  }
  if (verb == "limit") {
    SetMemberCeiling command{words.Take(), words.Take(), words.After("site").value_or(""), "", {}};
    const auto [resource, text] = Split(words.Take());
    command.resource = resource;
    if (text == "none") return command;
    absl::StatusOr<Amount> amount = AmountOf(resource, text);
    if (!amount.ok()) return amount.status();
    command.amount = *amount;
    return command;
  }
  if (verb == "remove-member") {
    const std::string project = words.Take();
    return RemoveMember{project, words.Take()};
  }
  if (verb == "archive") return ArchiveProject{words.Take(), "over"};
  return Wrong(absl::StrCat("\"", verb, "\" is not of the language"));
}

absl::StatusOr<Command> ScenarioRun::RequestVerb(const std::string& verb, Words& words) {
  if (verb == "withdraw") return WithdrawRequest{RequestNumber(words.Take()), "not needed"};
  if (verb == "decide") {
    DecideRequest command{RequestNumber(words.Take()), {}, "as the committee found"};
    while (!words.empty()) {
      const auto [resource, text] = Split(words.Take());
      if (resource == "nothing") continue;
      absl::StatusOr<Amount> amount = AmountOf(resource, text);
      if (!amount.ok()) return amount.status();
      command.awards[resource] = *amount;
    }
    return command;
  }
  SubmitRequest command;
  command.request.project = words.Take();
  absl::StatusOr<absl::Time> from = Instant(words.After("from").value_or(""));
  absl::StatusOr<absl::Time> to = Instant(words.After("to").value_or(""));
  if (!from.ok()) return from.status();
  if (!to.ok()) return to.status();
  command.request.period = {*from, *to};
  std::vector<std::string> sites;
  while (const std::optional<std::string> site = words.After("site")) sites.push_back(*site);
  while (const std::optional<std::string> point = words.After("usage")) {
    const auto [text, percent] = Split(*point);
    absl::StatusOr<absl::Time> time = Instant(text);
    int64_t share = 0;
    if (!time.ok() || !absl::SimpleAtoi(percent, &share)) return Wrong("usage 2026-03-01=10");
    command.request.curve.push_back({*time, PartsPerMillion(share * 10'000)});
  }
  bool any_of = false;
  while (!words.empty()) {
    const auto [resource, text] = Split(words.Take());
    if (resource == "call") {
      command.request.track = Track::kCall;
      continue;
    }
    any_of |= resource == "any";
    if (resource == "any") continue;
    absl::StatusOr<Amount> amount = AmountOf(resource, text);
    if (!amount.ok()) return amount.status();
    command.request.lines.push_back({resource, *amount, {}, {}, false});
  }
  for (RequestLine& line : command.request.lines) {
    line.any_of = any_of;
    for (const std::string& word : sites) {
      const auto [site, text] = Split(word);
      line.sites.push_back(site);
      if (text.empty()) continue;
      absl::StatusOr<Amount> amount = AmountOf(line.resource, text);
      if (!amount.ok()) return amount.status();
      line.by_site[site] = *amount;
    }
  }
  return command;
}

absl::StatusOr<Command> ScenarioRun::CatalogueVerb(Words& words) {
  const Ledger& ledger = mesocentre_.ledger();
  AdoptCatalogue command{ledger.catalogue(), "changed", absl::StrCat(ledger.revision())};
  const std::string what = words.Take();
  if (what == "rate") {
    absl::StatusOr<absl::Time> from = Instant(words.After("from").value_or(""));
    if (!from.ok()) return from.status();
    const std::string resource = words.Take();
    int64_t ppm = 0;
    if (!absl::SimpleAtoi(words.Take(), &ppm)) return Wrong("catalogue rate RESOURCE PPM from T");
    auto& rates = command.catalogue.rates;
    const auto after = std::find_if(rates.rbegin(), rates.rend(), [&](const auto& rate) {
                         return rate.resource == resource;
                       }).base();
    rates.insert(after, {resource, *from, PartsPerMillion(ppm)});
    return command;
  }
  if (what == "grace") {
    Programme& programme = command.catalogue.programmes[words.Take()];
    if (!absl::SimpleAtoi(words.Take(), &programme.grace_days)) {
      return Wrong("catalogue grace PROGRAMME DAYS");
    }
    return command;
  }
  Site& site = command.catalogue.sites[what];
  while (!words.empty()) {
    const auto [key, value] = Split(words.Take());
    int64_t number = 0;
    if (!absl::SimpleAtoi(value, &number)) return Wrong(absl::StrCat(key, " wants a number"));
    if (key == "node-cores")
      site.node_share.cores = number;
    else if (key == "node-gigabytes")
      site.node_share.memory_bytes = number * 1'000'000'000;
    else if (key == "node-gpus")
      site.node_share.gpus = number;
    else if (key == "admin")
      site.admin_uids.push_back(number);
    else if (key == "cores")
      site.capacities.front().units = number;
    else
      return Wrong(absl::StrCat("the catalogue has no ", key));
  }
  return command;
}

absl::StatusOr<Command> ScenarioRun::SiteVerb(const std::string& verb, Words& words) {
  const Ledger& ledger = mesocentre_.ledger();
  if (verb == "incident" || verb == "maintenance") {
    DeclareWindow command;
    command.window.kind =
        verb == "incident" ? SiteWindow::Kind::kIncident : SiteWindow::Kind::kMaintenance;
    command.window.site = words.Take();
    absl::StatusOr<absl::Time> from = Instant(words.After("from").value_or(""));
    absl::StatusOr<absl::Time> to = Instant(words.After("to").value_or(""));
    if (!from.ok()) return from.status();
    if (!to.ok()) return to.status();
    command.window.period = {*from, *to};
    command.window.title = words.After("title").value_or("a storm");
    return command;
  }
  if (verb == "confirm") {
    ConfirmCeilings command{words.Take(), 0, {}};
    command.generation = ledger.Generation(command.site);
    std::set<int64_t> unsaid = ledger.Awaited(command.site);
    while (!words.empty()) {
      const std::string word = words.Take();
      if (word == "old") {
        command.generation = 0;
        continue;
      }
      if (word == "only") {
        unsaid.clear();
        continue;
      }
      const auto [name, text] = Split(word);
      absl::StatusOr<const GrantEntry*> entry = GrantNamed(name);
      if (!entry.ok()) return entry.status();
      absl::StatusOr<Amount> amount = AmountOf((*entry)->grant.resource, text);
      if (!amount.ok()) return amount.status();
      command.read_back.push_back({(*entry)->grant.number, *amount});
      unsaid.erase((*entry)->grant.number);
    }
    for (int64_t number : unsaid) command.read_back.push_back({number, Amount()});
    return command;
  }
  if (verb == "write-off-site") return WriteOffSite{words.Take(), "silent"};
  return Wrong(absl::StrCat("\"", verb, "\" is not of the language"));
}

absl::StatusOr<Command> ScenarioRun::OfficeVerb(const std::string& verb, Words& words) {
  if (verb == "read-only") return SetMode{words.Take() == "on", "moving house"};
  if (verb == "give-role" || verb == "take-role") {
    const std::string user = words.Take();
    return GiveRole{user, words.Take(), verb == "take-role", "as decided"};
  }
  return Wrong(absl::StrCat("\"", verb, "\" is not of the language"));
}

absl::StatusOr<Command> ScenarioRun::Report(const std::string& verb, Words& words) {
  const std::string name = words.Take();
  const std::vector<std::string> parts = absl::StrSplit(name, ':');
  int64_t id = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[1], &id)) return Wrong("write n1:17 for a job");
  if (verb == "refund") {
    const auto submitted = submitted_.find(name);
    RefundJob command{{parts[0], id, absl::UnixEpoch()}, "by hand"};
    if (submitted != submitted_.end()) command.job.submit_time = submitted->second;
    return command;
  }
  const std::string account = words.Take();
  absl::StatusOr<absl::Time> from = Instant(words.After("from").value_or(""));
  if (!from.ok()) return from.status();
  absl::Duration length;
  if (!absl::ParseDuration(words.After("for").value_or(""), &length)) return Wrong("for 2h?");
  UsageRecord record = FinishedJob(id, parts[0], account, *from, length);
  if (verb == "running") record.state = JobState::kRunning;
  const auto number = [&](const std::string& key, int64_t& to) {
    const std::optional<std::string> text = words.After(key);
    return !text.has_value() || absl::SimpleAtoi(*text, &to);
  };
  int64_t gigabytes = 0;
  if (!number("cores", record.core_count) || !number("gigabytes", gigabytes) ||
      !number("cancelled-by", record.cancelled_by_uid)) {
    return Wrong("cores, gigabytes and cancelled-by want numbers");
  }
  record.memory_bytes = gigabytes * 1'000'000'000;
  if (const auto gpus = words.After("gpus"); gpus.has_value()) {
    const auto [model, count] = Split(*gpus);
    if (!absl::SimpleAtoi(count, &record.gpu_counts[model])) return Wrong("gpus a100=2?");
  }
  absl::Duration span;
  if (const auto text = words.After("limit"); text.has_value()) {
    if (!absl::ParseDuration(*text, &span)) return Wrong("limit 2h?");
    record.time_limit_seconds = absl::ToInt64Seconds(span);
  }
  if (const auto text = words.After("suspended"); text.has_value()) {
    if (!absl::ParseDuration(*text, &span)) return Wrong("suspended 10m?");
    record.suspended_seconds = absl::ToInt64Seconds(span);
  }
  if (const auto text = words.After("state"); text.has_value()) {
    for (int i = 0; i <= static_cast<int>(JobState::kRequeued); ++i) {
      if (JobStateName(static_cast<JobState>(i)) == *text) record.state = static_cast<JobState>(i);
    }
  }
  if (const auto text = words.After("seen"); text.has_value()) {
    absl::StatusOr<absl::Time> seen = Instant(*text);
    if (!seen.ok()) return seen.status();
    record.observe_time = *seen;
  }
  submitted_[name] = record.key.submit_time;
  ReportUsage command;
  command.site = mesocentre_.ledger().SiteOf(parts[0]);
  command.records = {record};
  command.indexes = {0};
  return command;
}

}  // namespace mesolys
