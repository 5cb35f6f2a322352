#include "scheduler/engine/verify.h"

#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/store/event_codec.h"
#include "scheduler/store/job_codec.h"
#include "scheduler/store/row_hash.h"

namespace mesolys {
namespace {

// What is booked: under a grant by site, else by project or account.
struct BookKey {
  int64_t grant = 0;
  std::string site;
  UseKey use;

  friend auto operator<=>(const BookKey&, const BookKey&) = default;
};
using Books = std::map<BookKey, Totals>;

Books BooksOf(const Ledger& ledger) {
  Books books;
  for (const GrantEntry& entry : ledger.grants()) {
    for (const auto& [site, used] : entry.used) {
      Totals& booked = books[{entry.grant.number, site, {}}];
      booked = used;
      booked.opening = Amount();  // no job stands behind it
    }
  }
  for (const auto* uses : {&ledger.uncovered(), &ledger.unassigned()}) {
    for (const auto& [key, used] : *uses) books[{0, ledger.SiteOf(key.cluster), key}] = used;
  }
  return books;
}

void Book(const Job& job, Books& books) {
  for (const Charge& charge : job.charges) {
    BookKey key{charge.grant, job.site, {}};
    if (charge.grant == 0) {
      key.use = {job.project, job.record.key.cluster, job.record.account, charge.resource};
    }
    books[std::move(key)].Add(charge.kind, charge.amount);
  }
}

std::string Describe(const BookKey& key, const Totals& totals) {
  return absl::StrCat(key.grant != 0 ? absl::StrCat("grant g", key.grant)
                                     : absl::StrCat(key.use.project, " ", key.use.cluster, ":",
                                                    key.use.account, " ", key.use.resource),
                      " at ", key.site, ": settled ", totals.settled.count(), ", in flight ",
                      totals.in_flight.count(), ", committed ", totals.committed.count(),
                      ", refund ", totals.refund.count());
}

}  // namespace

absl::StatusOr<VerifyReport> Verify(const EventStore& store) {
  VerifyReport report;
  Ledger ledger;
  absl::Status status = store.Read(1, [&](const LogRow& row) -> absl::Status {
    if (row.revision != report.revision + 1) {
      return absl::DataLossError(absl::StrCat("revision ", report.revision + 1, " is missing"));
    }
    if (row.hash != ChainHash(report.hash, row)) {
      return absl::DataLossError(
          absl::StrCat("the hash of revision ", row.revision, " is not that of its content"));
    }
    absl::StatusOr<std::vector<Event>> events = DecodeEvents(row.body);
    if (!events.ok()) return events.status();
    for (const Event& event : *events) {
      ledger.Apply(event, absl::FromUnixMicros(row.time_us), row.revision);
    }
    report.revision = row.revision;
    report.hash = row.hash;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;

  Books from_rows;
  status = store.ReadJobs([&](const JobRow& row) -> absl::Status {
    absl::StatusOr<Job> job = DecodeJob(row);
    if (!job.ok()) return job.status();
    ++report.job_count;
    Book(*job, from_rows);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;

  Books difference = BooksOf(ledger);
  report.booked_count = static_cast<int64_t>(difference.size());
  for (const auto& [key, totals] : from_rows) difference.try_emplace(key);
  for (const auto& [key, totals] : difference) {
    const auto it = from_rows.find(key);
    const Totals rows = it == from_rows.end() ? Totals() : it->second;
    if (totals == rows) continue;
    return absl::DataLossError(absl::StrCat("the log says ", Describe(key, totals),
                                            "; the job rows say ", Describe(key, rows)));
  }
  return report;
}

}  // namespace mesolys
