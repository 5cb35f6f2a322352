#ifndef MESOLYS_SCHEDULER_CORE_FACTS_PROJECT_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_PROJECT_H_

// What hours are given to, and its people. Pure values.

#include <map>
#include <string>

#include "absl/time/time.h"
#include "proto/values/period.h"
#include "scheduler/core/facts/fields.h"

namespace mesolys {

struct Project {
  std::string id;  // also its Slurm account, never used again
  std::string title;
  std::string institution;
  std::string programme;
  std::string data_class;
  std::string parent;  // empty: none
  std::string pi;      // user id
  Period period;       // when it may hold grants

  FIELDS(Project, id, title, institution, programme, data_class, parent, pi, period);
};

// Numbered as Member.Role of the contract, and stored so: never renumber.
enum class ProjectRole {
  kNone = 0,
  kResearcher = 1,
  kPi = 2,
  kSupervisor = 3,
  kDeputy = 4,  // acts as the PI between two dates, a researcher before and after
};

struct Member {
  std::string user;
  ProjectRole role = ProjectRole::kNone;
  std::map<std::string, std::string> logins;  // site -> Unix login
  Period term{};                              // of a deputy

  // What the role amounts to at that time.
  ProjectRole RoleAt(absl::Time now) const {
    if (role != ProjectRole::kDeputy) return role;
    return term.Contains(now) ? ProjectRole::kPi : ProjectRole::kResearcher;
  }

  friend bool operator==(const Member&, const Member&) = default;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_PROJECT_H_
