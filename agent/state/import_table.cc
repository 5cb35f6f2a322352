#include "agent/state/import_table.h"

namespace mesolys::agent {

const char ImportTable::kSchema[] =
    "CREATE TABLE import (number INTEGER PRIMARY KEY, next INTEGER NOT NULL,"
    " is_read INTEGER NOT NULL, body BLOB NOT NULL, changed_count INTEGER NOT NULL DEFAULT 0,"
    " rejected_count INTEGER NOT NULL DEFAULT 0) STRICT";

absl::StatusOr<std::vector<ImportPlace>> ImportTable::All() {
  absl::StatusOr<sqlite::Statement> query = database_.Prepare(
      "SELECT number, next, is_read, body, changed_count, rejected_count,"
      " EXISTS (SELECT 1 FROM record WHERE record.import = import.number)"
      " FROM import ORDER BY number");
  if (!query.ok()) return query.status();
  std::vector<ImportPlace> places;
  while (true) {
    const absl::StatusOr<bool> row = database_.Step(*query);
    if (!row.ok()) return row.status();
    if (!*row) return places;
    ImportPlace& place = places.emplace_back();
    place.number = query->Integer(0);
    place.next = absl::FromUnixSeconds(query->Integer(1));
    place.is_read = query->Integer(2) != 0;
    const absl::string_view body = query->View(3);
    if (!place.result.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
      return absl::DataLossError("spool: the place of an import cannot be read back");
    }
    place.result.set_changed_count(query->Integer(4));
    place.result.set_rejected_count(query->Integer(5));
    place.is_waiting = query->Integer(6) != 0;
  }
}

absl::Status ImportTable::Put(const ImportPlace& place) {
  return database_.Run(
      "INSERT INTO import (number, next, is_read, body) VALUES (?, ?, ?, ?)"
      " ON CONFLICT (number) DO UPDATE SET next = excluded.next, is_read = excluded.is_read,"
      " body = excluded.body",
      place.number, absl::ToUnixSeconds(place.next), int64_t{place.is_read},
      sqlite::Blob{place.result.SerializeAsString()});
}

absl::Status ImportTable::Count(const ImportTally& tally) {
  return database_.Run(
      "UPDATE import SET changed_count = changed_count + ?, rejected_count = rejected_count + ?"
      " WHERE number = ?",
      tally.changed_count, tally.rejected_count, tally.number);
}

absl::Status ImportTable::Remove(int64_t number) {
  return database_.Run("DELETE FROM import WHERE number = ?", number);
}

}  // namespace mesolys::agent
