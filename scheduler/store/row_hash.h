#ifndef MESOLYS_SCHEDULER_STORE_ROW_HASH_H_
#define MESOLYS_SCHEDULER_STORE_ROW_HASH_H_

// The chain of the log: each row's hash covers the row before's. Any thread.

#include <string>

#include "absl/strings/string_view.h"
#include "scheduler/store/event_store.h"

namespace mesolys {

// 32 bytes.
std::string Sha256(absl::string_view bytes);

// The hash of `row`, whatever its own `hash` says. `before` is the hash of the row before; empty
// for the first.
std::string ChainHash(absl::string_view before, const LogRow& row);

// One digest over rows in the given order, their revisions left out: the command that writes them
// is not numbered yet when its event is made.
std::string RowsDigest(const Rows& rows);

// "1f0e..." for people.
std::string ToHex(absl::string_view bytes);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_ROW_HASH_H_
