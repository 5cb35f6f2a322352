#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_PROJECTS_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_PROJECTS_H_

// The projects' book: each with its people, the accounts that bill to it, and the numbers of its
// requests and grants. Pure.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "scheduler/core/facts/event.h"
#include "scheduler/core/ledger/folding.h"

namespace mesolys {

// How much one member may use, and since when it counts.
struct MemberCeiling {
  Amount amount;
  absl::Time set_time;
};

struct MemberEntry {
  Member member;
  absl::Time add_time;
  std::map<std::pair<std::string, std::string>, MemberCeiling> ceilings{};  // by (site, resource)
};

struct ProjectEntry {
  Project project;
  absl::Time create_time;
  int64_t revision = 0;  // of the last change
  std::map<std::string, MemberEntry> members;
  std::set<std::pair<std::string, std::string>> links;  // (cluster, account), besides its own name
  std::vector<int64_t> requests;
  std::vector<int64_t> grants;
  bool archived = false;
};

class Projects {
 public:
  const std::map<std::string, ProjectEntry, std::less<>>& projects() const { return projects_; }
  // Null for an unknown one.
  const ProjectEntry* FindProject(absl::string_view id) const;
  // The project that an account of a cluster bills to: its link, else the project of that name.
  const ProjectEntry* ProjectOf(absl::string_view cluster, absl::string_view account) const;
  // How many there are by programme, archived ones left out; counted as they come and go.
  const std::map<std::string, int64_t>& project_counts() const { return counts_; }

 protected:
  void On(const ProjectCreated& event, const Folding& at);
  void On(const ProjectArchived& event, const Folding& at);
  void On(const AccountLinked& event, const Folding& at);
  void On(const AccountUnlinked& event, const Folding& at);
  void On(const MemberAdded& event, const Folding& at);
  void On(const MemberRemoved& event, const Folding& at);
  void On(const MemberCeilingSet& event, const Folding& at);
  void On(const RequestSubmitted& event, const Folding& at);
  void On(const GrantIssued& event, const Folding& at);

 private:
  ProjectEntry& At(const std::string& id);
  // To be changed, as its etag shows.
  ProjectEntry& ChangedAt(const std::string& id, const Folding& at);

  std::map<std::string, ProjectEntry, std::less<>> projects_;
  absl::flat_hash_map<std::pair<std::string, std::string>, std::string> links_;
  std::map<std::string, int64_t> counts_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_PROJECTS_H_
