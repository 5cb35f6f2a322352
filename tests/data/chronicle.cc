#include "tests/data/chronicle.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/rules/upkeep.h"

namespace mesolys {
namespace {

[[noreturn]] void Fail(const std::string& text) {
  std::fprintf(stderr, "write_ledger: %s\n", text.c_str());
  std::exit(1);
}

}  // namespace

Chronicle::Chronicle(EventStore& store, absl::Time begin) : clock_(begin) {
  absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Start(store, clock_, runtime_);
  if (!engine.ok()) Fail(engine.status().ToString());
  engine_ = *std::move(engine);
}

void Chronicle::At(absl::Time time) {
  if (time < now()) Fail(absl::StrCat("time goes back to ", absl::FormatTime(time)));
  clock_.Set(time);
}

absl::StatusOr<Answer> Chronicle::Submit(Command command, const std::string& actor,
                                         bool validate_only) {
  // What only looks takes no number: how often that is done depends on threads.
  const std::string key = validate_only ? "look" : absl::StrCat("write-", ++submitted_);
  // The engine's thread may still hold it when the answer is here.
  auto promise = std::make_shared<std::promise<absl::StatusOr<Answer>>>();
  std::future<absl::StatusOr<Answer>> answer = promise->get_future();
  engine_->Submit(
      {actor, absl::StrCat("write-", ++submitted_), std::move(command), validate_only,
       [promise](absl::StatusOr<Answer> came) { promise->set_value(std::move(came)); }});
  return answer.get();
}

void Chronicle::Settle() {
  const auto unsettled = [](const Ledger& ledger) { return !ledger.unsettled_accounts().empty(); };
  while (engine_->Read(unsettled)) {
    // The engine charges a page before it answers the next command.
    static_cast<void>(Submit(CreateProject{}, kOlga, /*validate_only=*/true));
  }
}

std::vector<Event> Chronicle::Do(Command command, const std::string& actor) {
  const size_t number = command.index();
  absl::StatusOr<Answer> answer = Submit(std::move(command), actor, /*validate_only=*/false);
  const std::string what = absl::StrCat("command ", number, " at ", absl::FormatTime(now()));
  if (!answer.ok()) Fail(absl::StrCat(what, ": ", answer.status().ToString()));
  if (answer->revision == 0) Fail(absl::StrCat(what, " was not recorded"));
  ++recorded_[number];
  Settle();
  return answer->events;
}

void Chronicle::Refused(Reason reason, Command command, const std::string& actor) {
  const absl::StatusOr<Answer> answer = Submit(std::move(command), actor, /*validate_only=*/false);
  const std::optional<Refusal> refusal = answer.ok() ? std::nullopt : RefusalOf(answer.status());
  if (refusal.has_value() && refusal->reason == reason) return;
  Fail(absl::StrCat("not refused as ", ReasonName(reason), ": ", answer.status().ToString()));
}

std::map<std::string, int64_t> Chronicle::Ask(Request request, const std::string& actor) {
  std::map<std::string, int64_t> grants;
  for (const Event& event : Do(SubmitRequest{std::move(request)}, actor)) {
    const auto* issued = std::get_if<GrantIssued>(&event);
    if (issued != nullptr) grants[issued->grant.resource] = issued->grant.number;
  }
  return grants;
}

void Chronicle::Upkeep() {
  for (const Command& due : DueUpkeep(ledger(), now())) Do(due, kSchedulerIdentity);
}

void Chronicle::Confirm(const std::string& site) {
  const Ledger ledger = this->ledger();
  ConfirmCeilings command{site, ledger.Generation(site), {}};
  for (const int64_t number : ledger.Awaited(site)) {
    const GrantEntry& entry = *ledger.FindGrant(number);
    const Amount used = std::max(Amount(), entry.UsedAt(site));
    command.read_back.push_back({number, used, entry.grant.ceilings.at(site)});
  }
  if (!command.read_back.empty()) Do(command, SiteIdentity(site));
}

void Chronicle::ConfirmEverywhere() {
  const Catalogue catalogue = ledger().catalogue();
  for (const auto& [site, unused] : catalogue.sites) Confirm(site);
}

Ledger Chronicle::ledger() const {
  return engine_->Read([](const Ledger& ledger) { return ledger; });
}

}  // namespace mesolys
