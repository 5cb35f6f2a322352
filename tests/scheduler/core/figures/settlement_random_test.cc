// Random histories of job records, grants, links and projects, against a model that looks at every
// single second and knows nothing of pieces, differences or pages.

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/core/figures/settlement.h"
#include "tests/fakes/test_seed.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

const absl::Time kStart = Day(2026, 3);
const absl::Time kNow = kStart + absl::Seconds(600);

absl::Time At(int64_t second) { return kStart + absl::Seconds(second); }

// A grant as the history issues it; its number is its place in the list, plus one.
struct Given {
  std::string project;
  std::string resource;
  Period period;
  std::vector<std::string> sites;
};

struct History {
  std::vector<Given> grants;
  std::vector<UsageRecord> records;  // some of them twice
};

const std::string kClusters[] = {"n1", "n2", "e1"};
// Projects alpha and beta, an account of n1 that is linked to alpha, and one that nobody knows.
const std::string kAccounts[] = {"alpha", "beta", "old-a", "nobody"};

std::string SiteOf(const std::string& cluster) { return cluster == "e1" ? "east" : "north"; }

std::string ProjectOf(const UsageRecord& record) {
  if (record.account == "nobody") return "";
  if (record.account == "old-a") return record.key.cluster == "n1" ? "alpha" : "";
  return record.account;
}

UsageRecord RandomRecord(std::mt19937_64& random, const JobKey& key) {
  UsageRecord record;
  record.key = key;
  record.account = kAccounts[Pick(random, 3)];
  record.user = "u1";
  const JobState states[] = {JobState::kRunning, JobState::kRunning, JobState::kSuspended,
                             JobState::kCompleted, JobState::kNodeFail};
  record.state = states[Pick(random, 4)];
  const int64_t start = Pick(random, 500);
  const int64_t length = Pick(random, 150);
  record.start_time = At(start);
  record.end_time = At(start + length);
  if (Pick(random, 2) == 0) record.suspended_seconds = Pick(random, length);
  record.time_limit_seconds = Pick(random, 2) == 0 ? 0 : Pick(random, 900);
  record.core_count = Pick(random, 4);
  if (Pick(random, 2) == 0) record.gpu_counts[Pick(random, 1) == 0 ? "" : "a100"] = Pick(random, 3);
  if (Pick(random, 4) == 0) record.gpu_counts["v100"] = Pick(random, 2);
  record.observe_time = At(Pick(random, 20) * 30);
  return record;
}

History RandomHistory(std::mt19937_64& random) {
  History history;
  const std::string resources[] = {"cpu", "cpu", "gpu-a100", "gpu-v100"};
  for (int64_t left = Pick(random, 7); left > 0; --left) {
    Given given;
    given.project = Pick(random, 2) == 0 ? "beta" : "alpha";
    given.resource = resources[Pick(random, 3)];
    const int64_t start = Pick(random, 900);
    // Round lengths, so that some end at the same second.
    given.period = {At(start), At(start + 100 - start % 100 + 100 * Pick(random, 8))};
    if (Pick(random, 3) > 0) given.sites.push_back("north");
    if (Pick(random, 3) > 0 || given.sites.empty()) given.sites.push_back("east");
    history.grants.push_back(given);
  }
  for (int64_t job = Pick(random, 6); job >= 0; --job) {
    const JobKey key{kClusters[Pick(random, 2)], 1 + Pick(random, 1), At(-100 - Pick(random, 2))};
    for (int64_t left = Pick(random, 4); left >= 0; --left) {
      history.records.push_back(RandomRecord(random, key));
      if (Pick(random, 3) == 0) history.records.push_back(history.records.back());
    }
  }
  return history;
}

// Grant, site, project, cluster, account, resource, kind; the last four and the project only
// without a grant.
using Book = std::tuple<int64_t, std::string, std::string, std::string, std::string, std::string>;
using Books = std::map<std::pair<Book, ChargeKind>, int64_t>;

int64_t PayerAt(const History& history, const std::string& project, const std::string& site,
                const std::string& resource, absl::Time second) {
  int64_t payer = 0;
  for (size_t i = 0; i < history.grants.size(); ++i) {
    const Given& given = history.grants[i];
    const bool pays = given.project == project && given.resource == resource &&
                      given.period.Contains(second) &&
                      std::count(given.sites.begin(), given.sites.end(), site) > 0;
    if (!pays) continue;
    if (payer == 0 ||
        given.period.end < history.grants[static_cast<size_t>(payer - 1)].period.end) {
      payer = static_cast<int64_t>(i) + 1;
    }
  }
  return payer;
}

// Who pays how many of `charged` seconds, of those from `from` to `until`.
std::map<int64_t, int64_t> Shares(const History& history, const UsageRecord& record,
                                  const std::string& resource, absl::Time from, absl::Time until,
                                  int64_t charged) {
  std::vector<std::pair<int64_t, int64_t>> runs;  // (payer, seconds) in the order of time
  for (absl::Time second = from; second < until; second += absl::Seconds(1)) {
    const int64_t payer =
        PayerAt(history, ProjectOf(record), SiteOf(record.key.cluster), resource, second);
    if (runs.empty() || runs.back().first != payer) runs.push_back({payer, 0});
    ++runs.back().second;
  }
  const int64_t held = absl::ToInt64Seconds(until - from);
  int64_t left = charged;
  for (auto& [payer, seconds] : runs) {
    seconds = seconds * charged / held;
    left -= seconds;
  }
  std::map<int64_t, int64_t> shares;
  for (const auto& [payer, seconds] : runs) {
    shares[payer] += seconds + (left-- > 0 ? 1 : 0);
  }
  return shares;
}

void Charge(const History& history, const UsageRecord& record, Books& books) {
  const std::string site = SiteOf(record.key.cluster);
  std::map<std::string, int64_t> held;
  for (const auto& [model, count] : record.gpu_counts) {
    const std::string typed = model.empty() ? (site == "east" ? "v100" : "a100") : model;
    held["gpu-" + typed] += count;
  }
  const int64_t gpus = held["gpu-a100"] + held["gpu-v100"];
  if (site == "north" || gpus == 0) held["cpu"] = record.core_count;
  const bool ended = IsTerminal(record.state);
  const int64_t used =
      absl::ToInt64Seconds(record.end_time - record.start_time) - record.suspended_seconds;
  const int64_t ahead = ended ? 0 : std::max<int64_t>(0, record.time_limit_seconds - used);
  for (const auto& [resource, units] : held) {
    const auto book = [&, &resource = resource, &units = units](
                          ChargeKind kind, const std::map<int64_t, int64_t>& shares) {
      for (const auto& [payer, seconds] : shares) {
        const Book line =
            payer > 0
                ? Book{payer, site, "", "", "", ""}
                : Book{0, site, ProjectOf(record), record.key.cluster, record.account, resource};
        if (units * seconds > 0) books[{line, kind}] += units * seconds;
      }
    };
    const std::map<int64_t, int64_t> ran =
        Shares(history, record, resource, record.start_time, record.end_time, used);
    book(ended ? ChargeKind::kSettled : ChargeKind::kInFlight, ran);
    // A job that a node took down costs nothing.
    if (record.state == JobState::kNodeFail) book(ChargeKind::kRefund, ran);
    book(ChargeKind::kCommitted, Shares(history, record, resource, record.end_time,
                                        record.end_time + absl::Seconds(ahead), ahead));
  }
}

// The model: of each job only the winner counts.
Books Expected(const History& history) {
  std::map<JobKey, UsageRecord> winners;
  for (const UsageRecord& record : history.records) {
    const auto [it, inserted] = winners.try_emplace(record.key, record);
    if (!inserted && Newer(record, it->second)) it->second = record;
  }
  Books books;
  for (const auto& [key, record] : winners) Charge(history, record, books);
  return books;
}

void Read(const Book& book, const Totals& totals, Books& books) {
  for (ChargeKind kind :
       {ChargeKind::kSettled, ChargeKind::kInFlight, ChargeKind::kCommitted, ChargeKind::kRefund}) {
    if (totals.Of(kind) != Amount()) books[{book, kind}] = totals.Of(kind).count();
  }
}

Books BookedIn(const Ledger& ledger) {
  Books books;
  for (const GrantEntry& entry : ledger.grants()) {
    for (const auto& [site, totals] : entry.used) {
      Read({entry.grant.number, site, "", "", "", ""}, totals, books);
    }
  }
  for (const auto* uses : {&ledger.uncovered(), &ledger.unassigned()}) {
    for (const auto& [key, totals] : *uses) {
      Read({0, ledger.SiteOf(key.cluster), key.project, key.cluster, key.account, key.resource},
           totals, books);
    }
  }
  return books;
}

std::string Text(const Books& books) {
  std::string text;
  for (const auto& [line, amount] : books) {
    const auto& [grant, site, project, cluster, account, resource] = line.first;
    absl::StrAppend(&text, "g", grant, " ", site, " <", project, "> ", cluster, ":", account, " ",
                    resource, " kind ", static_cast<int>(line.second), " = ", amount, "\n");
  }
  return text;
}

// What can happen besides records, each once: the two projects, the link, the grants.
std::vector<int> Steps(const History& history, std::mt19937_64& random) {
  std::vector<int> steps;
  for (size_t i = 0; i < history.grants.size() + 3; ++i) steps.push_back(static_cast<int>(i));
  std::shuffle(steps.begin() + 2, steps.end(), random);
  return steps;
}

// Grants must keep their numbers whatever their turn, so they are issued in order.
void Take(const History& history, int step, Mesocentre& mesocentre) {
  if (step == 0) {
    mesocentre.Create(TestProject("alpha"));
  } else if (step == 1) {
    mesocentre.Create(TestProject("beta"));
  } else if (step == 2) {
    mesocentre.Must(LinkAccount{"alpha", "n1", "old-a", ""});
  } else {
    const Given& given = history.grants[static_cast<size_t>(mesocentre.ledger().next_grant() - 1)];
    std::map<std::string, Amount> ceilings;
    for (const std::string& site : given.sites) ceilings[site] = Amount(1'000);
    mesocentre.Issue(
        GrantByHand(mesocentre.ledger(), given.project, given.resource, given.period, ceilings));
  }
}

// One way in which the history can come in: any order of records, in reports of any size, with
// grants, links, projects and pages of resettlement at any time in between.
void Play(const History& history, bool all_at_first, std::mt19937_64& random,
          Mesocentre& mesocentre) {
  std::vector<UsageRecord> records = history.records;
  std::shuffle(records.begin(), records.end(), random);
  std::vector<int> steps = Steps(history, random);
  size_t step = 0;
  size_t next = 0;
  while (next < records.size() || step < steps.size()) {
    const bool act =
        step < steps.size() && (all_at_first || next == records.size() || Pick(random, 2) == 0);
    if (act) {
      Take(history, steps[step++], mesocentre);
    } else {
      std::vector<UsageRecord> report;
      const std::string site = SiteOf(records[next].key.cluster);
      while (next < records.size() && SiteOf(records[next].key.cluster) == site &&
             (report.empty() || Pick(random, 3) > 0)) {
        report.push_back(records[next++]);
      }
      ASSERT_EQ(mesocentre.Report(report).rejected.size(), 0u);
    }
    if (!mesocentre.ledger().unsettled_accounts().empty() && Pick(random, 2) == 0) {
      mesocentre.ResettleOnePage(static_cast<size_t>(1 + Pick(random, 2)));
    }
  }
  mesocentre.Resettle(2);
}

// What the rows say is booked.
Books BookedByRows(const Mesocentre& mesocentre) {
  Books books;
  for (const auto& [key, job] : mesocentre.rows()) {
    for (const auto& charge : job.charges) {
      const Book book = charge.grant > 0 ? Book{charge.grant, job.site, "", "", "", ""}
                                         : Book{0,           job.site,           job.project,
                                                key.cluster, job.record.account, charge.resource};
      books[{book, charge.kind}] += charge.amount.count();
    }
  }
  return books;
}

TEST(SettlementRandomTest, TheEndDependsOnTheWinnersAloneWhateverTheOrderOfArrival) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 150; ++round) {
    SCOPED_TRACE(absl::StrCat("seed ", seed, " round ", round));
    const History history = RandomHistory(random);
    const std::string expected = Text(Expected(history));
    std::map<JobKey, std::vector<mesolys::Charge>> rows;
    for (int order = 0; order < 3; ++order) {
      Mesocentre mesocentre(TestCatalogue(), kNow);
      ASSERT_NO_FATAL_FAILURE(Play(history, /*all_at_first=*/order == 0, random, mesocentre));
      ASSERT_EQ(Text(BookedIn(mesocentre.ledger())), expected) << "order " << order;
      ASSERT_EQ(Text(BookedByRows(mesocentre)), expected) << "order " << order;
      for (const auto& [key, job] : mesocentre.rows()) {
        const auto [it, inserted] = rows.try_emplace(key, job.charges);
        ASSERT_EQ(it->second, job.charges) << "job " << key.job_id << " order " << order;
      }
    }
  }
}

TEST(SettlementRandomTest, SendingEverythingAgainRecordsNothing) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 50; ++round) {
    SCOPED_TRACE(absl::StrCat("seed ", seed, " round ", round));
    const History history = RandomHistory(random);
    Mesocentre mesocentre(TestCatalogue(), kNow);
    ASSERT_NO_FATAL_FAILURE(Play(history, /*all_at_first=*/false, random, mesocentre));
    const int64_t revision = mesocentre.ledger().revision();
    for (const UsageRecord& record : history.records) {
      const UsageReported reported = mesocentre.Report({record});
      ASSERT_EQ(reported.changed_count, 0);
      ASSERT_TRUE(reported.postings.empty());
    }
    ASSERT_EQ(mesocentre.ledger().revision(), revision);
  }
}

}  // namespace
}  // namespace mesolys
