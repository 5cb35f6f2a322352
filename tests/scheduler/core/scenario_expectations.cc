// What a scenario expects: each line is compared with the ledger, and changes nothing.

#include "tests/scheduler/core/scenario.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/desired_state.h"
#include "scheduler/core/figures/price.h"
#include "scheduler/core/rules/under_use.h"
#include "tests/fakes/ledger_text.h"

namespace mesolys {
namespace {

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
    case GrantState::kGrace:
      return "grace";
  }
  return "?";
}

std::string StateName(RequestState state) {
  switch (state) {
    case RequestState::kUndecided:
      return "waiting";
    case RequestState::kGranted:
      return "granted";
    case RequestState::kPartlyGranted:
      return "partly-granted";
    case RequestState::kRefused:
      return "refused";
    case RequestState::kWithdrawn:
      return "withdrawn";
  }
  return "?";
}

}  // namespace

absl::Status ScenarioRun::Expectation(Words& words, bool& known) {
  const std::string verb = words.left.empty() ? "" : words.left.front();
  known = true;
  if (verb == "balance") return ExpectBalance(words);
  if (verb == "charge") return ExpectCharge(words);
  if (verb == "price") return ExpectPrice(words);
  if (verb == "ceiling") return ExpectCeiling(words);
  if (verb == "refused") return ExpectRefusal(words);
  if (verb == "decision") return ExpectDecision(words);
  if (verb == "limited") return ExpectLimit(words);
  for (const char* what :
       {"uncovered", "unassigned", "placed", "overbooked", "exposure", "threshold", "remaining"}) {
    if (verb == what) return ExpectAmounts(verb, words);
  }
  known = false;
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

absl::Status ScenarioRun::ExpectPrice(Words& words) {
  words.Take();
  const std::string name = words.Take();
  const std::vector<std::string> parts = absl::StrSplit(name, ':');
  int64_t id = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[1], &id)) return Wrong("write n1:17 for a job");
  const auto row = mesocentre_.rows().find({parts[0], id, submitted_[name]});
  if (row == mesocentre_.rows().end()) return Wrong(absl::StrCat("no job ", name));
  std::vector<std::string> shown;
  for (const PricedCharge& priced : Priced(mesocentre_.ledger(), row->second)) {
    const Charge& charge = priced.charge;
    shown.push_back(absl::StrCat(charge.resource, " ", KindName(charge.kind), " ",
                                 charge.amount.count(), "s worth ",
                                 Normalise(charge.amount, priced.rate).count(), "s"));
  }
  const std::string resource = words.Take();
  const std::string kind = words.Take();
  absl::StatusOr<Amount> amount = AmountOf(resource, words.Take());
  absl::StatusOr<Amount> worth = AmountOf("cpu", words.After("worth").value_or(""));
  if (!amount.ok() || !worth.ok()) return Wrong("price n1:17 cpu settled 8h worth 4h");
  const std::string wanted =
      absl::StrCat(resource, " ", kind, " ", amount->count(), "s worth ", worth->count(), "s");
  if (std::find(shown.begin(), shown.end(), wanted) != shown.end()) return absl::OkStatus();
  return Differs(absl::StrCat(name, " is priced ", absl::StrJoin(shown, ", ")));
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
  } else if (what == "placed" || what == "overbooked") {
    int year = 0;
    int month = 0;
    const std::vector<std::string> parts = absl::StrSplit(words.Take(), '-');
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &year) ||
        !absl::SimpleAtoi(parts[1], &month)) {
      return Wrong("placed SITE RESOURCE 2026-03 AMOUNT");
    }
    figure = what == "placed" ? ledger.Placed(first, second, Month(year, month))
                              : ledger.Overbooked(first, second, Month(year, month));
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

absl::Status ScenarioRun::ExpectDecision(Words& words) {
  words.Take();
  const std::string name = words.Take();
  const RequestEntry* entry = mesocentre_.ledger().FindRequest(RequestNumber(name));
  if (entry == nullptr) return Wrong(absl::StrCat("there is no request ", name));
  const std::string state = StateName(entry->outcome.state);
  if (state != words.Take()) return Differs(absl::StrCat(name, " is ", state));
  return absl::OkStatus();
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

}  // namespace mesolys
