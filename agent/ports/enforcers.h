#ifndef MESOLYS_AGENT_PORTS_ENFORCERS_H_
#define MESOLYS_AGENT_PORTS_ENFORCERS_H_

// The enforcers of a site as one, by resource: each is handed the grants of what it is for, beside
// all accounts, logins and links; of two that are for the same, the first. What none is for is told
// as such and never as in force, so nothing of it is confirmed and nothing becomes free. A resource
// has one enforcer, which lowers before it raises: none has to wait for another. One that fails
// hides nothing of what the others read back. One thread.

#include <utility>
#include <vector>

#include "agent/ports/enforcer.h"

namespace mesolys::agent {

class Enforcers : public Enforcer {
 public:
  // They outlive this.
  explicit Enforcers(std::vector<Enforcer*> enforcers) : enforcers_(std::move(enforcers)) {}

  bool IsFor(absl::string_view resource) const override { return For(resource) != nullptr; }
  // Of what jobs use up, which one of them is for.
  bool GivesBonus() const override;

  // One that cannot say what is held keeps nothing from the others, for it will change nothing
  // either; unless there is doubt, or none can say it.
  absl::Status Allow(const SiteState* last, const SiteState& wanted, const RemovalLimit& limit,
                     absl::Time now) override;
  InForce PutInForce(const SiteState& wanted, const absl::StatusOr<SiteUse>& use,
                     const RemovalLimit& limit, absl::Time now) override;
  // Answered by the one that is for cores, which every job takes.
  absl::StatusOr<v1::JobSituation> Inspect(const v1::WantedJob& wanted) override;

 private:
  // Null for none.
  Enforcer* For(absl::string_view resource) const;
  // What of it is the enforcer's.
  SiteState PartOf(const Enforcer* enforcer, const SiteState& state) const;

  const std::vector<Enforcer*> enforcers_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PORTS_ENFORCERS_H_
