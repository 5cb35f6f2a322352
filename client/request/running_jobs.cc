#include "client/request/running_jobs.h"

#include "client/language/language.h"
#include "client/show/cells.h"

namespace mesolys::client {

std::string RunningJobsSentence(const v1::RunningJobsMove& move, bool dry_run,
                                const absl::TimeZone& zone) {
  const auto amount = [&move](int64_t base_units) {
    return AmountTextOf(move.resource(), base_units);
  };
  const auto day = [&zone](bool given, const google::protobuf::Timestamp& time) {
    return DayCell(given, time, zone).text;
  };
  const std::string grant = ShortName(move.grant());
  const std::string granted = amount(move.granted_base_units());
  const std::string end = day(move.has_end_time(), move.end_time());
  const std::string from = ShortName(move.from());
  const std::string from_end = day(move.has_from_end_time(), move.from_end_time());
  const std::string used = amount(move.in_flight_base_units());
  const std::string committed = amount(move.committed_base_units());
  return dry_run
             ? Tr("the grant that ends first pays: $0 ($1, $2) would end on $3, before $4 on $5, "
                  "so the running jobs of $4 would go over to it: $6 used so far and $7 until "
                  "their time limits, at most",
                  grant, move.resource(), granted, end, from, from_end, used, committed)
             : Tr("the grant that ends first pays: $0 ($1, $2) ends on $3, before $4 on $5, so the "
                  "running jobs of $4 go over to it: $6 used so far and $7 until their time "
                  "limits, at most",
                  grant, move.resource(), granted, end, from, from_end, used, committed);
}

}  // namespace mesolys::client
