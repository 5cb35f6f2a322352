#ifndef MESOLYS_SCHEDULER_SERVICE_SITE_SESSIONS_H_
#define MESOLYS_SCHEDULER_SERVICE_SITE_SESSIONS_H_

// What each site's agent last said. Kept in memory: after a restart the agents say it again. Any
// thread.

#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mesolys/v1/agent.pb.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/site.pb.h"
#include "proto/runtime/mutex.h"
#include "proto/values/quantity.h"

namespace mesolys {

class SiteSessions {
 public:
  // `now` is the scheduler's clock.
  void Update(const std::string& site, const v1::SynchronizeRequest& said, absl::Time now);

  // Nothing when the agent has not called. generation_wanted is the caller's to fill.
  std::optional<v1::AgentStatus> StatusOf(const std::string& site) const;

  // What the site really has, as its agent said it last, which may be some calls ago; nothing when
  // it has not.
  std::optional<v1::SiteMeans> MeansOf(const std::string& site) const;

  // The sites that let jobs spend a bonus, as far as they have said so.
  std::set<std::string> BonusSites() const;

  // What the site read back of a ceiling; WANTED when it has not spoken of it, or of another amount
  // than `wanted`. No amount: its grant is over there.
  v1::Ceiling EnforcementOf(const std::string& site, const std::string& grant,
                            std::optional<Amount> wanted) const;

 private:
  struct Session {
    v1::AgentStatus status;
    std::map<std::string, v1::Enforcement> enforcements;  // by grant
    std::optional<v1::SiteMeans> means;
    bool gives_bonus = false;
  };
  mutable Mutex mutex_;
  std::map<std::string, Session> sessions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_SITE_SESSIONS_H_
