// Writes the ledger that a release leaves behind, with what is to be read from it for ever:
//
//   ledger-VERSION.db        every command and every event at least once, a few hundred jobs
//   ledger-VERSION.sums.txt  its head, how often each command and event is in it, what is booked:
//                            none of it ever changes
//   ledger-VERSION.left.txt  what is left and in which state, by the rule of the day: it changes
//                            with a decision that says so
//   events-VERSION.txt       one event of each kind, as it is stored
//
// A release makes its own, from its own commit and before the next one changes anything: let the
// history and EveryEvent() use what is new, then
//
//   ninja -C build/dev write_ledger && build/dev/tests/data/write_ledger tests/data VERSION
//
// and name VERSION in tests/scheduler/engine/released_ledger_test.cc and, for its events, in
// tests/scheduler/store/released_events_test.cc. Files of earlier releases stay as they are.

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "mesolys/v1/stored.pb.h"
#include "scheduler/engine/verify.h"
#include "scheduler/store/event_codec.h"
#include "scheduler/store/row_hash.h"
#include "scheduler/store/sqlite/sqlite_event_store.h"
#include "tests/data/chronicle.h"
#include "tests/data/history.h"
#include "tests/fakes/ledger_sums.h"
#include "tests/scheduler/store/every_event.h"

namespace mesolys {
namespace {

absl::Status WriteText(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError(absl::StrCat(path, ": not written"));
}

// One file, nothing beside it.
absl::Status Compact(const std::string& path) {
  sqlite3* connection = nullptr;
  int code = sqlite3_open(path.c_str(), &connection);
  if (code == SQLITE_OK) {
    code = sqlite3_exec(connection, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr,
                        nullptr);
  }
  sqlite3_close(connection);
  std::filesystem::remove(path + ".lock");
  return code == SQLITE_OK ? absl::OkStatus()
                           : absl::UnavailableError(absl::StrCat(path, ": ", sqlite3_errstr(code)));
}

// By its number in the log's encoding.
using EventCounts = std::map<int, int64_t>;

absl::StatusOr<EventCounts> CountEvents(const EventStore& store) {
  EventCounts counts;
  absl::Status read = store.Read(1, [&](const LogRow& row) {
    v1::StoredEvents stored;
    if (!stored.ParseFromString(row.body)) return absl::DataLossError("a body is damaged");
    for (const v1::StoredEvent& event : stored.events()) ++counts[event.event_case()];
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return counts;
}

// That nothing is missing.
absl::Status CheckComplete(const std::map<size_t, int64_t>& commands, const EventCounts& events,
                           const Ledger& ledger) {
  for (size_t number = 0; number < std::variant_size_v<Command>; ++number) {
    if (!commands.contains(number)) {
      return absl::InternalError(absl::StrCat("no command ", number, " in the history"));
    }
  }
  if (events.size() != std::variant_size_v<Event>) {
    return absl::InternalError(absl::StrCat(events.size(), " kinds of events in the history, not ",
                                            std::variant_size_v<Event>));
  }
  std::map<ChangeKind, int64_t> changes;
  for (const GrantEntry& entry : ledger.grants()) {
    for (const auto& [time, change] : entry.changes) ++changes[change.kind];
  }
  for (int kind = 1; kind <= static_cast<int>(ChangeKind::kGraceEnded); ++kind) {
    if (!changes.contains(static_cast<ChangeKind>(kind))) {
      return absl::InternalError(absl::StrCat("no change of kind ", kind, " in the history"));
    }
  }
  if (ledger.OverbookedCells().empty()) return absl::InternalError("nothing is overbooked");
  if (ledger.unassigned().empty()) return absl::InternalError("nothing is unassigned");
  if (ledger.uncovered().empty()) return absl::InternalError("nothing is uncovered");
  return absl::OkStatus();
}

absl::Status WriteEvents(const std::string& path) {
  v1::StoredEvents stored;
  std::string text;
  if (!stored.ParseFromString(EncodeEvents(EveryEvent())) ||
      !google::protobuf::TextFormat::PrintToString(stored, &text)) {
    return absl::InternalError("the events cannot be read again");
  }
  return WriteText(path, text);
}

absl::Status Write(const std::string& directory, const std::string& version) {
  const std::string path = absl::StrCat(directory, "/ledger-", version);
  const std::string database = path + ".db";
  if (std::filesystem::exists(database)) {
    return absl::AlreadyExistsError(database + " is there already: it is kept as it is");
  }
  absl::StatusOr<std::unique_ptr<SqliteEventStore>> store =
      SqliteEventStore::Open(database, SqliteEventStore::Mode::kReadWrite);
  if (!store.ok()) return store.status();
  std::map<size_t, int64_t> commands;
  Ledger ledger;
  {
    Chronicle chronicle(**store, Day(2026, 1));
    History(chronicle).Write();
    commands = chronicle.recorded();
    ledger = chronicle.ledger();
  }
  const absl::StatusOr<VerifyReport> verified = Verify(**store);
  if (!verified.ok()) return verified.status();
  const absl::StatusOr<EventCounts> events = CountEvents(**store);
  if (!events.ok()) return events.status();
  // The engine's own commands, each with its event.
  commands[Command(ResettleJobs()).index()] = events->contains(v1::StoredEvent::kJobsResettled)
                                                  ? events->at(v1::StoredEvent::kJobsResettled)
                                                  : 0;
  if (absl::Status complete = CheckComplete(commands, *events, ledger); !complete.ok()) {
    return complete;
  }
  store->reset();
  if (absl::Status compact = Compact(database); !compact.ok()) return compact;

  std::string sums = absl::StrCat("head ", verified->revision, " ", ToHex(verified->hash), "\n",
                                  "jobs ", verified->job_count, "\n");
  for (const auto& [number, count] : commands) {
    absl::StrAppend(&sums, "command ", number, " ", count, "\n");
  }
  for (const auto& [number, count] : *events) {
    absl::StrAppend(&sums, "event ", number, " ", count, "\n");
  }
  absl::Status written = WriteText(path + ".sums.txt", sums + SumsTextOf(ledger));
  written.Update(WriteText(path + ".left.txt",
                           LeftTextOf(ledger, ledger.time()) + LeftTextOf(ledger, Day(2026, 12))));
  written.Update(WriteEvents(absl::StrCat(directory, "/events-", version, ".txt")));
  std::printf("%s: %d jobs, %d rows\n", database.c_str(), static_cast<int>(verified->job_count),
              static_cast<int>(verified->revision));
  return written;
}

}  // namespace
}  // namespace mesolys

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: write_ledger DIRECTORY VERSION\n");
    return 2;
  }
  const absl::Status written = mesolys::Write(argv[1], argv[2]);
  if (written.ok()) return 0;
  std::fprintf(stderr, "write_ledger: %s\n", written.ToString().c_str());
  return 1;
}
