#ifndef MESOLYS_CLIENT_USAGE_USAGE_SUMMARY_H_
#define MESOLYS_CLIENT_USAGE_USAGE_SUMMARY_H_

// What jobs were charged, added up by user, site, month, resource or state. Pure; one thread.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/show/output.h"
#include "mesolys/v1/usage.pb.h"

namespace mesolys::client {

enum class GroupBy { kUser, kSite, kMonth, kResource, kState };

// "user", "site", "month", "resource", "state"; INVALID_ARGUMENT names these.
absl::StatusOr<GroupBy> ParseGroupBy(const std::string& text);

class UsageSummary {
 public:
  // Months are those of `zone`.
  UsageSummary(GroupBy by, const absl::TimeZone& zone) : by_(by), zone_(zone) {}

  // What it was `charged`, by resource in base units. A job that ran across the end of a month
  // counts in each for the seconds that it ran there; what does not divide goes to the last.
  void Add(const v1::Job& job, const std::map<std::string, int64_t>& charged);

  bool IsEmpty() const { return groups_.empty(); }

  // One row for each group and resource, with a bar of its part of the resource; months in their
  // order, else the largest first.
  Table ToTable(const Look& look) const;

  // Of months: the course of each resource, from its first to its last.
  Table CourseTable(const Look& look) const;

 private:
  struct Group {
    int64_t job_count = 0;
    int64_t charged = 0;  // base units: settled and in flight, less what was given back
  };

  void AddTo(const std::string& group, const std::map<std::string, int64_t>& charged);
  void AddByMonth(const v1::Job& job, const std::map<std::string, int64_t>& charged);

  const GroupBy by_;
  const absl::TimeZone zone_;
  std::map<std::pair<std::string, std::string>, Group> groups_;  // by (resource, group)
};

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_USAGE_USAGE_SUMMARY_H_
