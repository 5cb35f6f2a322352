#include "scheduler/service/grant_reads.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/values/names.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/rules/explanation.h"
#include "scheduler/service/page.h"
#include "scheduler/service/views.h"

namespace mesolys {

absl::Status ReadGrant(const Reading& reading, const v1::GetGrantRequest& in, v1::Grant& out) {
  const NumberedName name = *ParseGrantName(in.name());
  const GrantEntry* entry = reading.ledger.FindGrant(name.number);
  if (entry == nullptr || entry->grant.project != name.project) {
    return NoGrant(name);
  }
  out = GrantView(reading.ledger, *entry, reading.sessions, reading.now);
  return absl::OkStatus();
}

absl::Status ReadGrants(const Reading& reading, const v1::ListGrantsRequest& in,
                        v1::ListGrantsResponse& out) {
  return FillNumbered(reading.project->grants, in, out, [&](int64_t number) {
    *out.add_grants() =
        GrantView(reading.ledger, *reading.ledger.FindGrant(number), reading.sessions, reading.now);
  });
}

absl::Status ReadBalance(const Reading& reading, const v1::GetBalanceRequest&, v1::Balance& out) {
  const std::string& project = reading.project->project.id;
  out.set_project(ProjectName(project));
  for (const BalanceLine& line : BalanceOf(reading.ledger, *reading.project, reading.now)) {
    *out.add_lines() = BalanceView(reading.ledger, project, line);
  }
  out.set_revision(reading.ledger.revision());
  return absl::OkStatus();
}

absl::Status ReadExplanation(const Reading& reading, const v1::ExplainRequest& in,
                             v1::Explanation& out) {
  std::vector<std::string> why;
  if (absl::StatusOr<NumberedName> grant = ParseGrantName(in.name()); grant.ok()) {
    const GrantEntry* entry = reading.ledger.FindGrant(grant->number);
    if (entry == nullptr || entry->grant.project != grant->project) {
      return NoGrant(*grant);
    }
    why = ExplainGrant(reading.ledger, *entry, reading.now);
  } else if (absl::StatusOr<NumberedName> request = ParseRequestName(in.name()); request.ok()) {
    const RequestEntry* entry = reading.ledger.FindRequest(request->number);
    if (entry == nullptr || entry->request.project != request->project) {
      return NoRequest(*request);
    }
    why = ExplainRequest(reading.ledger, *entry);
  } else {
    why = ExplainProject(reading.ledger, *reading.project, reading.now);
  }
  for (std::string& sentence : why) out.add_sentences(std::move(sentence));
  return absl::OkStatus();
}

}  // namespace mesolys
