#ifndef MESOLYS_SCHEDULER_CORE_FACTS_IDENTITY_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_IDENTITY_H_

// What a SPIFFE URI of ours says: spiffe://mesolys/{user|site|service}/{id}. Pure.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace mesolys {

// What the scheduler does by itself is done in this name.
inline constexpr char kSchedulerIdentity[] = "spiffe://mesolys/service/scheduler";

// The user id; empty for another kind of identity.
inline absl::string_view UserOf(absl::string_view identity) {
  return absl::ConsumePrefix(&identity, "spiffe://mesolys/user/") ? identity : absl::string_view();
}

// The site id; empty for another kind of identity.
inline absl::string_view SiteIdOf(absl::string_view identity) {
  return absl::ConsumePrefix(&identity, "spiffe://mesolys/site/") ? identity : absl::string_view();
}

inline std::string SiteIdentity(absl::string_view site) {
  return absl::StrCat("spiffe://mesolys/site/", site);
}

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_IDENTITY_H_
