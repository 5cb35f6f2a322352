#include "client/running_jobs.h"

#include "absl/strings/str_cat.h"
#include "client/cells.h"

namespace mesolys {

std::string RunningJobsSentence(const v1::RunningJobsMove& move, bool dry_run,
                                const absl::TimeZone& zone) {
  const auto amount = [&move](int64_t base_units) {
    return AmountTextOf(move.resource(), base_units);
  };
  const auto day = [&zone](bool given, const google::protobuf::Timestamp& time) {
    return DayCell(given, time, zone).text;
  };
  return absl::StrCat(
      "the grant that ends first pays: ", ShortName(move.grant()), " (", move.resource(), ", ",
      amount(move.granted_base_units()), ") ", dry_run ? "would end" : "ends", " on ",
      day(move.has_end_time(), move.end_time()), ", before ", ShortName(move.from()), " on ",
      day(move.has_from_end_time(), move.from_end_time()), ", so the running jobs of ",
      ShortName(move.from()), dry_run ? " would go" : " go",
      " over to it: ", amount(move.in_flight_base_units()), " used so far and ",
      amount(move.committed_base_units()), " until their time limits, at most");
}

}  // namespace mesolys
