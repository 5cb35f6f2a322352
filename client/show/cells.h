#ifndef MESOLYS_CLIENT_SHOW_CELLS_H_
#define MESOLYS_CLIENT_SHOW_CELLS_H_

// Cells of the kinds that the nouns share. What came from the scheduler is escaped for people and
// kept as it is for programs. Pure; any thread.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/show/output.h"
#include "google/protobuf/timestamp.pb.h"

namespace mesolys::client {

Cell TextCell(absl::string_view text);
// A sentence of the scheduler or of an agent, told in the user's language.
Cell ToldCell(absl::string_view sentence);

Cell NumberCell(int64_t number);
// "psmn, p2chpd"
Cell TextsCell(const std::vector<std::string>& texts);

// "projects/proj_a/grants/g17" for programs, "proj_a/g17" for people; `show` takes both.
Cell NameCell(absl::string_view name);
// What NameCell shows.
std::string ShortName(absl::string_view name);

// "spiffe://mesolys/user/alice" for programs, "alice" for people, and "site/psmn" of an agent.
Cell IdentityCell(absl::string_view identity);

// "PARTLY_GRANTED" for programs, "partly granted" for people.
Cell StateCell(absl::string_view state, Tone tone = Tone::kPlain);

// "12.5 h" of core-seconds; a resource that this program does not know is shown in base units.
Cell AmountCell(absl::string_view resource, int64_t base_units);
// The same, with nothing for people where it is 0.
Cell AmountCellUnlessZero(absl::string_view resource, int64_t base_units);
// "+12.5 h", "-12.5 h", as a difference; nothing for people where it is 0.
Cell DifferenceCell(absl::string_view resource, int64_t base_units);
std::string AmountTextOf(absl::string_view resource, int64_t base_units);

// A day, or a minute, of `zone` for people, RFC 3339 UTC for programs; nothing when `given` is
// false or no calendar has the time.
Cell DayCell(bool given, const google::protobuf::Timestamp& time, const absl::TimeZone& zone);
Cell MinuteCell(bool given, const google::protobuf::Timestamp& time, const absl::TimeZone& zone);

// "3d 04:05:06", "04:05:06"; seconds for programs.
Cell ElapsedCell(int64_t seconds);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SHOW_CELLS_H_
