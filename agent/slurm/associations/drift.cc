#include "agent/slurm/associations/drift.h"

#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/slurm/associations/tres.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

// Collects the differences of one account.
class Differences {
 public:
  explicit Differences(std::vector<std::string>& texts) : texts_(texts) {}

  void Compare(const AccountAssociation& left, const AccountAssociation& found) {
    Compare("", "parent", left.parent, found.parent);
    Compare("", "fairshare", left.shares, found.shares);
    Compare("", left.limits, found.limits);
    for (const auto& [user, limits] : left.users) {
      const auto there = found.users.find(user);
      if (there == found.users.end()) {
        texts_.push_back(Say("user $0 is gone", UserText(user)).Render());
      } else {
        Compare(absl::StrCat("user ", UserText(user), ": "), limits, there->second);
      }
    }
    for (const auto& [user, limits] : found.users) {
      if (left.users.contains(user)) continue;
      texts_.push_back(Say("user $0 is new", UserText(user)).Render());
    }
  }

 private:
  void Compare(const std::string& whose, const AssociationLimits& left,
               const AssociationLimits& found) {
    Compare(whose, "QOS", absl::StrJoin(left.qos, ","), absl::StrJoin(found.qos, ","));
    std::set<std::string> all;
    for (const auto& [tres, minutes] : left.minutes) all.insert(tres);
    for (const auto& [tres, minutes] : found.minutes) all.insert(tres);
    for (const std::string& tres : all) {
      // Others are the site's: nobody sets them right.
      if (!IsLimitable(tres)) continue;
      Compare(whose, absl::StrCat("GrpTRESMins ", tres), TextOf(left.minutes, tres),
              TextOf(found.minutes, tres));
    }
    Compare(whose, "GrpJobs", TextOf(left.jobs_max), TextOf(found.jobs_max));
    Compare(whose, "GrpSubmitJobs", TextOf(left.submits_max), TextOf(found.submits_max));
  }

  void Compare(const std::string& whose, const std::string& what, const std::string& left,
               const std::string& found) {
    if (left == found) return;
    const std::string subject = absl::StrCat(whose, what);
    texts_.push_back((found.empty()  ? Say("$0 is not set, it was left at $1", subject, left)
                      : left.empty() ? Say("$0 is $1, it was left without", subject, found)
                                     : Say("$0 is $1, it was left at $2", subject, found, left))
                         .Render());
  }

  static std::string TextOf(const TresMinutes& minutes, const std::string& tres) {
    const auto found = minutes.find(tres);
    return found == minutes.end() ? "" : absl::StrCat(found->second);
  }

  static std::string TextOf(const std::optional<int64_t>& count) {
    return count.has_value() ? absl::StrCat(*count) : "";
  }

  std::vector<std::string>& texts_;
};

}  // namespace

std::map<std::string, std::vector<std::string>> DriftOf(
    const std::map<std::string, AccountAssociation>& left,
    const std::map<std::string, AccountAssociation>& found) {
  std::map<std::string, std::vector<std::string>> drift;
  for (const auto& [name, account] : left) {
    const auto there = found.find(name);
    if (there == found.end()) {
      drift[name].emplace_back(SayLater("the account is gone"));
    } else if (there->second != account) {
      Differences(drift[name]).Compare(account, there->second);
    }
  }
  std::erase_if(drift, [](const auto& each) { return each.second.empty(); });
  return drift;
}

}  // namespace mesolys::agent
