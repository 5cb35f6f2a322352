#include "scheduler/service/project_reads.h"

#include "absl/strings/str_cat.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/service/access_table.h"
#include "scheduler/service/page.h"
#include "scheduler/service/views.h"

namespace mesolys {

absl::Status ReadProject(const Reading& reading, const v1::GetProjectRequest&, v1::Project& out) {
  out = ProjectView(reading.ledger.catalogue(), *reading.project);
  return absl::OkStatus();
}

absl::Status ReadProjects(const Reading& reading, const v1::ListProjectsRequest& in,
                          v1::ListProjectsResponse& out) {
  absl::StatusOr<Page> page = ParsePage(in.page_size(), in.page_token());
  if (!page.ok()) return page.status();
  const auto& projects = reading.ledger.projects();
  out.set_next_page_token(FillPage(
      projects.upper_bound(page->after), projects.end(), *page,
      [](const auto& each) { return each.first; },
      [&](const auto& each) {
        const bool visible =
            Authorize(reading.ledger, reading.identity, "AllocationService.GetProject",
                      {each.first, ""}, reading.now)
                .ok();
        if (visible) *out.add_projects() = ProjectView(reading.ledger.catalogue(), each.second);
        return visible;
      }));
  return absl::OkStatus();
}

absl::Status ReadMembers(const Reading& reading, const v1::ListMembersRequest& in,
                         v1::ListMembersResponse& out) {
  absl::StatusOr<Page> page = ParsePage(in.page_size(), in.page_token());
  if (!page.ok()) return page.status();
  const auto& members = reading.project->members;
  out.set_next_page_token(FillPage(
      members.upper_bound(page->after), members.end(), *page,
      [](const auto& each) { return each.first; },
      [&](const auto& each) {
        v1::Member& member = *out.add_members();
        member = MemberView(each.second.member);
        *member.mutable_add_time() = ToProto(each.second.add_time);
        for (const auto& [place, ceiling] : each.second.ceilings) {
          *member.add_ceilings() = CeilingView(
              {"", each.first, place.first, place.second, ceiling.amount}, ceiling.set_time);
        }
        return true;
      }));
  return absl::OkStatus();
}

absl::Status ReadUnassigned(const Reading& reading, const v1::ListUnassignedRequest& in,
                            v1::ListUnassignedResponse& out) {
  absl::StatusOr<Page> page = ParsePage(in.page_size(), in.page_token());
  if (!page.ok()) return page.status();
  const auto key_of = [](const auto& each) {
    return absl::StrCat(each.first.cluster, "\t", each.first.account, "\t", each.first.resource);
  };
  const auto& uses = reading.ledger.unassigned();
  auto from = uses.begin();
  while (from != uses.end() && !page->after.empty() && key_of(*from) <= page->after) ++from;
  out.set_next_page_token(FillPage(from, uses.end(), *page, key_of, [&](const auto& each) {
    if (each.second == Totals()) return false;
    v1::UnassignedUse& use = *out.add_uses();
    use.mutable_account()->set_cluster(each.first.cluster);
    use.mutable_account()->set_account(each.first.account);
    use.set_site(reading.ledger.SiteOf(each.first.cluster));
    use.set_resource(each.first.resource);
    use.set_settled_base_units(each.second.settled.count());
    use.set_in_flight_base_units(each.second.in_flight.count());
    return true;
  }));
  return absl::OkStatus();
}

}  // namespace mesolys
