#include "tests/data/history.h"

#include <utility>

#include "scheduler/core/facts/identity.h"
#include "scheduler/store/row_hash.h"

namespace mesolys {
namespace {

constexpr int64_t kTerabyte = 1'000'000'000'000;
const Period kYear{Day(2026, 1), Day(2027, 1)};

std::string User(const std::string& id) { return "spiffe://mesolys/user/" + id; }

}  // namespace

Amount HoursOf(int64_t hours) { return Amount(hours * 3600); }

Request RequestOf(const std::string& project, const std::string& resource, Amount amount,
                  const std::string& site, const Period& period) {
  Request request;
  request.project = project;
  request.lines = {{resource, amount, {}, {}, false}};
  if (!site.empty()) request.lines.front().sites = {site};
  request.period = period;
  request.justification = "a justification";
  request.necessity = "a necessity";
  request.energy_median_watt_hours = 12'000;
  request.energy_p90_watt_hours = 30'000;
  return request;
}

Catalogue HistoryCatalogue() {
  Catalogue catalogue = TestCatalogue();
  Programme& chair = catalogue.programmes["chair"];
  chair.bonus = PartsPerMillion(250'000);
  chair.grace_days = 30;
  chair.late_days_warned = 30;
  chair.late_days_max = 60;
  chair.notice_days = 14;
  chair.weight = PartsPerMillion(1'500'000);
  chair.eco = true;
  catalogue.programmes["phd-track"].grace_days = 10;
  catalogue.institution_factors["lyon1"] = PartsPerMillion(1'250'000);
  Site& north = catalogue.sites["north"];
  north.node_share.cores = 32;
  north.node_share.memory_bytes = 128'000'000'000;
  north.node_share.gpus = 4;
  north.admin_uids = {380'693};
  return catalogue;
}

int64_t History::Granted(const std::string& project, const std::string& resource, Amount amount,
                         const std::string& site, const Period& period) {
  return chronicle_.Ask(RequestOf(project, resource, amount, site, period)).at(resource);
}

int64_t History::AskCall(const std::string& project, const std::string& resource, Amount amount,
                         const Period& period) {
  Request request = RequestOf(project, resource, amount, "", period);
  request.track = Track::kCall;
  chronicle_.Ask(std::move(request));
  return chronicle_.ledger().next_request() - 1;
}

void History::AdoptTheFirstCatalogue() {
  const std::string text = "# the catalogue of the first months\n";
  chronicle_.Do(AdoptCatalogue{HistoryCatalogue(), text, Sha256(text)});
}

void History::OpenProjects() {
  struct Opened {
    const char* id;
    const char* pi;
    const char* programme;
    const char* parent;
    const char* data_class;
  };
  constexpr Opened kProjects[] = {
      {"chair-a", "paul", "chair", "", "open"},     {"lab-a", "lea", "chair", "chair-a", "open"},
      {"chair-b", "lea", "chair", "", ""},          {"phd-a", "rita", "phd-track", "", "open"},
      {"green-a", "gus", "greenhouse", "", "open"}, {"call-a", "carl", "targeted-call", "", "open"},
      {"clinic", "hana", "chair", "", "health"},    {"late-a", "luc", "chair", "", "open"},
      {"move-a", "mo", "chair", "", "open"},        {"short-a", "sid", "chair", "", "open"},
      {"rev-a", "rene", "chair", "", "open"},       {"old-p", "otto", "chair", "", "open"}};
  for (const Opened& opened : kProjects) {
    Project project = TestProject(opened.id, opened.pi, opened.programme);
    project.parent = opened.parent;
    project.data_class = opened.data_class;
    if (project.id == "chair-b") project.institution = "lyon1";
    chronicle_.Do(CreateProject{project});
  }
  chronicle_.Refused(Reason::kProjectExists, CreateProject{TestProject("chair-a")});
  chronicle_.Refused(Reason::kUnknownProgramme, CreateProject{TestProject("x", "paul", "none")});
}

void History::AddMembers() {
  const auto add = [this](const char* project, Member member, const std::string& actor) {
    chronicle_.Do(AddMember{project, std::move(member)}, actor);
  };
  add("chair-a", {"rita", ProjectRole::kResearcher, {{"north", "rita1"}, {"south", "rita2"}}},
      User("paul"));
  add("chair-a", {"pia", ProjectRole::kPi, {}}, kOlga);
  add("chair-a", {"dora", ProjectRole::kDeputy, {{"north", "dora1"}}, {Day(2026, 2), Day(2026, 9)}},
      User("paul"));
  chronicle_.Do(SetMemberCeiling{"chair-a", "rita", "north", "cpu", HoursOf(50)}, User("paul"));
  chronicle_.Do(SetMemberCeiling{"chair-a", "rita", "south", "cpu", HoursOf(20)}, User("paul"));
  chronicle_.Do(SetMemberCeiling{"chair-a", "rita", "south", "cpu", std::nullopt}, User("paul"));
  chronicle_.Refused(Reason::kNoLoginAtSite,
                     SetMemberCeiling{"chair-a", "rita", "east", "cpu", HoursOf(1)});
  // Recorded, and refused: a team without its people.
  chronicle_.Ask(RequestOf("green-a", "cpu", HoursOf(100), "north", {Day(2026, 1), Day(2026, 6)}));
  add("green-a", {"sam", ProjectRole::kSupervisor, {}}, kOlga);
  add("green-a", {"gil", ProjectRole::kResearcher, {{"north", "gil1"}}}, kOlga);
  add("green-a", {"gia", ProjectRole::kResearcher, {}}, kOlga);
}

void History::AskAtOnce() {
  Request first = RequestOf("chair-a", "cpu", HoursOf(1000), "north", {Day(2026, 1), Day(2026, 5)});
  first.curve = {{Day(2026, 2), PartsPerMillion(100'000)},
                 {Day(2026, 4), PartsPerMillion(600'000)}};
  grants_["a"] = chronicle_.Ask(std::move(first), User("paul")).at("cpu");
  chronicle_.Do(SupplementGrant{grants_["a"], HoursOf(500), {"south"}, "more jobs than thought"});
  chronicle_.Do(SupplementGrant{grants_["a"], HoursOf(10), {}, "a little more"});
  Request gpu =
      RequestOf("chair-a", "gpu-a100", HoursOf(200), "north", {Day(2026, 1), Day(2026, 7)});
  gpu.lines.front().minimum = HoursOf(100);
  grants_["a gpu"] = chronicle_.Ask(std::move(gpu)).at("gpu-a100");
  Request stock = RequestOf("chair-b", "cpu", HoursOf(8000), "north", kYear);
  stock.lines.push_back({"storage-work", Amount(2 * kTerabyte), {}, {}, false});
  stock.lines.push_back({"support", HoursOf(20), {}, {}, false});
  grants_["b"] = chronicle_.Ask(std::move(stock)).at("cpu");
  grants_["b gpu"] =
      Granted("chair-b", "gpu-v100", HoursOf(100), "east", {Day(2026, 1), Day(2026, 10)});
  grants_["lab"] = Granted("lab-a", "cpu", HoursOf(300), "south", {Day(2026, 1), Day(2026, 12)});
  grants_["phd"] = Granted("phd-a", "cpu", HoursOf(600), "east", {Day(2026, 1), Day(2026, 4, 15)});
  grants_["green"] = Granted("green-a", "cpu", HoursOf(100), "north", {Day(2026, 1), Day(2026, 6)});
  grants_["clinic"] = Granted("clinic", "cpu", HoursOf(900), "south", kYear);
  grants_["late"] =
      Granted("late-a", "cpu", HoursOf(1000), "north", {Day(2026, 1), Day(2026, 4, 11)});
  grants_["move"] = Granted("move-a", "cpu", HoursOf(100), "north", {Day(2026, 2), Day(2026, 5)});
  chronicle_.Do(SupplementGrant{grants_["move"], HoursOf(1000), {"south"}, "as decided"});
  grants_["short"] = Granted("short-a", "cpu", HoursOf(10), "north", {Day(2026, 2), Day(2026, 3)});
  grants_["long"] = Granted("short-a", "cpu", HoursOf(100), "north", {Day(2026, 3), Day(2026, 7)});
  grants_["rev"] = Granted("rev-a", "cpu", HoursOf(100), "north", {Day(2026, 2), Day(2026, 7)});
  chronicle_.Do(SupplementGrant{grants_["rev"], HoursOf(50), {"south"}, "as decided"});
  grants_["old"] = Granted("old-p", "cpu", HoursOf(20), "east", {Day(2026, 1), Day(2026, 2)});
  chronicle_.Do(PostOpeningBalance{grants_["b"], "north", HoursOf(40), "before the ledger"});
  // Recorded, and refused or cut.
  Request least =
      RequestOf("chair-b", "cpu", HoursOf(90'000), "east", {Day(2026, 1), Day(2026, 2)});
  chronicle_.Ask(least);
  least.lines.front().minimum = HoursOf(90'000);
  chronicle_.Ask(least);
  chronicle_.Refused(Reason::kUnknownGrant, ReleaseHours{99, HoursOf(1), "no such grant"});
}

void History::Write() {
  AdoptTheFirstCatalogue();
  OpenProjects();
  AddMembers();
  AskAtOnce();
  jobs_.PassTo(Day(2026, 2, 11));
  MoveCeilings();
  jobs_.PassTo(Day(2026, 2, 15));
  ReleaseAndTransfer();
  jobs_.PassTo(Day(2026, 2, 20));
  LinkAccounts();
  jobs_.PassTo(Day(2026, 3, 1) + absl::Hours(12));
  Revoke();
  jobs_.PassTo(Day(2026, 3, 5));
  PayOverdrafts();
  jobs_.PassTo(Day(2026, 3, 12));
  GiveBackWhatIsLate();
  LoseJobs();
  jobs_.PassTo(Day(2026, 4, 1));
  CloseForADay();
  jobs_.PassTo(Day(2026, 4, 20));
  ExtendAndWriteOff();
  AskTheCommittee();
  RenewInGrace();
  jobs_.PassTo(Day(2026, 5, 15));
  ImportAgain();
  jobs_.PassTo(Day(2026, 5, 20));
  LendARole();
  jobs_.PassTo(Day(2026, 6, 1));
  CloseProjects();
  jobs_.PassTo(Day(2026, 9, 15));
  AdoptTheSmallerCatalogue();
  LeaveThingsOpen();
}

}  // namespace mesolys
