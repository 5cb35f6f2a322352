#include "agent/loop/held_back.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "proto/runtime/ceiling_state.h"
#include "proto/values/amount_text.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

std::string TextOf(const std::string& site, const std::string& resource, const HeldBack& held) {
  const std::string amount = FormatAmount(resource, held.amount);
  if (held.row_count == 1) {
    return Say("$0 of $1 is held back for row $2 of accounting, which nobody can settle (see "
               "`mesolys site show $3`): `mesolys usage dismiss $3 $2 --reason TEXT` gives it free",
               amount, resource, held.first_row, site)
        .Render();
  }
  return Say("$0 of $1 is held back for $2 rows of accounting that nobody can settle (see `mesolys "
             "site show $3`): `mesolys usage dismiss $3 $4 --reason TEXT` gives free what the "
             "first "
             "of them holds",
             amount, resource, held.row_count, site, held.first_row)
      .Render();
}

}  // namespace

void TellHeldBack(const std::string& site, const SiteState& state, const SiteUse& use,
                  absl::Time now, std::vector<v1::Enforcement>& enforcements) {
  if (use.held_back.empty()) return;
  for (v1::Enforcement& enforcement : enforcements) {
    const absl::StatusOr<NumberedName> name = ParseGrantName(enforcement.grant());
    if (!name.ok() || !IsInForce(enforcement.state())) continue;
    const auto account = state.accounts.find(name->project);
    if (account == state.accounts.end()) continue;
    const auto grant = account->second.grants.find(enforcement.grant());
    if (grant == account->second.grants.end() || IsEnded(grant->second, now)) continue;
    const std::string& resource = grant->second.resource;
    const auto held = use.held_back.find({name->project, resource});
    if (held == use.held_back.end()) continue;
    enforcement.set_state(v1::Ceiling::TIGHTER);
    const std::string text = TextOf(site, resource, held->second);
    enforcement.set_text(enforcement.text().empty() ? text
                                                    : absl::StrCat(enforcement.text(), "; ", text));
  }
}

}  // namespace mesolys::agent
