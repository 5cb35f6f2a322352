#include "tests/scheduler/core/scenario.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "proto/values/amount_text.h"
#include "proto/values/names.h"
#include "scheduler/core/balance.h"
#include "scheduler/core/desired_state.h"
#include "scheduler/core/identity.h"
#include "scheduler/core/invariants.h"
#include "scheduler/core/placement.h"
#include "scheduler/core/under_use.h"
#include "scheduler/core/upkeep.h"
#include "tests/fakes/ledger_text.h"

namespace mesolys {
namespace {

absl::Status Wrong(const std::string& message) { return absl::InvalidArgumentError(message); }
absl::Status Differs(const std::string& message) { return absl::FailedPreconditionError(message); }

Catalogue ParisCatalogue(const absl::TimeZone& zone) {
  Catalogue catalogue = TestCatalogue();
  catalogue.time_zone = "Europe/Paris";
  catalogue.month_starts.clear();
  for (int ahead = 0; ahead <= 24; ++ahead) {
    catalogue.month_starts.push_back(absl::FromCivil(absl::CivilMonth(2026, 1) + ahead, zone));
  }
  const absl::Time since = catalogue.month_starts.front();
  for (auto& [id, site] : catalogue.sites) {
    for (Capacity& capacity : site.capacities) capacity.from = since;
  }
  for (NormalisationRate& rate : catalogue.rates) rate.from = since;
  Programme& chair = catalogue.programmes["chair"];
  chair.bonus = PartsPerMillion(250'000);
  chair.grace_days = 30;
  chair.late_days_warned = 30;
  chair.late_days_max = 60;
  chair.notice_days = 14;
  return catalogue;
}

std::string BasisName(ChargeBasis basis) {
  switch (basis) {
    case ChargeBasis::kAllocated:
      return "allocated";
    case ChargeBasis::kNodeShare:
      return "node-share";
    case ChargeBasis::kNodeFail:
      return "node-fail";
    case ChargeBasis::kBootFail:
      return "boot-fail";
    case ChargeBasis::kPreempted:
      return "preempted";
    case ChargeBasis::kAdminCancelled:
      return "admin-cancelled";
    case ChargeBasis::kIncident:
      return "incident";
    case ChargeBasis::kOperator:
      return "operator";
  }
  return "?";
}

std::string KindName(ChargeKind kind) {
  switch (kind) {
    case ChargeKind::kSettled:
      return "settled";
    case ChargeKind::kInFlight:
      return "in-flight";
    case ChargeKind::kCommitted:
      return "committed";
    case ChargeKind::kRefund:
      return "refund";
    case ChargeKind::kNone:
      break;
  }
  return "?";
}

std::string StateName(GrantState state) {
  switch (state) {
    case GrantState::kPending:
      return "pending";
    case GrantState::kActive:
      return "active";
    case GrantState::kExhausted:
      return "exhausted";
    case GrantState::kExpired:
      return "expired";
    case GrantState::kRevoked:
      return "revoked";
  }
  return "?";
}

// "north=600h south=400h" and the like.
std::pair<std::string, std::string> Split(const std::string& word) {
  return absl::StrSplit(word, absl::MaxSplits('=', 1));
}

}  // namespace

// The words of a line, taken from the front; "options" are the key=value words and the pairs of a
// keyword and its value, wherever they stand.
struct ScenarioRun::Words {
  explicit Words(const std::string& line) {
    bool quoted = false;
    std::string word;
    for (char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ' ' && !quoted) {
        if (!word.empty()) left.push_back(std::exchange(word, ""));
      } else {
        word += c;
      }
    }
    if (!word.empty()) left.push_back(word);
  }

  bool empty() const { return left.empty(); }
  std::string Take() {
    if (left.empty()) return "";
    std::string word = left.front();
    left.pop_front();
    return word;
  }
  // The word after `keyword`; nothing when the keyword is not there.
  std::optional<std::string> After(const std::string& keyword) {
    const auto at = std::find(left.begin(), left.end(), keyword);
    if (at == left.end() || at + 1 == left.end()) return std::nullopt;
    std::string value = *(at + 1);
    left.erase(at, at + 2);
    return value;
  }
  std::string All() const { return absl::StrJoin(left, " "); }

  std::deque<std::string> left;
};

ScenarioRun::ScenarioRun()
    : zone_([] {
        absl::TimeZone zone;
        if (!absl::LoadTimeZone("Europe/Paris", &zone)) std::abort();
        return zone;
      }()),
      mesocentre_(ParisCatalogue(zone_), absl::FromCivil(absl::CivilDay(2026, 1, 1), zone_)) {}

absl::StatusOr<absl::Time> ScenarioRun::Instant(const std::string& text) const {
  const bool utc = absl::EndsWith(text, "Z");
  const std::string body = utc ? text.substr(0, text.size() - 1) : text;
  absl::CivilSecond civil;
  absl::CivilDay day;
  if (absl::ParseLenientCivilTime(body, &civil)) {
    return absl::FromCivil(civil, utc ? absl::UTCTimeZone() : zone_);
  }
  if (absl::ParseCivilTime(body, &day)) {
    return absl::FromCivil(day, utc ? absl::UTCTimeZone() : zone_);
  }
  return Wrong(absl::StrCat("\"", text, "\" is not a time: write 2026-03-01T12:00"));
}

absl::StatusOr<Amount> ScenarioRun::AmountOf(const std::string& resource,
                                             const std::string& text) const {
  int64_t units = 0;
  if (absl::EndsWith(text, "s") && absl::SimpleAtoi(text.substr(0, text.size() - 1), &units)) {
    return Amount(units);
  }
  if (text == "0") return Amount();
  return ParseAmount(resource, text);
}

absl::StatusOr<const GrantEntry*> ScenarioRun::GrantNamed(const std::string& text) const {
  int64_t number = 0;
  if (!absl::StartsWith(text, "g") || !absl::SimpleAtoi(text.substr(1), &number)) {
    return Wrong(absl::StrCat("\"", text, "\" is not a grant: write g1"));
  }
  const GrantEntry* entry = mesocentre_.ledger().FindGrant(number);
  if (entry == nullptr) return Wrong(absl::StrCat("there is no grant ", text));
  return entry;
}

absl::Status ScenarioRun::Do(const std::string& line) {
  Words words(line);
  bool known = false;
  absl::Status status = Expectation(words, known);
  if (!known) status = Fact(words);
  if (!status.ok()) return status;
  mesocentre_.Resettle();
  const std::vector<std::string> broken = BrokenInvariants(mesocentre_.ledger());
  if (!broken.empty()) return Differs(absl::StrJoin(broken, "; "));
  return absl::OkStatus();
}

absl::Status ScenarioRun::Expectation(Words& words, bool& known) {
  const std::string verb = words.left.empty() ? "" : words.left.front();
  known = true;
  if (verb == "balance") return ExpectBalance(words);
  if (verb == "charge") return ExpectCharge(words);
  if (verb == "ceiling") return ExpectCeiling(words);
  if (verb == "refused") return ExpectRefusal(words);
  if (verb == "limited") return ExpectLimit(words);
  for (const char* what :
       {"uncovered", "unassigned", "placed", "exposure", "threshold", "remaining"}) {
    if (verb == what) return ExpectAmounts(verb, words);
  }
  known = false;
  return absl::OkStatus();
}

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
  if (verb == "request") {
    SubmitRequest command;
    command.request.project = words.Take();
    absl::StatusOr<absl::Time> from = Instant(words.After("from").value_or(""));
    absl::StatusOr<absl::Time> to = Instant(words.After("to").value_or(""));
    if (!from.ok()) return from.status();
    if (!to.ok()) return to.status();
    command.request.period = {*from, *to};
    const std::optional<std::string> site = words.After("site");
    while (!words.empty()) {
      const auto [resource, text] = Split(words.Take());
      absl::StatusOr<Amount> amount = AmountOf(resource, text);
      if (!amount.ok()) return amount.status();
      RequestLine line{resource, *amount, {}, {}, false};
      if (site.has_value()) line.sites.push_back(*site);
      command.request.lines.push_back(line);
    }
    return command;
  }
  if (verb == "catalogue") {
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
      command.held.push_back({(*entry)->grant.number, *amount});
      unsaid.erase((*entry)->grant.number);
    }
    for (int64_t number : unsaid) command.held.push_back({number, Amount()});
    return command;
  }
  if (verb == "member") {
    AddMember command{words.Take(), {}};
    command.member.user = words.Take();
    const std::string role = words.Take();
    command.member.role = role == "pi"           ? ProjectRole::kPi
                          : role == "supervisor" ? ProjectRole::kSupervisor
                                                 : ProjectRole::kResearcher;
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
  if (verb == "read-only") return SetMode{words.Take() == "on", "moving house"};
  if (verb == "give-role" || verb == "take-role") {
    const std::string user = words.Take();
    return GiveRole{user, words.Take(), verb == "take-role", "as decided"};
  }
  if (verb == "write-off-site") return WriteOffSite{words.Take(), "silent"};
  if (verb == "job" || verb == "running" || verb == "refund") return Report(verb, words);
  return GrantVerb(verb, words);
}

absl::StatusOr<Command> ScenarioRun::GrantVerb(const std::string& verb, Words& words) {
  const std::string name = words.Take();
  int64_t number = 0;
  if (!absl::StartsWith(name, "g") || !absl::SimpleAtoi(name.substr(1), &number)) {
    return Wrong(absl::StrCat("\"", verb, " ", name, "\" is not of the language"));
  }
  const std::string reason = words.After("because").value_or("as decided");
  if (verb == "revoke") return RevokeGrant{number, reason};
  if (verb == "extend") {
    absl::StatusOr<absl::Time> end = Instant(words.After("to").value_or(""));
    if (!end.ok()) return end.status();
    return ExtendGrant{number, *end, reason};
  }
  const GrantEntry* entry = mesocentre_.ledger().FindGrant(number);
  absl::StatusOr<Amount> amount =
      AmountOf(entry == nullptr ? "cpu" : entry->grant.resource, words.Take());
  if (!amount.ok()) return amount.status();
  if (verb == "supplement") {
    SupplementGrant command{number, *amount, {}, reason};
    if (const auto site = words.After("site"); site.has_value()) command.sites = {*site};
    return command;
  }
  if (verb == "release") return ReleaseHours{number, *amount, reason};
  if (verb == "write-off") return WriteOffOverdraft{number, *amount, reason};
  if (verb == "opening") {
    return PostOpeningBalance{number, words.After("site").value_or(""), *amount, reason};
  }
  const std::string to = words.After("to").value_or(words.After("overdrawn").value_or(""));
  int64_t other = 0;
  const bool is_grant = absl::StartsWith(to, "g") && absl::SimpleAtoi(to.substr(1), &other);
  if (verb == "transfer") {
    TransferHours command{number, *amount, is_grant ? other : 0, to, reason};
    const GrantEntry* receiver = is_grant ? mesocentre_.ledger().FindGrant(other) : nullptr;
    if (receiver != nullptr) command.to_project = receiver->grant.project;
    return command;
  }
  if (verb == "adjust") return AdjustOverdraft{number, other, *amount, reason};
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

absl::Status ScenarioRun::IssueByHand(Words& words) {
  words.Take();
  const std::string project = words.Take();
  const std::string resource = words.Take();
  absl::StatusOr<absl::Time> from = Instant(words.After("from").value_or(""));
  absl::StatusOr<absl::Time> to = Instant(words.After("to").value_or(""));
  if (!from.ok()) return from.status();
  if (!to.ok()) return to.status();
  if (mesocentre_.ledger().FindProject(project) == nullptr) return Wrong("no such project");
  std::map<std::string, Amount> ceilings;
  while (!words.empty()) {
    const auto [site, text] = Split(words.Take());
    absl::StatusOr<Amount> amount = AmountOf(resource, text);
    if (!amount.ok()) return amount.status();
    ceilings[site] = *amount;
  }
  if (ceilings.empty()) return Wrong("give SITE=AMOUNT");
  Grant grant = GrantByHand(mesocentre_.ledger(), project, resource, {*from, *to}, ceilings);
  grant.bonus = PartsPerMillion(250'000);
  for (const auto& [site, amount] : grant.ceilings) {
    const Room room(mesocentre_.ledger(), site, resource, grant.period, mesocentre_.now());
    if (room.free() < amount) return Wrong(absl::StrCat(site, " has no room for it"));
    for (Placement& placement : room.Place(amount)) grant.placements.push_back(placement);
  }
  mesocentre_.Issue(std::move(grant));
  return absl::OkStatus();
}

absl::Status ScenarioRun::ExpectBalance(Words& words) {
  words.Take();
  const std::string name = words.Take();
  absl::StatusOr<const GrantEntry*> entry = GrantNamed(name);
  if (!entry.ok()) return entry.status();
  const BalanceLine line = BalanceOf(**entry, mesocentre_.now());
  const std::map<std::string, Amount> figures = {
      {"granted", line.granted},     {"settled", line.settled}, {"in-flight", line.in_flight},
      {"committed", line.committed}, {"ordered", line.ordered}, {"left", line.left},
      {"overdraft", line.overdraft}, {"expired", line.expired}};
  while (!words.empty()) {
    const std::string key = words.Take();
    const std::string text = words.Take();
    if (key == "late-days" || key == "excess" || key == "noticed") {
      const Lateness late = LatenessOf(mesocentre_.ledger(), **entry, mesocentre_.now());
      const std::string figure = key == "late-days" ? absl::StrCat(late.days)
                                 : key == "excess"  ? absl::StrCat(late.excess.count(), "s")
                                                    : ((*entry)->notice.has_value() ? "yes" : "no");
      absl::StatusOr<Amount> amount = AmountOf((*entry)->grant.resource, text);
      const bool same =
          figure == text || (key == "excess" && amount.ok() && late.excess == *amount);
      if (!same) return Differs(absl::StrCat(name, ": ", key, " is ", figure));
      continue;
    }
    if (key == "state") {
      const std::string state = StateName(StateOf(**entry, mesocentre_.now()));
      if (state != text) return Differs(absl::StrCat(name, " is ", state));
      continue;
    }
    const auto figure = figures.find(key);
    absl::StatusOr<Amount> amount = AmountOf((*entry)->grant.resource, text);
    if (figure == figures.end()) return Wrong(absl::StrCat("a balance has no ", key));
    if (!amount.ok()) return amount.status();
    if (*amount != figure->second) {
      return Differs(absl::StrCat(name, ": ", key, " is ", figure->second.count(), "s, not ",
                                  amount->count(), "s"));
    }
  }
  return absl::OkStatus();
}

absl::Status ScenarioRun::ExpectCharge(Words& words) {
  words.Take();
  const std::string name = words.Take();
  const std::vector<std::string> parts = absl::StrSplit(name, ':');
  int64_t id = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[1], &id)) return Wrong("write n1:17 for a job");
  const auto row = mesocentre_.rows().find({parts[0], id, submitted_[name]});
  if (row == mesocentre_.rows().end()) return Wrong(absl::StrCat("no job ", name));
  std::vector<std::string> shown;
  for (const Charge& charge : row->second.charges) {
    shown.push_back(absl::StrCat(charge.grant == 0 ? "-" : absl::StrCat("g", charge.grant), " ",
                                 charge.resource, " ", KindName(charge.kind), " ",
                                 charge.amount.count(), "s ", BasisName(charge.basis)));
  }
  if (words.All() == "nothing") {
    return shown.empty() ? absl::OkStatus() : Differs(absl::StrJoin(shown, ", "));
  }
  const std::string grant = words.Take();
  const std::string resource = words.Take();
  const std::string kind = words.Take();
  absl::StatusOr<Amount> amount = AmountOf(resource, words.Take());
  if (!amount.ok()) return amount.status();
  const std::string basis = words.After("because").value_or("allocated");
  const std::string wanted =
      absl::StrCat(grant, " ", resource, " ", kind, " ", amount->count(), "s ", basis);
  if (std::find(shown.begin(), shown.end(), wanted) != shown.end()) return absl::OkStatus();
  return Differs(absl::StrCat(name, " is charged ", absl::StrJoin(shown, ", ")));
}

absl::Status ScenarioRun::ExpectCeiling(Words& words) {
  words.Take();
  const std::string name = words.Take();
  absl::StatusOr<const GrantEntry*> found = GrantNamed(name);
  if (!found.ok()) return found.status();
  const GrantEntry& entry = **found;
  const std::string site = words.Take();
  if (!entry.grant.ceilings.contains(site)) return Differs(absl::StrCat(name, " is not at ", site));
  while (!words.empty()) {
    const std::string key = words.Take();
    absl::StatusOr<Amount> amount = AmountOf(entry.grant.resource, words.Take());
    if (!amount.ok()) return amount.status();
    if (key != "wanted" && key != "held") return Wrong("a ceiling is wanted or held");
    const Amount figure = key == "held" ? entry.held.at(site) : entry.grant.ceilings.at(site);
    if (figure != *amount) {
      return Differs(absl::StrCat(name, " at ", site, ": ", key, " ", figure.count(), "s"));
    }
  }
  return absl::OkStatus();
}

absl::Status ScenarioRun::ExpectAmounts(const std::string& what, Words& words) {
  words.Take();
  const Ledger& ledger = mesocentre_.ledger();
  const std::string first = words.Take();
  const std::string second = words.Take();
  std::string resource = second;
  Amount figure;
  if (what == "threshold") {
    resource = "cpu";
    figure = Amount(ledger.DynamicNormalised(first, second, absl::InfinitePast()).count());
  } else if (what == "placed") {
    int year = 0;
    int month = 0;
    const std::vector<std::string> parts = absl::StrSplit(words.Take(), '-');
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &year) ||
        !absl::SimpleAtoi(parts[1], &month)) {
      return Wrong("placed SITE RESOURCE 2026-03 AMOUNT");
    }
    figure = ledger.Placed(first, second, Month(year, month));
  } else if (what == "exposure") {
    const std::string key = words.Take();
    const std::map<std::string, Exposure> all = ExposuresOf(ledger, first, mesocentre_.now());
    const auto it = all.find(second);
    const Exposure exposure = it == all.end() ? Exposure() : it->second;
    figure = key == "awaited" ? exposure.awaited : exposure.spendable;
  } else if (what == "remaining") {
    const std::string site = words.Take();
    const ProjectEntry* entry = ledger.FindProject(first);
    if (entry == nullptr) return Wrong(absl::StrCat("there is no project ", first));
    const Remaining remaining = RemainingAt(ledger, *entry, second, site, mesocentre_.now());
    const std::string key = words.Take();
    if (key != "left" && key != "bonus") return Wrong("remaining ... left|bonus AMOUNT");
    figure = key == "bonus" ? remaining.bonus : remaining.left;
  } else {
    for (const auto& [key, totals] :
         what == "uncovered" ? ledger.uncovered() : ledger.unassigned()) {
      const std::string who =
          what == "uncovered" ? key.project : absl::StrCat(key.cluster, ":", key.account);
      if (who == first && key.resource == second) figure += totals.Spent();
    }
  }
  absl::StatusOr<Amount> amount = AmountOf(resource, words.Take());
  if (!amount.ok()) return amount.status();
  if (*amount == figure) return absl::OkStatus();
  return Differs(absl::StrCat(what, " ", first, " ", second, " is ", figure.count(), "s"));
}

absl::Status ScenarioRun::ExpectLimit(Words& words) {
  words.Take();
  const std::string project = words.Take();
  const std::string login = words.Take();
  const std::string site = words.After("site").value_or("");
  const auto [resource, text] = Split(words.Take());
  std::string found = "none";
  for (const DesiredProject& desired : DesiredStateOf(mesocentre_.ledger(), site).projects) {
    for (const LoginCeiling& ceiling : desired.login_ceilings) {
      if (desired.project != project || ceiling.login != login || ceiling.resource != resource) {
        continue;
      }
      found = absl::StrCat(ceiling.amount.count());
      const std::optional<std::string> since = words.After("since");
      if (!since.has_value()) continue;
      absl::StatusOr<absl::Time> time = Instant(*since);
      if (!time.ok()) return time.status();
      if (*time != ceiling.since) {
        return Differs(absl::StrCat("since ", absl::FormatTime(ceiling.since, zone_)));
      }
    }
  }
  absl::StatusOr<Amount> amount = AmountOf(resource, text == "none" ? "0" : text);
  if (!amount.ok()) return amount.status();
  const std::string wanted = text == "none" ? "none" : absl::StrCat(amount->count());
  return found == wanted ? absl::OkStatus()
                         : Differs(absl::StrCat(login, " is limited to ", found));
}

absl::Status ScenarioRun::ExpectRefusal(Words& words) {
  words.Take();
  const std::string reason = words.Take();
  std::map<std::string, std::string> wanted;
  while (!words.empty() && words.left.front() != ":") {
    const auto [key, value] = Split(words.Take());
    wanted[key] = value;
  }
  words.Take();
  const std::string actor =
      absl::StrCat("spiffe://mesolys/user/", words.After("by-user").value_or("olga"));
  const std::string resource = "cpu";
  absl::StatusOr<Command> command = CommandOf(words);
  if (!command.ok()) return command.status();
  const int64_t before = mesocentre_.ledger().revision();
  absl::StatusOr<Verdict> verdict = mesocentre_.Do(*command, actor);
  std::optional<Refusal> refusal = RefusalOf(verdict.status());
  if (verdict.ok()) {
    // The refusal of a request is a fact of its own.
    for (const Event& event : verdict->events) {
      const auto* decided = std::get_if<RequestDecided>(&event);
      if (decided != nullptr && !decided->outcome.refusals.empty()) {
        refusal = decided->outcome.refusals.front();
      }
      const auto* reported = std::get_if<UsageReported>(&event);
      if (reported != nullptr && !reported->rejected.empty()) {
        refusal = reported->rejected.front().refusal;
      }
    }
  } else if (mesocentre_.ledger().revision() != before) {
    return Differs("it was refused, and something was recorded all the same");
  }
  if (!refusal.has_value()) return Differs("it was not refused");
  if (ReasonName(refusal->reason) != reason) {
    return Differs(
        absl::StrCat("refused for ", ReasonName(refusal->reason), ": ", refusal->message));
  }
  for (const auto& [key, text] : wanted) {
    const auto it = refusal->metadata.find(key);
    const std::string said = it == refusal->metadata.end() ? "nothing" : it->second;
    absl::StatusOr<Amount> amount = AmountOf(resource, text);
    const bool same = said == text || (amount.ok() && said == absl::StrCat(amount->count()));
    if (!same) return Differs(absl::StrCat(key, " is ", said, ": ", refusal->message));
  }
  return absl::OkStatus();
}

absl::Status ScenarioRun::Finish() {
  const Ledger& live = mesocentre_.ledger();
  Ledger again;
  for (const Recorded& row : mesocentre_.log()) {
    for (const Event& event : row.events) again.Apply(event, row.time, row.revision);
  }
  if (TextOf(again) != TextOf(live)) return Differs("the log does not fold to the same ledger");
  std::map<std::pair<int64_t, ChargeKind>, Amount> sums;
  std::map<std::string, std::vector<UsageRecord>> records;
  for (const auto& [key, job] : mesocentre_.rows()) {
    for (const Charge& charge : job.charges) sums[{charge.grant, charge.kind}] += charge.amount;
    records[job.site].push_back(job.record);
  }
  for (const GrantEntry& entry : live.grants()) {
    const Totals used = entry.Used();
    for (ChargeKind kind : {ChargeKind::kSettled, ChargeKind::kInFlight, ChargeKind::kCommitted,
                            ChargeKind::kRefund}) {
      if (used.Of(kind) != sums[{entry.grant.number, kind}]) {
        return Differs(absl::StrCat("the jobs of g", entry.grant.number, " add up to ",
                                    sums[{entry.grant.number, kind}].count(), "s ", KindName(kind),
                                    ", the ledger says ", used.Of(kind).count()));
      }
    }
  }
  for (const auto& [site, all] : records) {
    ReportUsage command;
    command.site = site;
    command.records = all;
    for (size_t i = 0; i < all.size(); ++i) command.indexes.push_back(static_cast<int>(i));
    absl::StatusOr<Verdict> verdict = mesocentre_.Do(command);
    if (!verdict.ok() || verdict->recorded) return Differs("reporting all again changed something");
  }
  return absl::OkStatus();
}

std::vector<Scenario> LoadScenarios() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(MESOLYS_SOURCE_DIR "/tests/scenarios")) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Scenario> scenarios;
  for (const std::filesystem::path& file : files) {
    std::ifstream in(file);
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      line = line.substr(0, line.find('#'));
      while (!line.empty() && line.back() == ' ') line.pop_back();
      if (absl::StartsWith(line, "== ")) {
        Scenario scenario;
        scenario.place = absl::StrCat(file.filename().string(), ":", number);
        bool upper = true;
        for (char c : absl::StrCat(file.stem().string(), " ", line.substr(3))) {
          const auto letter = static_cast<unsigned char>(c);
          if (std::isalnum(letter) != 0) {
            scenario.name += static_cast<char>(upper ? std::toupper(letter) : c);
          }
          upper = std::isalnum(letter) == 0;
        }
        scenarios.push_back(std::move(scenario));
      } else if (!line.empty()) {
        if (scenarios.empty()) std::abort();
        scenarios.back().lines.emplace_back(number, line);
      }
    }
  }
  return scenarios;
}

}  // namespace mesolys
