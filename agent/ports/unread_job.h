#ifndef MESOLYS_AGENT_PORTS_UNREAD_JOB_H_
#define MESOLYS_AGENT_PORTS_UNREAD_JOB_H_

// A job that cannot be settled, of an account that can be told. Pure values.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "proto/values/usage_record.h"

namespace mesolys::agent {

struct UnreadJob {
  // With its cluster what it is known by, whether it is read or not.
  std::string id;         // "4002", or what its line says instead
  std::string submitted;  // seconds since 1970, or what its line says instead
  // The most that it can have used. Its key says the cluster, and else nothing.
  UsageRecord at_most;
  // What it held can be told. Where it cannot, everything that the site has is to stand for it.
  bool is_size_known = true;

  friend bool operator==(const UnreadJob&, const UnreadJob&) = default;
};

inline std::string SubmittedText(absl::Time submit_time) {
  return absl::StrCat(absl::ToUnixSeconds(submit_time));
}

// One that was read, and is refused.
inline UnreadJob UnreadJobOf(const UsageRecord& record) {
  return {absl::StrCat(record.key.job_id), SubmittedText(record.key.submit_time), record, true};
}

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PORTS_UNREAD_JOB_H_
